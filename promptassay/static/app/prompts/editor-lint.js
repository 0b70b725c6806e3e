// @ts-check
/**
 * The editor's side of the lint. The textarea hears `editor:change` (detail: changes, as CodeMirror takes them), `editor:undo`, and
 * `editor:select` (detail: {from, to, says}), which shows a place and says why. It sends `lint:key` (bubbling, cancelable; detail:
 * {key: "fix" | "next" | "previous", from, to}) for Alt-Enter, F8 and Shift-F8; where nobody takes it the key stays what it was.
 */

import { EditorView, StateEffect, StateField, keymap, showTooltip, undo } from "vendor/codemirror";

/** @type {import("@codemirror/state").StateEffectType<{pos: number, says: string}>} */
const say = StateEffect.define();

// What stands at the selected finding, until the next key.
const saying = StateField.define({
  create: () => /** @type {import("@codemirror/view").Tooltip | null} */ (null),
  update(tip, transaction) {
    for (const effect of transaction.effects) if (effect.is(say)) return tooltip(effect.value);
    return transaction.docChanged || transaction.selection ? null : tip;
  },
  provide: (field) => showTooltip.from(field),
});

/** @param {{pos: number, says: string}} value @returns {import("@codemirror/view").Tooltip} */
function tooltip({ pos, says }) {
  const dom = document.createElement("div");
  dom.className = "frag-card";
  dom.textContent = says;
  return { pos, above: true, create: () => ({ dom }) };
}

/** @param {HTMLTextAreaElement} area @returns {import("@codemirror/state").Extension} */
export function lintKeys(area) {
  /** @param {string} key @returns {import("@codemirror/view").Command} */
  const ask = (key) => (view) => {
    const { from, to } = view.state.selection.main;
    return !area.dispatchEvent(new CustomEvent("lint:key", { bubbles: true, cancelable: true, detail: { key, from, to } }));
  };
  return [saying, keymap.of([
    { key: "Alt-Enter", run: ask("fix") },
    { key: "F8", run: ask("next"), shift: ask("previous") },
  ])];
}

/** @param {HTMLTextAreaElement} area @param {EditorView} view */
export function lintDoors(area, view) {
  area.addEventListener("editor:change", (event) => {
    const changes = /** @type {CustomEvent} */ (event).detail;
    view.dispatch({ changes, userEvent: "input.lint", scrollIntoView: false });
  });
  area.addEventListener("editor:undo", () => undo(view));
  area.addEventListener("editor:select", (event) => {
    const { from, to, says } = /** @type {CustomEvent} */ (event).detail;
    const end = view.state.doc.length;
    const selection = { anchor: Math.min(from, end), head: Math.min(to, end) };
    view.focus();
    view.dispatch({
      selection,
      effects: [EditorView.scrollIntoView(selection.anchor, { y: "center" }), ...(says ? [say.of({ pos: selection.anchor, says })] : [])],
    });
  });
}
