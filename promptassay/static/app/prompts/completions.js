// @ts-check
/**
 * What the editor offers as one types: after `{{` the variables of the whole prompt, after `${fragment:` the fragments, after `@` a
 * fragment's versions, after a blank in a reference the slots that it leaves open. `data-fragments` of the textarea lists slugs.
 */

import { autocompletion } from "vendor/codemirror";
import { card, previewOf } from "app/prompts/fragment-hints";
import { namesIn } from "app/prompts/placeholders";

/**
 * @typedef {import("@codemirror/autocomplete").Completion} Completion
 * @typedef {import("@codemirror/autocomplete").CompletionContext} Context
 * @typedef {import("@codemirror/autocomplete").CompletionResult} Result
 */

const SLOT = String.raw`[ \t]+[A-Za-z_]\w*="(?:[^"\\\n]|\\[^\n])*"`;
const IN_REFERENCE = new RegExp(String.raw`\$\{fragment:([a-z0-9-]+)(?:@(\d+))?((?:${SLOT})*)[ \t]+(\w*)$`);
const AT_PIN = /\$\{fragment:([a-z0-9-]+)@(\d*)$/;
const AT_SLUG = /\$\{(?:f[a-z]*(?::[a-z0-9-]*)?)?$/;
const AT_NAME = /\{\{[ \t]*\w*$/;

/** @param {HTMLTextAreaElement} area @returns {import("@codemirror/state").Extension} */
export function completions(area) {
  const base = area.dataset.fragmentsUrl ?? "";
  /** @param {Context} context @returns {Result | null | Promise<Result | null>} */
  const source = (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const inside = IN_REFERENCE.exec(before);
    if (inside) return base ? slots(context, inside) : null;
    const pin = AT_PIN.exec(before);
    if (pin) return base ? pins(context, pin) : null;
    const slug = AT_SLUG.exec(before);
    if (slug) return isEscaped(before, slug.index) ? null : fragments(context, slug[0]);
    const name = AT_NAME.exec(before);
    return name && !isEscaped(before, name.index) ? variables(context, name[0], area) : null;
  };

  /** @param {Context} context @param {string} typed @returns {Result} */
  function fragments(context, typed) {
    const slugs = (area.dataset.fragments ?? "").split(/\s+/).filter(Boolean);
    const options = slugs.map((slug) => ({
      label: `\${fragment:${slug}`, displayLabel: slug, type: "variable", apply: ended(`\${fragment:${slug}`, "}", 0),
      info: base ? () => about(slug) : undefined,
    }));
    return { from: context.pos - typed.length, options, validFor: AT_SLUG };
  }

  /** @param {Context} context @param {RegExpExecArray} match @returns {Promise<Result | null>} */
  async function pins(context, [, slug, typed]) {
    const preview = await previewOf(base, slug).catch(() => null);
    if (!preview) return null;
    const options = preview.versions.map(({ number, summary }, at) => ({
      label: String(number), displayLabel: `@${number}`, detail: number === preview.newest ? `newest · ${summary}` : summary,
      type: "variable", boost: -at, info: () => about(slug, String(number)),
    }));
    return { from: context.pos - typed.length, options, validFor: /^\d*$/ };
  }

  /** @param {Context} context @param {RegExpExecArray} match @returns {Promise<Result | null>} */
  async function slots(context, [, slug, pin, bound, typed]) {
    const preview = await previewOf(base, slug, pin).catch(() => null);
    const open = preview?.slots.filter((name) => !new RegExp(String.raw`[ \t]${name}=`).test(bound)) ?? [];
    const options = open.map((name) => ({ label: `${name}=""`, displayLabel: name, detail: "slot", type: "variable", apply: ended(`${name}="`, '"', 0) }));
    return { from: context.pos - typed.length, options, validFor: /^\w*$/ };
  }

  /** @param {string} slug @param {string} [pin] */
  async function about(slug, pin = "") {
    return card(await previewOf(base, slug, pin).catch(() => null), { slug, pin });
  }

  return autocompletion({ override: [source], icons: false });
}

/** The names of all messages of the form, and those that its fragments leave open. @param {Context} context @param {string} typed @param {HTMLTextAreaElement} area @returns {Result} */
function variables(context, typed, area) {
  const text = context.state.doc.toString();
  // Without the one that is being written.
  const here = namesIn(text.slice(0, context.pos - typed.length) + text.slice(context.pos).replace(/^\w*\}*/, ""));
  const others = [...(area.form?.querySelectorAll("textarea[data-island]") ?? [])].filter((each) => each !== area);
  const elsewhere = others.flatMap((each) => namesIn(/** @type {HTMLTextAreaElement} */ (each).value));
  const slots = [...document.querySelectorAll("#variables .var-name")].map((each) => each.textContent ?? "");
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const [names, detail] of /** @type {[string[], string][]} */ ([[here, ""], [elsewhere, "in another message"], [slots, "in a fragment"]])) {
    for (const name of names) if (name && !found.has(name)) found.set(name, detail);
  }
  const options = [...found].map(([name, detail]) => ({
    label: `{{${name}`, displayLabel: name, detail, type: "variable", apply: ended(`{{${name}`, "}}", 2),
  }));
  return { from: context.pos - typed.length, options, validFor: /^\{\{\w*$/ };
}

/**
 * Puts a text in with its end, unless that stands there already; the caret comes `past` characters of the end.
 *
 * @param {string} text @param {string} end @param {number} past
 */
function ended(text, end, past) {
  return (/** @type {import("@codemirror/view").EditorView} */ view, /** @type {Completion} */ _, /** @type {number} */ from, /** @type {number} */ to) => {
    const after = view.state.sliceDoc(to, to + end.length);
    let there = 0;
    while (there < end.length && after[there] === end[0]) there += 1;
    const changes = { from, to: to + there, insert: text + end };
    view.dispatch({ changes, selection: { anchor: from + text.length + past }, userEvent: "input.complete" });
  };
}

/** Whether an odd number of backslashes makes the opener literal. @param {string} text @param {number} at */
function isEscaped(text, at) {
  return (/\\*$/.exec(text.slice(0, at))?.[0].length ?? 0) % 2 === 1;
}
