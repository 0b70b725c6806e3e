// @ts-check
/** What cannot be seen in a text is shown in the editor as its code, by the same rules as `core/unseen.py` on the pages. */

import { highlightSpecialChars } from "vendor/codemirror";

// Beside the editor's own list: embeddings, isolates, fillers, word joiners, tags (but not those that spell a flag), and joiners
// that join nothing. Letters that are not ASCII, and emoji, need their joiners.
const MORE = /[\u034f\u115f\u1160\u17b4\u17b5\u180e\u202a-\u202c\u2060-\u206f\u3164\uffa0]|(?<!\u{1f3f4}[\u{e0030}-\u{e007a}]*)[\u{e0000}-\u{e0fff}]|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])/gu;

/** @returns {import("@codemirror/state").Extension} */
export function unseen() {
  return highlightSpecialChars({ addSpecialChars: MORE, render });
}

/** @param {number} code @param {string | null} description */
function render(code, description) {
  const mark = document.createElement("span");
  mark.className = "unseen";
  mark.textContent = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  mark.title = description ?? "";
  mark.setAttribute("aria-label", description ?? mark.textContent);
  return mark;
}
