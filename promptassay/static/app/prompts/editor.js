// @ts-check
/**
 * Upgrades `<textarea name="content" data-island="prompts/editor" data-fragments="tone-of-voice …" data-fragments-url="…/by-slug/">` into CodeMirror. The textarea
 * stays the form's field and is kept in step, so forms, drafts and other islands read it as before.
 *
 * It sends a bubbling `input` on the textarea 150 ms after a change, and listens there for `editor:set`
 * (detail: the new text) and `editor:diagnostics` (detail: a list of from, to, severity, message in UTF-16 units). It says `editor:ready`
 * once it listens, and `editor:typed` at each change, before the field is in step (both bubble).
 */

import {
  EditorState, EditorView, GFM, Language, closeBrackets, classHighlighter,
  defineLanguageFacet, highlightActiveLine, highlightActiveLineGutter, highlightSelectionMatches, history, lineNumbers,
  markdownParser, placeholder, search, setDiagnostics, syntaxHighlighting,
} from "vendor/codemirror";
import { completions } from "app/prompts/completions";
import { editorKeys } from "app/prompts/editor-keys";
import { extract } from "app/prompts/extract";
import { followFragment, fragmentHints } from "app/prompts/fragment-hints";
import { foldMessage } from "app/prompts/message-fold";
import { noteMarks } from "app/prompts/note-marks";
import { placeholders } from "app/prompts/placeholders";
import { lintDoors, lintKeys } from "app/prompts/editor-lint";
import { theme } from "app/prompts/editor-theme";
import { unseen } from "app/prompts/editor-unseen";

const PAUSE_MS = 150;
const markdown = new Language(defineLanguageFacet(), markdownParser.configure(GFM), [], "markdown");

/** @param {HTMLElement} element */
export default function editor(element) {
  const area = /** @type {HTMLTextAreaElement} */ (element);
  if (area.readOnly || area.disabled) area.dataset.readonly = "";
  let timer = 0;
  const sync = () => {
    if (!timer || !area.isConnected) return;
    clearTimeout(timer);
    timer = 0;
    area.value = view.state.doc.toString();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const view = new EditorView({
    state: EditorState.create({ doc: area.value, extensions: [...extensions(area), EditorView.updateListener.of((update) => {
      // From the first change on, not the last: steady typing must not keep the draft from being saved.
      if (update.docChanged) timer ||= setTimeout(sync, PAUSE_MS);
      if (update.docChanged) area.dispatchEvent(new Event("editor:typed", { bubbles: true }));
      if (update.selectionSet || update.docChanged) showPosition(update.state);
    })] }),
  });
  const focused = document.activeElement === area;
  area.hidden = true;
  area.required = false; // a hidden required field would block the form without a word; the server checks it
  area.after(view.dom);
  if (focused) view.focus();
  listen(area, view, sync);
  lintDoors(area, view);
  area.dispatchEvent(new Event("editor:ready", { bubbles: true }));
}

/** @param {HTMLTextAreaElement} area @returns {import("@codemirror/state").Extension[]} */
function extensions(area) {
  const label = area.labels?.[0]?.textContent?.trim() || area.getAttribute("aria-label") || "Prompt text";
  /** @type {Record<string, string>} */
  const attributes = { "aria-label": label, "aria-multiline": "true", spellcheck: "true", autocorrect: "on", autocapitalize: "sentences" };
  const described = area.getAttribute("aria-describedby");
  if (described) attributes["aria-describedby"] = described;
  if (area.getAttribute("aria-invalid")) attributes["aria-invalid"] = "true";
  const frozen = "readonly" in area.dataset;
  return [
    EditorView.cspNonce.of(/** @type {HTMLElement | null} */ (document.querySelector("script[nonce]"))?.nonce ?? ""),
    EditorView.contentAttributes.of(attributes),
    EditorView.lineWrapping,
    EditorView.perLineTextDirection.of(true),
    EditorState.readOnly.of(frozen),
    // Caret and selection are the browser's: drawing them costs each keystroke half of its time to the screen.
    lineNumbers(), unseen(), history(), highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(),
    // Only braces close themselves: quotes and brackets are prose here.
    closeBrackets(), EditorState.languageData.of(() => [{ closeBrackets: { brackets: ["{"] } }]), search({ top: true }), placeholder(area.placeholder),
    markdown, syntaxHighlighting(classHighlighter), placeholders(), completions(area), fragmentHints(area.dataset.fragmentsUrl ?? ""), theme,
    lintKeys(area), noteMarks(area),
    editorKeys({
      follow: followFragment(area.dataset.fragmentsUrl ?? ""),
      ...(area.closest("[data-fold-scope]") ? { fold: foldMessage } : {}),
      ...(document.querySelector("[data-extract]") && !frozen ? { extract } : {}),
    }),
  ];
}

/** @param {HTMLTextAreaElement} area @param {EditorView} view @param {() => void} sync */
function listen(area, view, sync) {
  /** @param {string} text */
  const set = (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  const gone = new AbortController();
  const { signal } = gone;
  area.addEventListener("htmx:beforeCleanupElement", () => (gone.abort(), view.destroy()));
  area.form?.addEventListener("submit", sync, { capture: true, signal });
  // Before htmx sends the form: what was typed in the last moment belongs to what is saved, not to a draft after it.
  document.addEventListener("htmx:confirm", sync, { capture: true, signal });
  area.form?.addEventListener("formdata", ({ formData }) => {
    if (!area.name || area.disabled) return;
    area.value = view.state.doc.toString();
    // Several messages may share the name: only this one's value is replaced.
    const fields = [...(area.form?.querySelectorAll(`[name="${CSS.escape(area.name)}"]`) ?? [])];
    const values = formData.getAll(area.name);
    values[fields.indexOf(area)] = area.value;
    formData.delete(area.name);
    for (const value of values) formData.append(area.name, value);
  }, { signal });
  area.form?.addEventListener("reset", () => setTimeout(() => set(area.value)), { signal });
  for (const label of area.labels ?? []) label.addEventListener("click", () => view.focus());
  area.addEventListener("editor:set", (event) => set(/** @type {CustomEvent} */ (event).detail));
  area.addEventListener("editor:diagnostics", (event) => {
    const length = view.state.doc.length;
    const found = /** @type {import("@codemirror/lint").Diagnostic[]} */ (/** @type {CustomEvent} */ (event).detail);
    view.dispatch(setDiagnostics(view.state, found.filter((each) => each.from <= each.to && each.to <= length)));
  });
}

/** Writes "Ln 4, Col 31" into `[data-editor-position]`, if the page has one. @param {EditorState} state */
function showPosition(state) {
  const target = document.querySelector("[data-editor-position]");
  const head = state.selection.main.head;
  const line = state.doc.lineAt(head);
  if (target) target.textContent = `Ln ${line.number}, Col ${head - line.from + 1}`;
}
