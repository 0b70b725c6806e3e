// @ts-check
/** The buttons and keys of the list of edits: what is done, to the edit that has the focus. The sheet of shortcuts lists the keys. */

import { listKeys } from "app/lib/key-list";
import { combination } from "app/lib/keys";

const KEYS = [
  { keys: ["j", "arrowdown"], does: "next", label: "Next edit" },
  { keys: ["k", "arrowup"], does: "previous", label: "Edit before" },
  { keys: ["a"], does: "accept", label: "Accept the edit" },
  { keys: ["r"], does: "refuse", label: "Refuse the edit" },
  { keys: ["u"], does: "reopen", label: "Take the decision back" },
  { keys: ["enter"], does: "show", label: "Show the edit in the text" },
];

/** @param {HTMLElement} list @param {(does: string, at: Node) => boolean} obey whether something was done there */
export function editKeys(list, obey) {
  listKeys("In the edits of Improve", KEYS.map(({ keys, label }) => ({ keys, label })));
  list.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-does]"));
    if (button) obey(button.dataset.does ?? "", button);
  });
  list.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const pressed = combination(event);
    const does = KEYS.find(({ keys }) => keys.includes(pressed))?.does;
    // A button that has the focus is pressed by Enter, as everywhere.
    if (!does || (pressed === "enter" && target.closest("button")) || !obey(does, target)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}
