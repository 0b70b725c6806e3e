// @ts-check
/**
 * Choosing prompts in a list and walking through it: shift-click chooses a stretch, `x` the row in focus, `j` and `k` move,
 * Enter opens (it is the title's own link). On the form that the rows' checkboxes belong to; it hides while none is ticked.
 */

import { listKeys } from "app/lib/key-list";
import { combination } from "app/lib/keys";

/** @param {HTMLElement} element */
export default function choose(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const boxes = [...document.querySelectorAll(`input[type=checkbox][form="${form.id}"]`)].map((each) => /** @type {HTMLInputElement} */ (each));
  const words = /** @type {HTMLElement | null} */ (form.querySelector("[data-chosen]"));
  const all = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-all]"));
  let last = -1;

  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    for (const control of form.querySelectorAll("select, button")) /** @type {HTMLElement} */ (control).hidden = !count;
    if (words) words.textContent = count ? `${count} chosen:` : "Tick prompts to act on several at once.";
    for (const box of boxes) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
    if (all) [all.checked, all.indeterminate] = [count === boxes.length, count > 0 && count < boxes.length];
  };
  boxes.forEach((box, at) => box.addEventListener("click", (event) => {
    if (event.shiftKey && last >= 0) {
      for (const each of boxes.slice(Math.min(last, at), Math.max(last, at) + 1)) each.checked = box.checked;
    }
    last = at;
    show();
  }));
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      show();
    });
  }
  const walk = (/** @type {KeyboardEvent} */ event) => {
    if (!form.isConnected) return document.removeEventListener("keydown", walk);
    if (event.isComposing || event.defaultPrevented || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const rows = boxes.map((box) => /** @type {HTMLTableRowElement} */ (box.closest("tr")));
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const keys = combination(event);
    if (keys === "j" || keys === "k") {
      const next = at < 0 ? 0 : Math.min(Math.max(at + (keys === "j" ? 1 : -1), 0), rows.length - 1);
      /** @type {HTMLElement | null} */ (rows[next].querySelector("[data-row-link]"))?.focus();
    } else if ((keys === "x" || keys === "shift+x") && at >= 0) {
      boxes[at].dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: event.shiftKey }));
    } else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", walk);
  listKeys("In the list", [
    { keys: ["j", "k"], label: "Next prompt, prompt before" },
    { keys: ["x", "shift+x"], label: "Choose it, or all up to it" },
  ]);
  show();
}

/** Whether letters are text here; a checkbox takes none. @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox])"));
}
