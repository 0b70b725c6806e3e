// @ts-check
/**
 * What a browser keeps of runs: IndexedDB, one database for each person and workspace, never sent anywhere. The newest 200 entries
 * stay. Connections are closed after each use, so that signing out can delete everything at once.
 */

const PREFIX = "promptassay:";
const STORE = "runs";
export const LIMIT = 200;

/**
 * @typedef {object} Entry one run; `values` are the fields of the form as name and text
 * @property {number} [id]
 * @property {string} time ISO 8601
 * @property {{id: string, title: string}} prompt
 * @property {string} source draft, or a version's number
 * @property {string} sourceTitle @property {string} model @property {string} modelTitle
 * @property {Record<string, string>} settings @property {[string, string][]} values
 * @property {string} output @property {string} tools @property {string} outcome
 * @property {{input_tokens?: number, output_tokens?: number, cost?: number, first_token_ms?: number, total_ms?: number, finish_reason?: string}} counts
 */

/** @param {string} person @param {string} workspace their ids */
export function history(person, workspace) {
  const name = `${PREFIX}${person}:${workspace}:playground`;
  return {
    /** Keeps an entry and drops the oldest beyond the limit. @param {Entry} entry @returns {Promise<number>} its id */
    add: (entry) => use(name, "readwrite", async (store) => {
      const id = await done(store.add(entry));
      const keys = await done(store.getAllKeys());
      for (const key of keys.slice(0, Math.max(0, keys.length - LIMIT))) store.delete(key);
      return /** @type {number} */ (id);
    }),
    /** @returns {Promise<Entry[]>} newest first */
    list: () => use(name, "readonly", async (store) => /** @type {Entry[]} */ (await done(store.getAll())).reverse()),
    /** @param {number} id @returns {Promise<Entry | undefined>} */
    get: (id) => use(name, "readonly", (store) => done(store.get(id))),
    clear: () => use(name, "readwrite", (store) => done(store.clear())),
  };
}

/** Deletes every database of ours, or those of everybody but one person. @param {string} [except] a person's id */
export async function forget(except) {
  const found = await indexedDB.databases();
  const names = found.map(({ name }) => name ?? "").filter((name) => name.startsWith(PREFIX));
  const doomed = except ? names.filter((name) => !name.startsWith(`${PREFIX}${except}:`)) : names;
  await Promise.all(doomed.map((name) => done(indexedDB.deleteDatabase(name))));
}

/**
 * @template T
 * @param {string} name @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function use(name, mode, work) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
  const database = await done(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await work(transaction.objectStore(STORE));
    await ended;
    return result;
  } finally {
    database.close();
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
