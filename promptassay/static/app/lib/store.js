// @ts-check
/**
 * What this browser keeps of texts for one person and workspace: each entry is sealed (AES-GCM) under a key that the server derives for
 * this session alone, and that stands in this page's memory only. Nothing of it is ever sent. What an earlier session left cannot be
 * opened and is deleted. Without WebCrypto (plain http from another machine) or databases, entries live until the page is left.
 */

import { database } from "app/lib/databases";
import { Ended, canSeal, person as whose, seal, takeKey, unseal } from "app/lib/sealing";
import { ended } from "app/lib/session";

/** @typedef {import("app/lib/databases").Id} Id */
/** @typedef {import("app/lib/sealing").Taken & {opened: Map<string, Promise<void>>}} Held */
/**
 * @template T what is kept: an object that JSON can hold; it comes back with its `id`
 * @typedef {object} Store
 * @property {(entry: T) => Promise<Id>} add as a new entry; beyond the limit the oldest goes
 * @property {(entry: T & {id: Id}) => Promise<Id>} put in place of the one with its id, or new; the id itself is not sealed
 * @property {() => Promise<(T & {id: Id})[]>} list newest first
 * @property {(id: Id) => Promise<(T & {id: Id}) | undefined>} get
 * @property {(id: Id) => Promise<void>} remove
 * @property {() => Promise<void>} clear
 * @property {boolean} isLasting false where entries go when the page is left; known for certain after the first call
 */

export const LIMIT = 200;

/** By person and workspace. @type {Map<string, Promise<Held>>} */
const keys = new Map();
/** What is kept in memory only, by person, workspace and name. @type {Map<string, Map<Id, any>>} */
const loose = new Map();
let isBroken = !(canSeal && globalThis.indexedDB);
let newest = 0;

document.addEventListener("session:ended", () => {
  keys.clear();
  loose.forEach((entries) => entries.clear());
});

/**
 * @param {string} person @param {string} workspace their ids @param {string} name what it is for, such as "playground"
 * @param {{limit?: number}} [options] how many entries are kept
 * @returns {Store<any>} calls fail when the session has ended, or the browser's storage is full
 */
export function store(person, workspace, name, { limit = LIMIT } = {}) {
  const place = [person, workspace, name];
  const full = place.join(":");
  const memory = loose.get(full) ?? loose.set(full, new Map()).get(full) ?? new Map();
  const entries = database(person, workspace, name);
  /** @param {Held} held @param {import("app/lib/databases").Sealed} one */
  const opening = ({ key }, one) => unseal(key, [...place, one.id], one);
  /** @param {Held} held @param {any} entry */
  const keep = async ({ key }, entry) => entries.put({ id: entry.id, ...(await seal(key, [...place, entry.id], entry)) }, limit);

  /** The key under which entries are sealed now; null where they stay in memory. */
  async function held() {
    if (isBroken) return null;
    const taken = await keyOf(`${person}:${workspace}`);
    if (!taken) return null;
    try {
      if (!taken.opened.has(full)) taken.opened.set(full, tidy(taken));
      await taken.opened.get(full);
    } catch {
      isBroken = true; // storage is switched off
    }
    return isBroken ? null : taken;
  }

  /** Once for each key: deletes what it does not open, and takes in what had to wait for it. @param {Held} taken */
  async function tidy(taken) {
    const all = await entries.all();
    const opened = await Promise.all(all.map((one) => opening(taken, one)));
    await entries.remove(all.filter((_, at) => !opened[at]).map(({ id }) => id));
    for (const entry of memory.values()) await keep(taken, entry);
    memory.clear();
  }

  /** @param {any} entry */
  async function put(entry) {
    const taken = await held();
    if (taken) await keep(taken, entry);
    else {
      memory.set(entry.id, entry);
      for (const id of [...memory.keys()].slice(0, Math.max(0, memory.size - limit))) memory.delete(id);
    }
    return entry.id;
  }

  return {
    put,
    add: (entry) => put({ ...entry, id: (newest = Math.max(newest + 1, Date.now() * 1000)) }),
    async list() {
      const taken = await held();
      if (!taken) return [...memory.values()].reverse();
      const all = await entries.all();
      return (await Promise.all(all.map((one) => opening(taken, one)))).filter(Boolean).reverse();
    },
    async get(id) {
      const taken = await held();
      const one = taken && (await entries.get(id));
      return taken ? one && opening(taken, one) : memory.get(id);
    },
    async remove(id) {
      memory.delete(id);
      if (!isBroken) await entries.remove([id]);
    },
    async clear() {
      memory.clear();
      if (!isBroken) await entries.clear();
    },
    get isLasting() { return !isBroken; },
  };
}

/** Asks whether the session is still the one whose key is held here; if not, it has ended. Fails when nobody answers. */
export async function check() {
  if (!whose()) return;
  const now = await takeKey("store");
  const before = await Promise.all(keys.values());
  if (before.some(({ mark }) => mark !== now.mark)) await ended();
}

/** Null when the server gives none for now. @param {string} full of person and workspace @returns {Promise<Held | null>} */
async function keyOf(full) {
  const taking = keys.get(full) ?? takeKey("store").then((taken) => ({ ...taken, opened: new Map() }));
  keys.set(full, taking);
  try {
    return await taking;
  } catch (error) {
    if (keys.get(full) === taking) keys.delete(full);
    if (error instanceof Ended) throw error;
    return null;
  }
}
