// @ts-check
/**
 * Checks a downloaded bundle of evidence with nothing but its bytes, in the very words of `promptassay trust verify`:
 * tests run both over the same files (`tests/trust/vectors.json`).
 *
 * @typedef {Record<string, any>} Entry
 * @typedef {{problems: string[], stale: string[], entries: number, made: string, key: string, build: string, instance: string}} Report
 */

import { canonical, firstDifference, isObject, parse } from "app/trust/canonical";
import { checker, hashOf, hashOfWords, keyIdOf } from "app/trust/signatures";

export const FORMAT = "promptassay-evidence-bundle-2";
const TOP = "build checkpoints claims earlier evidence format hash instance key made public_key signature";
const ENTRY = "build claim command counts ended format found hash key kind previous proof schema sequence signature "
  + "started verdict words";
const CHECKPOINT = "at entry format hash key previous sequence signature";
const AHEAD_MS = 10 * 60 * 1000;

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {{now?: number, keyId?: string, tell?: (done: number, of: number) => void}} options `now` in ms; the key that is expected
 * @returns {Promise<Report>}
 */
export async function verify(bytes, { now = Date.now(), keyId = "", tell = () => {} } = {}) {
  /** @type {Report} */
  const report = { problems: [], stale: [], entries: 0, made: "", key: "", build: "", instance: "" };
  let bundle;
  try {
    bundle = parse(bytes);
  } catch (error) {
    return { ...report, problems: [`This is not JSON: ${said(error)}.`] };
  }
  if (!isObject(bundle) || bundle.format !== FORMAT) {
    return { ...report, problems: [`This is not a bundle of evidence: its format is not ${FORMAT}.`] };
  }
  try {
    return await judged(bytes, bundle, now, keyId, tell);
  } catch (error) {
    return { ...report, problems: [`The bundle is not built as it should be: ${said(error)}.`] };
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {Entry} bundle @param {number} now @param {string} keyId @param {(done: number, of: number) => void} tell */
async function judged(bytes, bundle, now, keyId, tell) {
  const own = await keyIdOf(field(bundle, "public_key"));
  const isSigned = await checker(bundle.public_key);
  const evidence = list(bundle, "evidence");
  const problems = await ofBundle(bytes, bundle, own, isSigned, keyId);
  const state = { claims: table(bundle, "claims"), own, isSigned, problems };
  await ofChain(evidence, state, tell);
  for (const entry of list(bundle, "earlier")) {
    await ofEntry(entry, state);
    if (entry.sequence >= (evidence[0]?.sequence ?? 0)) problems.push(`${nameOf(entry)} is not earlier than the rest.`);
  }
  await ofCheckpoints(bundle, state);
  if (timeOf(bundle, "made") > now + AHEAD_MS) {
    problems.push(`The bundle says it was made at ${bundle.made}, which is in the future.`);
  }
  const stale = problems.length ? [] : await staleOnes(bundle, now);
  const { made, build, instance } = bundle;
  return { problems, stale, entries: evidence.length, made, key: own, build: String(build), instance: String(instance) };
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {Entry} bundle @param {string} own @param {(entry: Entry) => Promise<boolean>} isSigned @param {string} keyId */
async function ofBundle(bytes, bundle, own, isSigned, keyId) {
  const problems = [];
  const odd = apart(bundle, TOP);
  if (odd) problems.push(`The bundle has other fields than it should: ${odd}.`);
  const at = firstDifference(bytes, canonical(bundle));
  if (at >= 0) problems.push(`Byte ${at} of the file is not as the bundle was written.`);
  if (await hashOf(bundle) !== field(bundle, "hash")) problems.push("The bundle's contents are not those that were signed.");
  if (field(bundle, "key") !== own) problems.push("The bundle names another key than the one it carries.");
  if (!await isSigned(bundle)) problems.push("The bundle's signature is not that of its key.");
  if (keyId && keyId !== own) problems.push(`The bundle is signed by key ${own}; ${keyId} was expected.`);
  return problems;
}

/** @typedef {{claims: Entry, own: string, isSigned: (entry: Entry) => Promise<boolean>, problems: string[]}} State */

/** @param {Entry[]} evidence @param {State} state @param {(done: number, of: number) => void} tell */
async function ofChain(evidence, state, tell) {
  let before = /** @type {Entry | null} */ (null);
  for (const [at, entry] of evidence.entries()) {
    if (at % 50 === 0) tell(at, evidence.length);
    await ofEntry(entry, state);
    if (before && entry.sequence !== before.sequence + 1) {
      state.problems.push(`${nameOf(entry)} does not follow entry ${before.sequence}: something between them is missing.`);
    } else if (before && field(entry, "previous") !== before.hash) {
      state.problems.push(`${nameOf(entry)} is not chained to entry ${before.sequence}.`);
    }
    before = entry;
  }
}

/** @param {Entry} entry @param {State} state */
async function ofEntry(entry, { claims, own, isSigned, problems }) {
  const name = nameOf(entry);
  if (apart(entry, ENTRY) || entry.format !== "promptassay-evidence-1") problems.push(`${name} has other fields than it should.`);
  if (await hashOf(entry) !== field(entry, "hash")) problems.push(`${name}: its contents were changed after it was hashed.`);
  if (field(entry, "key") !== own || !await isSigned(entry)) problems.push(`${name}: its signature is not that of the bundle's key.`);
  if (timeOf(entry, "ended") < timeOf(entry, "started")) problems.push(`${name} ended before it started.`);
  if (!Object.hasOwn(claims, entry.claim)) problems.push(`${name} is about a claim that the bundle does not state.`);
}

/** @param {Entry} bundle @param {State} state */
async function ofCheckpoints(bundle, { own, isSigned, problems }) {
  const hashes = new Map([...bundle.evidence, ...bundle.earlier].map((each) => [each.sequence, each.hash]));
  let before = /** @type {Entry | null} */ (null);
  for (const point of list(bundle, "checkpoints")) {
    const name = `The checkpoint at entry ${field(point, "sequence")}`;
    if (apart(point, CHECKPOINT) || point.format !== "promptassay-checkpoint-1") problems.push(`${name} has other fields than it should.`);
    if (await hashOf(point) !== field(point, "hash")) problems.push(`${name}: its contents were changed after it was hashed.`);
    if (field(point, "key") !== own || !await isSigned(point)) problems.push(`${name}: its signature is not that of the bundle's key.`);
    if (before && (point.previous !== before.hash || point.sequence <= before.sequence)) {
      problems.push(`${name} is not chained to that at entry ${before.sequence}.`);
    }
    if ((hashes.get(point.sequence) ?? point.entry) !== field(point, "entry")) {
      problems.push(`${name} is about another entry than the one at its place.`);
    }
    before = point;
  }
}

/** The claims with a proof that did not hold for the words as they stand, in the build that runs, or is old. @param {Entry} bundle @param {number} now */
async function staleOnes(bundle, now) {
  const stale = [];
  for (const [claim, stated] of Object.entries(bundle.claims)) {
    const words = await hashOfWords(field(stated, "words"));
    if (stated.lowered) stale.push(`${claim}: its operator has lowered it, ${stated.lowered}`);
    for (const [proof, freshS] of Object.entries(table(stated, "proofs"))) {
      const entry = [...bundle.earlier, ...bundle.evidence]
        .findLast((each) => each.claim === claim && each.words === words && each.proof === proof);
      const run = entry && `the last run of ${proof}, entry ${entry.sequence},`;
      if (!entry) stale.push(`${claim}: no run of ${proof} is in this bundle.`);
      else if (entry.verdict !== "held") stale.push(`${claim}: ${run} says “${entry.verdict}”.`);
      else if (entry.build !== bundle.build) stale.push(`${claim}: ${run} was of build ${entry.build}.`);
      else if (freshS && timeOf(entry, "ended") < now - freshS * 1000) stale.push(`${claim}: ${run} is from ${entry.ended}.`);
    }
  }
  return stale;
}

/** @param {unknown} error */
const said = (error) => (error instanceof Error ? error.message.replace(/\.$/, "") : String(error));

/** @param {Entry} entry */
const nameOf = (entry) => `Entry ${field(entry, "sequence")} (${field(entry, "claim")}, ${field(entry, "proof")})`;

/** The names that one has and the other lacks. @param {Entry} object @param {string} names */
function apart(object, names) {
  const wanted = new Set(names.split(" "));
  const odd = [...Object.keys(object).filter((name) => !wanted.has(name)), ...[...wanted].filter((name) => !Object.hasOwn(object, name))];
  return odd.sort().join(", ");
}

/** @param {unknown} object @param {string} name @returns {any} */
function field(object, name) {
  if (!isObject(object) || !Object.hasOwn(object, name)) throw new TypeError(`no ${name}`);
  return object[name];
}

/** @param {unknown} object @param {string} name @returns {Entry[]} */
function list(object, name) {
  const value = field(object, name);
  if (!Array.isArray(value) || !value.every(isObject)) throw new TypeError(`${name} is no list of entries`);
  return value;
}

/** @param {unknown} object @param {string} name @returns {Entry} */
function table(object, name) {
  const value = field(object, name);
  if (!isObject(value)) throw new TypeError(`${name} is no table`);
  return value;
}

/** @param {unknown} object @param {string} name Milliseconds. */
function timeOf(object, name) {
  const text = field(object, name);
  const at = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new TypeError(`${text} is not a time with its zone`);
  return at;
}
