// @ts-check
/**
 * The editor's keys, in one table: what they do and what the sheet of shortcuts says of them. Moving the caret, selecting and
 * deleting go as in any text field of the system and are not listed.
 */

import {
  closeBracketsKeymap, completionKeymap, defaultKeymap, historyKeymap, keymap, searchKeymap,
} from "vendor/codemirror";
import { listKeys } from "app/lib/key-list";
import { isApple } from "app/lib/keys";

/** @typedef {(view: import("@codemirror/view").EditorView) => boolean} Command */

// Ours: the name stands for a command that the editor is given. Alt and a letter would write a character on a Mac.
const OWN = [
  { keys: ["Mod-Shift-x"], name: "extract", label: "Extract a fragment from the selection" },
  { keys: ["Mod-Shift-Enter"], name: "follow", label: "Open the fragment at the caret" },
  { keys: ["Ctrl-Shift-["], name: "fold", label: "Fold or unfold the message" },
];
// CodeMirror's, in words. A test holds this list against the keymaps themselves.
const KNOWN = [
  { keys: ["Mod-f"], label: "Find and replace" },
  { keys: ["F3", "Mod-g"], label: "Next match" },
  { keys: ["Shift-F3", "Shift-Mod-g"], label: "Match before" },
  { keys: ["Mod-d"], label: "Select the next occurrence too" },
  { keys: ["Mod-Shift-l"], label: "Select all occurrences" },
  { keys: ["Mod-Alt-g"], label: "Go to a line" },
  { keys: ["Ctrl-Space"], label: "Complete a variable or a fragment" },
  { keys: ["Mod-z"], label: "Undo" },
  { keys: isApple ? ["Mod-Shift-z"] : ["Mod-y", "Mod-Shift-z"], label: "Redo" },
  { keys: ["Mod-u"], label: "Undo the last selection" },
  { keys: [isApple ? "Mod-Shift-u" : "Alt-u"], label: "Redo the last selection" },
  { keys: ["Alt-ArrowUp", "Alt-ArrowDown"], label: "Move the line" },
  { keys: ["Shift-Alt-ArrowUp", "Shift-Alt-ArrowDown"], label: "Copy the line" },
  { keys: ["Shift-Mod-k"], label: "Delete the line" },
  { keys: ["Escape"], label: "Close what is open over the text" },
];

/** A key as CodeMirror names it, in the notation of `data-key`. @param {string} key @returns {string} */
export function plainKey(key) {
  const parts = key.split(/-(?=.)/).map((part) => part.toLowerCase());
  const last = parts.pop() ?? "";
  const held = ["mod", "ctrl", "alt", "shift"].filter((each) => parts.includes(each));
  return [...held.map((each) => (each === "ctrl" && !isApple ? "mod" : each)), last === "space" ? "space" : last].join("+");
}

/** @param {Record<string, Command>} commands the commands there are, by name @returns {import("@codemirror/state").Extension} */
export function editorKeys(commands) {
  const own = OWN.filter(({ name }) => name in commands);
  listKeys("In the text", [...own, ...KNOWN].map(({ keys, label }) => ({ keys: keys.map(plainKey), label })));
  return keymap.of([
    ...own.flatMap(({ keys, name }) => keys.map((key) => ({ key, run: commands[name], preventDefault: true }))),
    // Tab is left alone: it moves on, as everywhere on the page.
    ...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap,
  ]);
}
