// @ts-check
/**
 * The databases in which `app/lib/store` keeps sealed entries, one for each person, workspace and name. Connections are closed after
 * each use, so that signing out can delete everything at once.
 */

const [OURS, SEALED, ENTRIES] = ["promptassay:", "promptassay:sealed:", "entries"];

/** @typedef {number | string} Id it stands on the disk as it is: never part of a text */
/** @typedef {{id: Id, nonce: Uint8Array<ArrayBuffer>, sealed: ArrayBuffer}} Sealed */

/** @param {string} person @param {string} workspace @param {string} name */
export function database(person, workspace, name) {
  const full = `${SEALED}${person}:${workspace}:${name}`;
  return {
    /** @returns {Promise<Sealed[]>} by id */
    all: () => use(full, "readonly", (entries) => done(entries.getAll())),
    /** @param {Id} id @returns {Promise<Sealed | undefined>} */
    get: (id) => use(full, "readonly", (entries) => done(entries.get(id))),
    /** Puts an entry and drops those with the smallest ids beyond the limit. @param {Sealed} entry @param {number} limit */
    put: (entry, limit) => use(full, "readwrite", async (entries) => {
      await done(entries.put(entry));
      const ids = await done(entries.getAllKeys());
      for (const id of ids.slice(0, Math.max(0, ids.length - limit))) entries.delete(id);
    }),
    /** @param {Id[]} ids */
    remove: (ids) => use(full, "readwrite", async (entries) => ids.forEach((id) => entries.delete(id))),
    clear: () => use(full, "readwrite", (entries) => done(entries.clear())),
  };
}

/**
 * Deletes every database of ours, or all but the sealed ones of one person: what earlier releases kept in plain text goes too.
 * @param {string} [except] a person's id
 */
export async function forget(except) {
  const doomed = (await ours()).filter((name) => !except || !name.startsWith(`${SEALED}${except}:`));
  await Promise.all(doomed.map((name) => done(indexedDB.deleteDatabase(name))));
}

/** Whether anything of ours is kept in this browser. @returns {Promise<boolean>} */
export async function anything() {
  return (await ours()).length > 0;
}

async function ours() {
  const found = await indexedDB.databases();
  return found.map(({ name }) => name ?? "").filter((name) => name.startsWith(OURS));
}

/**
 * @template T
 * @param {string} name @param {IDBTransactionMode} mode @param {(entries: IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function use(name, mode, work) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(ENTRIES, { keyPath: "id" });
  const opened = await done(opening);
  try {
    const transaction = opened.transaction(ENTRIES, mode);
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await work(transaction.objectStore(ENTRIES));
    await ended;
    return result;
  } finally {
    opened.close();
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
