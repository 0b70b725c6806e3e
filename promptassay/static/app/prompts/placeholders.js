// @ts-check
/** The prompt language in the editor: marks variables, fragment references and malformed ones. */

import { Decoration, MatchDecorator, ViewPlugin } from "vendor/codemirror";

// The grammar of language/parse.py, for the eye only: the server's parser decides. First group: backslashes before the opener.
const ANY = new RegExp(
  String.raw`(\\*)(\{\{(?!\{)(?:[^{}$\n]|\}(?!\})|\{(?!\{)|\$(?!\{fragment:))*(?:\}\})?` +
    String.raw`|\$\{fragment:[a-z0-9-]*(?:@\w*)?(?:[ \t]+[A-Za-z_]\w*="(?:[^"\\\n]|\\[^\n])*")*[ \t]*\}?)`,
  "g",
);
const VARIABLE = /^\{\{[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*(?:\|.*)?\}\}$/;
const FRAGMENT = /^\$\{fragment:[a-z0-9]+(?:-[a-z0-9]+)*(?:@[1-9][0-9]{0,8})?(?:[ \t].*)?\}$/;

const marks = {
  var: Decoration.mark({ class: "cm-var" }),
  frag: Decoration.mark({ class: "cm-frag" }),
  escape: Decoration.mark({ class: "cm-escape", attributes: { title: "Literal: not a placeholder" } }),
  bad: Decoration.mark({ class: "cm-bad", attributes: { title: "Neither a variable {{name}} nor a fragment ${fragment:slug}" } }),
};

/**
 * The kind of one match of ANY and the part of it to mark.
 *
 * @param {string} slashes
 * @param {string} text from the opener on
 * @returns {{kind: keyof typeof marks, from: number, to: number}} offsets from the start of the whole match
 */
export function classify(slashes, text) {
  const at = slashes.length;
  if (at % 2) return { kind: "escape", from: at - 1, to: at + 2 };
  if (VARIABLE.test(text)) return { kind: "var", from: at, to: at + text.length };
  if (FRAGMENT.test(text)) return { kind: "frag", from: at, to: at + text.length };
  // Without its end it would take the rest of the line: mark what can be read as a name.
  const readable = text.endsWith("}") ? text : (/^\{\{[ \t]*\w*|^\$\{fragment:[\w-]*/.exec(text)?.[0] ?? text);
  return { kind: "bad", from: at, to: at + readable.length };
}

const matcher = new MatchDecorator({
  regexp: ANY,
  decorate(add, from, _to, match) {
    const found = classify(match[1], match[2]);
    add(from + found.from, from + found.to, marks[found.kind]);
  },
});

const highlighter = ViewPlugin.define(
  (view) => ({
    decorations: matcher.createDeco(view),
    update(update) {
      this.decorations = matcher.updateDeco(update, this.decorations);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

/** Where placeholders stand in a line or text. @param {string} text @returns {{from: number, to: number}[]} */
export function placeholdersIn(text) {
  return [...text.matchAll(ANY)].map((match) => {
    const { kind, from, to } = classify(match[1], match[2]);
    return kind === "bad" ? null : { from: match.index + from, to: match.index + (kind === "escape" ? match[0].length : to) };
  }).filter((each) => each !== null);
}

/** Variable names in a text, each once. @param {string} text @returns {string[]} */
export function namesIn(text) {
  const found = [...text.matchAll(ANY)].filter((match) => classify(match[1], match[2]).kind === "var");
  return [...new Set(found.map((match) => /[A-Za-z_]\w*/.exec(match[2])?.[0] ?? ""))];
}

/** Marks variables, references and malformed ones. @returns {import("@codemirror/state").Extension} */
export function placeholders() {
  return highlighter;
}
