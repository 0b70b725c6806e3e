// @ts-check
/** Keyboard shortcuts: an element with `data-key="mod+s"` is clicked (a text field is focused) by its key; `?` lists them. */

import { combination, isWriting, spell } from "app/lib/keys";

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
    if (!target) list(page);
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

/** @param {HTMLElement} page */
function list(page) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "shortcuts-title");
  dialog.innerHTML = '<div class="dialog-body"><h2 id="shortcuts-title">Keyboard shortcuts</h2><dl class="keys"></dl>'
    + '<form method="dialog" class="dialog-actions"><button class="btn">Close</button></form></div>';
  const rows = /** @type {HTMLElement} */ (dialog.querySelector("dl"));
  for (const [keys, label] of [["?", "Show this list"], ...labels(page)]) {
    const key = document.createElement("kbd");
    key.textContent = spell(keys);
    const term = document.createElement("dt");
    const words = document.createElement("dd");
    term.append(key);
    words.textContent = label;
    rows.append(term, words);
  }
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {HTMLElement} page @returns {Map<string, string>} keys to label, one each */
function labels(page) {
  const found = new Map();
  for (const each of page.querySelectorAll("[data-key]")) {
    const element = /** @type {HTMLElement} */ (each);
    const words = /** @type {HTMLElement} */ (element.cloneNode(true));
    for (const key of words.querySelectorAll("kbd")) key.remove();
    const label = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? words.textContent ?? "";
    if (element.checkVisibility()) found.set(element.dataset.key, label.trim());
  }
  return found;
}
