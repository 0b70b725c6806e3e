// @ts-check
/**
 * What panels mark in the editors: the words that a finding quotes, an edit that waits, an edit that was made. Marks follow typing. A click
 * on one makes the textarea send a bubbling `panel:mark` (detail: {kind, id}). Offsets in here are UTF-16 units.
 *
 * `begin` is called when the text is sent: places in that text are then moved along with what was typed since.
 *
 * @typedef {{id: string, from: number, to: number, look: string, insert?: string}} Mark `insert` is shown after the place, not in the text
 */

import { Decoration, EditorView, StateEffect, StateField, WidgetType } from "vendor/codemirror";

/** Text that would come. */
class Proposed extends WidgetType {
  /** @param {string} text */
  constructor(text) {
    super();
    this.text = text;
  }

  /** @param {Proposed} other */
  eq(other) {
    return other.text === this.text;
  }

  toDOM() {
    const place = document.createElement("ins");
    place.className = "cm-proposed";
    place.textContent = this.text;
    return place;
  }
}

/** @param {HTMLTextAreaElement} area @returns {EditorView | null} */
export function viewOf(area) {
  const dom = /** @type {HTMLElement | null} */ (area.nextElementSibling);
  return dom?.matches(".cm-editor") ? EditorView.findFromDOM(dom) : null;
}

/** The marks of one kind, in all editors. @param {string} kind */
export function marksOf(kind) {
  const replace = /** @type {import("@codemirror/state").StateEffectType<Mark[]>} */ (StateEffect.define());
  const start = /** @type {import("@codemirror/state").StateEffectType<null>} */ (StateEffect.define());
  // How the text changed since it was sent, null for not at all.
  const since = StateField.define({
    create: () => /** @type {import("@codemirror/state").ChangeDesc | null} */ (null),
    update(held, transaction) {
      if (transaction.effects.some((effect) => effect.is(start))) return null;
      if (!transaction.docChanged) return held;
      return held ? held.composeDesc(transaction.changes.desc) : transaction.changes.desc;
    },
  });
  const held = StateField.define({
    create: () => Decoration.none,
    update(now, transaction) {
      for (const effect of transaction.effects) if (effect.is(replace)) return Decoration.set(effect.value.flatMap(decorated), true);
      return now.map(transaction.changes);
    },
    provide: (field) => EditorView.decorations.from(field),
  });
  /** @param {HTMLTextAreaElement} area */
  const click = (area) => EditorView.domEventHandlers({
    click(event, view) {
      const mark = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest?.(`[data-mark-${kind}]`));
      if (!mark || !view.state.selection.main.empty) return;
      const id = mark.getAttribute(`data-mark-${kind}`);
      area.dispatchEvent(new CustomEvent("panel:mark", { bubbles: true, detail: { kind, id } }));
    },
  });
  /** @param {HTMLTextAreaElement} area @returns {EditorView | null} */
  const ready = (area) => {
    const view = viewOf(area);
    if (view && view.state.field(held, false) === undefined) {
      view.dispatch({ effects: StateEffect.appendConfig.of([since, held, click(area)]) });
    }
    return view;
  };

  /** @param {Mark} mark */
  function decorated({ id, from, to, look, insert }) {
    const made = [];
    if (from < to) made.push(Decoration.mark({ class: look, attributes: { [`data-mark-${kind}`]: id }, id }).range(from, to));
    if (insert) made.push(Decoration.widget({ widget: new Proposed(insert), side: 1, ...(from < to ? {} : { id }) }).range(to));
    else if (from === to) made.push(Decoration.widget({ widget: new Proposed(""), side: 1, id }).range(to));
    return made;
  }

  return {
    /** The text of now is what places are about. @param {HTMLTextAreaElement} area */
    begin: (area) => ready(area)?.dispatch({ effects: start.of(null) }),
    /** Where a place of the text that was sent is by now; null if its words went. @param {HTMLTextAreaElement} area @param {number} from @param {number} to */
    now(area, from, to) {
      const view = ready(area);
      if (!view) return null;
      const changes = view.state.field(since);
      const [start, end] = changes ? [changes.mapPos(from, from < to ? 1 : -1), changes.mapPos(to, from < to ? -1 : 1)] : [from, to];
      return (from < to ? start < end : true) && end <= view.state.doc.length ? { from: start, to: Math.max(start, end) } : null;
    },
    /** @param {HTMLTextAreaElement} area @param {Mark[]} list in the place of all others of this kind */
    set(area, list) {
      const view = ready(area);
      const length = view?.state.doc.length ?? 0;
      view?.dispatch({ effects: replace.of(list.filter(({ from, to }) => from <= to && to <= length)) });
    },
    /** Where a mark is by now, with its words. @param {HTMLTextAreaElement} area @param {string} id */
    find(area, id) {
      const view = ready(area);
      /** @type {{from: number, to: number, text: string} | null} */
      let found = null;
      view?.state.field(held).between(0, view.state.doc.length, (from, to, mark) => {
        if (mark.spec.id === id) found = { from, to, text: view.state.sliceDoc(from, to) };
      });
      return /** @type {{from: number, to: number, text: string} | null} */ (found);
    },
  };
}

// Editor and dock stand below each other here: showing one scrolls the other away.
const NARROW = "(max-width: 1000px)";

/**
 * Puts the cursor on a place and shows it.
 * @param {HTMLTextAreaElement} area @param {{from: number, to: number}} place @param {boolean} [quiet] shows it beside the dock, which keeps the focus
 */
export function reveal(area, { from, to }, quiet = false) {
  const view = viewOf(area);
  if (!view || (quiet && matchMedia(NARROW).matches)) return;
  view.dom.dispatchEvent(new CustomEvent("palette:reveal", { bubbles: true }));
  view.dispatch({ ...(quiet ? {} : { selection: { anchor: from, head: to } }), effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.dom.scrollIntoView({ block: "nearest" });
  if (!quiet) view.focus();
}
