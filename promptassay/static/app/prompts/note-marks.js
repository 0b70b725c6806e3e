// @ts-check
/**
 * Annotated spans in the editor: softly marked, kept in place while one types. Click on one and the textarea sends a bubbling
 * `notes:open` with its id; `notes:ready` says that the editor is there. Offsets in here are UTF-16 units.
 *
 * @typedef {{id: string, from: number, to: number}} Mark
 */

import { Decoration, EditorView, StateEffect, StateField, ViewPlugin } from "vendor/codemirror";

/** @type {WeakMap<HTMLTextAreaElement, EditorView>} */
const views = new WeakMap();
const replace = /** @type {import("@codemirror/state").StateEffectType<Mark[]>} */ (StateEffect.define());

const marks = StateField.define({
  create: () => Decoration.none,
  update(held, transaction) {
    let now = held.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(replace)) now = Decoration.set(effect.value.map(decorated), true);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** @param {Mark} mark */
function decorated({ id, from, to }) {
  return Decoration.mark({ class: id ? "cm-note" : "cm-note new", attributes: id ? { "data-note": id } : {}, id }).range(from, to);
}

/** @param {HTMLTextAreaElement} area @returns {import("@codemirror/state").Extension} */
export function noteMarks(area) {
  const known = ViewPlugin.define((view) => {
    views.set(area, view);
    queueMicrotask(() => area.dispatchEvent(new CustomEvent("notes:ready", { bubbles: true })));
    return {};
  });
  const click = EditorView.domEventHandlers({
    click(event, view) {
      const mark = /** @type {HTMLElement} */ (event.target).closest?.("[data-note]");
      if (!mark || !view.state.selection.main.empty) return;
      area.dispatchEvent(new CustomEvent("notes:open", { bubbles: true, detail: /** @type {HTMLElement} */ (mark).dataset.note }));
    },
  });
  return [marks, known, click];
}

/** Puts these marks in the place of all others. @param {HTMLTextAreaElement} area @param {Mark[]} list */
export function setMarks(area, list) {
  const view = views.get(area);
  const length = view?.state.doc.length ?? 0;
  view?.dispatch({ effects: replace.of(list.filter(({ from, to }) => from < to && to <= length)) });
}

/** The marks as they are now, with text and line. @param {HTMLTextAreaElement} area @returns {(Mark & {text: string, line: number})[]} */
export function readMarks(area) {
  const view = views.get(area);
  /** @type {(Mark & {text: string, line: number})[]} */
  const found = [];
  view?.state.field(marks).between(0, view.state.doc.length, (from, to, mark) => {
    found.push({ id: mark.spec.id, from, to, text: view.state.sliceDoc(from, to), line: view.state.doc.lineAt(from).number });
  });
  return found;
}

/** What is selected, and the mark around it. @param {HTMLTextAreaElement} area */
export function selectionIn(area) {
  const view = views.get(area);
  if (!view) return null;
  const { from, to } = view.state.selection.main;
  const around = readMarks(area).find((mark) => mark.from <= from && to <= mark.to);
  return { from, to, text: view.state.sliceDoc(from, to), doc: view.state.doc.toString(), inside: around?.id ?? "", focused: view.hasFocus };
}

/** Shows a mark and puts the cursor there; false if it is not in this editor. @param {HTMLTextAreaElement} area @param {string} id */
export function reveal(area, id) {
  const view = views.get(area);
  const mark = readMarks(area).find((each) => each.id === id);
  if (!view || !mark) return false;
  view.dispatch({ selection: { anchor: mark.from, head: mark.to }, effects: EditorView.scrollIntoView(mark.from, { y: "center" }) });
  view.dom.scrollIntoView({ block: "nearest" });
  view.focus();
  return true;
}

/** @param {HTMLTextAreaElement} area */
export function focus(area) {
  views.get(area)?.focus();
}
