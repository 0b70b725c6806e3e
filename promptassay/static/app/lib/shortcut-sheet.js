// @ts-check
/** The sheet of shortcuts: what the page's `[data-key]` say, and what its scripts have listed. */

import { listedKeys } from "app/lib/key-list";
import { spell } from "app/lib/keys";

/** @typedef {import("app/lib/key-list").Row} Row */

/** Shows the sheet of the page as it is now. */
export function showSheet() {
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", "shortcuts-title");
  dialog.innerHTML = '<div class="dialog-body"><h2 id="shortcuts-title" tabindex="-1" autofocus>Keyboard shortcuts</h2><div class="sheet-lists"></div>'
    + '<form method="dialog" class="dialog-actions"><button class="btn">Close</button></form></div>';
  const place = /** @type {HTMLElement} */ (dialog.querySelector(".sheet-lists"));
  place.append(...rows("This page", pageKeys()));
  for (const [heading, list] of listedKeys()) place.append(...rows(heading, list));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** @returns {Row[]} one for each key that does something on the page now, in the order of the page */
export function pageKeys() {
  /** @type {Map<string, Row>} */
  const found = new Map([["?", { keys: ["?"], label: "Show this list" }]]);
  for (const each of document.querySelectorAll("[data-key]")) {
    const element = /** @type {HTMLElement} */ (each);
    const keys = element.dataset.key ?? "";
    if (keys !== "?" && element.checkVisibility() && !found.has(keys)) found.set(keys, { keys: [keys], label: labelOf(element) });
  }
  return [...found.values()];
}

/** @param {HTMLElement} element */
function labelOf(element) {
  const words = /** @type {HTMLElement} */ (element.cloneNode(true));
  for (const key of words.querySelectorAll("kbd")) key.remove();
  return (element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? words.textContent ?? "").trim();
}

/** @param {string} heading @param {Row[]} list @returns {HTMLElement[]} */
function rows(heading, list) {
  const title = document.createElement("h3");
  title.textContent = heading;
  const all = document.createElement("dl");
  all.className = "keys";
  for (const { keys, label } of list) {
    const term = document.createElement("dt");
    keys.forEach((each, at) => {
      const key = document.createElement("kbd");
      key.textContent = spell(each);
      key.dataset.keys = each;
      term.append(...(at ? [" ", key] : [key]));
    });
    const words = document.createElement("dd");
    words.textContent = label;
    all.append(term, words);
  }
  const part = document.createElement("section");
  part.append(title, all);
  return [part];
}
