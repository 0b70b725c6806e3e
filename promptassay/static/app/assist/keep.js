// @ts-check
/** The last answer of a panel on a prompt, kept in this browser only: one entry for each, in the encrypted store. */

import { store } from "app/lib/store";

/** @typedef {import("app/assist/panel").Entry} Entry */

/** @param {HTMLElement} root with `data-person`, `data-workspace`, `data-panel` and `data-prompt` */
export function keeper(root) {
  const { person = "", workspace = "", panel = "", prompt = "" } = root.dataset;
  const place = store(person, workspace, "panels");
  const id = `${panel}:${prompt}`;
  // One after the other: a late answer must not overtake a newer one.
  let last = Promise.resolve();
  const inTurn = (/** @type {() => Promise<unknown>} */ work) => (last = last.then(work).then(() => undefined, () => undefined));

  return {
    /** @returns {Promise<Entry | undefined>} undefined too where the browser keeps nothing */
    last: () => place.get(id).then((kept) => kept?.entry, () => undefined),
    /** In the place of the one before; where nothing can be kept it stays on the page. @param {Entry} entry */
    save: (entry) => inTurn(() => place.put({ id, entry: structuredClone(entry) })),
    clear: () => inTurn(() => place.remove(id)),
  };
}
