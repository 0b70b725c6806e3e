// @ts-check
/** A button that shows the sheet of shortcuts, which `?` shows as well. */

import { showSheet } from "app/lib/shortcut-sheet";

/** @param {HTMLElement} button */
export default function shortcutSheet(button) {
  button.hidden = false;
  button.addEventListener("click", showSheet);
}
