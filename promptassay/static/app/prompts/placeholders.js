// @ts-check
/** The prompt language in the editor: marks variables, fragment references and malformed ones; completes names. */

import { Decoration, MatchDecorator, ViewPlugin, autocompletion } from "vendor/codemirror";

// Like language/parse.py, by eye only: the server's parser decides. `\{{` and `\${` are text.
const ANY = /\\(?:\{\{|\$\{)|\{\{(?:[^{}\n]|\}(?!\})|\{(?!\{))*\}\}|\$\{[^{}\n]*\}|\{\{|\$\{/g;
const VARIABLE = /^\{\{\s*[A-Za-z_][A-Za-z0-9_]*\s*(?:\|[^]*)?\}\}$/;
const FRAGMENT = /^\$\{fragment:[a-z0-9][a-z0-9-]*(?:@\d+)?(?:\s+[A-Za-z_][A-Za-z0-9_]*=(?:"(?:[^"\\]|\\.)*"))*\s*\}$/;

/** @param {string} text one match of ANY @returns {"var" | "frag" | "escape" | "bad"} */
export function kindOf(text) {
  if (text.startsWith("\\")) return "escape";
  if (VARIABLE.test(text)) return "var";
  return FRAGMENT.test(text) ? "frag" : "bad";
}

const marks = {
  var: Decoration.mark({ class: "cm-var" }),
  frag: Decoration.mark({ class: "cm-frag" }),
  escape: Decoration.mark({ class: "cm-escape" }),
  bad: Decoration.mark({ class: "cm-bad", attributes: { title: "Not a variable {{name}} or a fragment ${fragment:slug}" } }),
};

const matcher = new MatchDecorator({ regexp: ANY, decoration: (match) => marks[kindOf(match[0])] });

const highlighter = ViewPlugin.define(
  (view) => ({
    decorations: matcher.createDeco(view),
    update(update) {
      this.decorations = matcher.updateDeco(update, this.decorations);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

/** Variable names in a text, each once. @param {string} text @returns {string[]} */
export function namesIn(text) {
  return [...new Set([...text.matchAll(/(?<!\\)\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\||\}\})/g)].map((match) => match[1]))];
}

/**
 * Offers the names already used, and the fragments listed in `data-fragments` (slugs, space-separated).
 *
 * @param {string[]} fragments
 * @returns {import("@codemirror/autocomplete").CompletionSource}
 */
function completions(fragments) {
  return (context) => {
    const variable = context.matchBefore(/\{\{\s*\w*/);
    const fragment = context.matchBefore(/\$\{(?:fragment:)?[\w-]*/);
    const found = fragment ?? variable;
    if (!found) return null;
    const text = context.state.doc.toString();
    const labels = fragment ? fragments.map((slug) => `\${fragment:${slug}`) : namesIn(text).map((name) => `{{${name}`);
    const close = fragment ? "}" : "}}";
    const after = context.state.sliceDoc(context.pos, context.pos + close.length) === close ? "" : close;
    return {
      from: found.from,
      options: labels.map((label) => ({ label, apply: label + after, type: fragment ? "namespace" : "variable" })),
    };
  };
}

/** @param {string[]} fragments slugs to offer @returns {import("@codemirror/state").Extension} */
export function placeholders(fragments) {
  return [highlighter, autocompletion({ override: [completions(fragments)], icons: false })];
}
