// @ts-check
/**
 * Makes a fragment of the selected text: the dialog `[data-extract]` (with data-url and `[data-dialog-content]`) is filled by the
 * server, and the reference that comes back replaces the selection in one step that undo takes back.
 */

import htmx from "vendor/htmx";
import { csrfToken } from "app/lib/csrf";
import { toast } from "app/lib/toast";
import { forgetPreviews } from "app/prompts/fragment-hints";
import { placeholdersIn } from "app/prompts/placeholders";

/** @typedef {import("@codemirror/view").EditorView} EditorView */

const PAUSE_MS = 300;

/** The editor's command. @param {EditorView} view @returns {boolean} */
export function extract(view) {
  const dialog = /** @type {HTMLDialogElement | null} */ (document.querySelector("[data-extract]"));
  if (!dialog) return false;
  const range = whole(view);
  if (!range) toast("Select the text that becomes the fragment, then extract it.");
  else ask(dialog, view, range);
  return true;
}

/** The selection without blanks around it, widened so that no placeholder is cut. @param {EditorView} view */
function whole(view) {
  const { doc, selection } = view.state;
  let { from, to } = selection.main;
  for (const each of placeholdersIn(doc.toString())) {
    if (each.from < from && from < each.to) from = each.from;
    if (each.from < to && to < each.to) to = each.to;
  }
  const text = doc.sliceString(from, to);
  from += text.length - text.trimStart().length;
  to -= text.length - text.trimEnd().length;
  return from < to ? { from, to } : null;
}

/** @param {HTMLDialogElement} dialog @param {EditorView} view @param {{from: number, to: number}} range */
function ask(dialog, view, range) {
  const place = /** @type {HTMLElement} */ (dialog.querySelector("[data-dialog-content]"));
  const closed = new AbortController();
  const { signal } = closed;
  let timer = 0;
  const first = new FormData();
  first.set("text", view.state.doc.sliceString(range.from, range.to));
  dialog.showModal();
  load(first).then(() => /** @type {HTMLElement | null} */ (place.querySelector("#extract-title"))?.focus());

  dialog.addEventListener("click", (event) => {
    const inside = /** @type {HTMLElement} */ (event.target);
    if (inside === dialog || inside.closest("[data-close]")) dialog.close();
  }, { signal });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    closed.abort();
    place.replaceChildren();
    view.focus();
  }, { signal });
  dialog.addEventListener("input", (event) => {
    if (/** @type {HTMLElement} */ (event.target).id !== "extract-text") return;
    clearTimeout(timer);
    timer = setTimeout(slots, PAUSE_MS);
  }, { signal });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    load(new FormData(/** @type {HTMLFormElement} */ (event.target)));
  }, { signal });

  /** The slots of the text as it is edited; what was typed for them stays. */
  function slots() {
    const form = /** @type {HTMLFormElement} */ (place.querySelector("form"));
    const data = new FormData(form);
    data.set("make", "0");
    data.set("part", "slots");
    load(data, /** @type {HTMLElement} */ (place.querySelector("#extract-slots")));
  }

  /** @param {FormData} body @param {HTMLElement} [target] where HTML of our own server goes */
  async function load(body, target = place) {
    const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true", "X-Requested-With": "fetch" };
    try {
      const response = await fetch(dialog.dataset.url ?? "", { method: "POST", body, headers, redirect: "error", signal });
      if (response.status === 201) return put(await response.json());
      if (!response.ok && response.status !== 422) throw new Error(String(response.status));
      htmx.swap(target, await response.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
      /** @type {HTMLElement | null} */ (target.querySelector("[aria-invalid]"))?.focus();
    } catch {
      if (!signal.aborted) toast("The fragment could not be made, and your text is as it was. Try again.", { tone: "bad" });
    }
  }

  /** @param {{reference: string, slug: string, title: string, url: string}} made */
  function put({ reference, slug, title, url }) {
    // A backslash before it would make the reference literal; two mean one.
    const line = view.state.doc.lineAt(range.from);
    const slashes = /\\*$/.exec(line.text.slice(0, range.from - line.from))?.[0] ?? "";
    const insert = slashes + reference;
    view.dispatch({ changes: { ...range, insert }, selection: { anchor: range.from + insert.length }, userEvent: "input.extract", scrollIntoView: true });
    for (const area of document.querySelectorAll("textarea[data-fragments]")) {
      const known = /** @type {HTMLElement} */ (area).dataset;
      known.fragments = `${slug} ${known.fragments ?? ""}`;
    }
    forgetPreviews();
    dialog.close();
    toast(`The fragment “${title}” is made. Undo puts the text back; the fragment stays.`, {
      tone: "good", action: "Open it", onAction: () => void window.open(url, "_blank", "noopener"),
    });
  }
}
