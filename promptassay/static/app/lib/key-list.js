// @ts-check
/**
 * The keys that scripts handle themselves, by heading, for the sheet of shortcuts. Whoever listens to a key that no `[data-key]` stands
 * for lists it here; a test compares the sheet with what is registered.
 *
 * @typedef {{keys: string[], label: string}} Row  keys in the notation of `data-key`, each does the same
 */

/** @type {Map<string, Row[]>} */
const lists = new Map();

/** @param {string} heading @param {Row[]} rows */
export function listKeys(heading, rows) {
  lists.set(heading, rows);
}

/** @returns {[string, Row[]][]} */
export function listedKeys() {
  return [...lists];
}
