// @ts-check
/** Keyboard shortcuts: an element with `data-key="mod+s"` is clicked (a text field is focused) by its key; `?` lists them. */

import { combination, isWriting, spell } from "app/lib/keys";
import { showSheet } from "app/lib/shortcut-sheet";

/** @param {HTMLElement} page usually the body */
export default function shortcuts(page) {
  spellKeys(page);
  page.addEventListener("htmx:load", (event) => spellKeys(/** @type {HTMLElement} */ (event.target)));
  // In the capture phase, so that the editor's own keys do not come first.
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const keys = combination(event);
    if (isWriting(event.target) && !keys.startsWith("mod+")) return;
    if (document.querySelector("dialog[open]")) return;
    const target = find(page, keys);
    if (!target && keys !== "?") return;
    event.preventDefault();
    event.stopPropagation();
    if (!target) showSheet();
    else if (isWriting(target)) target.focus();
    else target.click();
  }, true);
}

/** Writes each `<kbd>` inside a `[data-key]` as this machine's keyboard has it. @param {HTMLElement} root */
function spellKeys(root) {
  for (const kbd of root.querySelectorAll("[data-key] kbd")) {
    kbd.textContent = spell(/** @type {HTMLElement} */ (kbd.closest("[data-key]")).dataset.key ?? "");
  }
}

/** The first visible, enabled element for these keys. @param {HTMLElement} page @param {string} keys */
function find(page, keys) {
  const all = /** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`));
  return [...all].find((element) => element.checkVisibility() && !element.matches(":disabled"));
}
