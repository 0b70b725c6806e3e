// @ts-check
/**
 * The playground: up to four columns with the same inputs, run in parallel. `<div data-island="prompts/playground" data-prompt=… data-prompt-title=…>`
 * around the form `[data-values]`, the fieldsets `[data-column]` and the section of the history. Sends to the document:
 * `playground:columns` (a list of {letter, title, output}) when answers change, `playground:kept` when the history grew; hears
 * `playground:reopen` (an entry of the history) and `playground:values` (a record of names and texts).
 */

import { store } from "app/lib/store";
import { toast } from "app/lib/toast";
import { column } from "app/prompts/playground-column";
import { dialogs } from "app/prompts/playground-dialogs";

/** @typedef {import("app/prompts/playground-entry").Entry} Entry */

/** @param {HTMLElement} root */
export default function playground(root) {
  const form = /** @type {HTMLFormElement} */ (root.querySelector("[data-values]"));
  const place = /** @type {HTMLElement | null} */ (root.querySelector("[data-person]"));
  if (!place) return;
  /** @type {import("app/lib/store").Store<Entry>} */
  const kept = store(place.dataset.person ?? "", place.dataset.workspace ?? "", "playground");
  const prompt = { id: root.dataset.prompt ?? "", title: root.dataset.promptTitle ?? "" };
  /** @param {string} name @returns {HTMLElement} */
  const button = (name) => /** @type {HTMLElement} */ (document.querySelector(`[data-all="${name}"]`));
  const fieldsets = /** @type {NodeListOf<HTMLFieldSetElement>} */ (root.querySelectorAll("[data-column]"));
  const columns = [...fieldsets].map((element) => column(element, { values, changed, finished }));
  const open = () => columns.filter(({ element }) => !element.hidden);
  const ask = dialogs(root);

  for (const each of columns) {
    each.piece("remove").addEventListener("click", () => toggle(each, false));
    each.piece("code").addEventListener("click", () => ask.code(each.body()));
    each.piece("keep").addEventListener("click", () => each.result && ask.keep(each.result.values, each.result.output));
  }
  button("run").addEventListener("click", () => open().forEach((each) => each.run()));
  button("stop").addEventListener("click", stop);
  button("add").addEventListener("click", () => {
    const free = columns.find(({ element }) => element.hidden);
    if (free) toggle(free, true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open]")) stop();
  });
  document.addEventListener("playground:values", (event) => fill(Object.entries(/** @type {CustomEvent} */ (event).detail)
    .map(([name, text]) => [`var:${name}`, String(text)])));
  document.addEventListener("playground:reopen", (event) => reopen(/** @type {CustomEvent} */ (event).detail));
  changed();
  const wanted = /^#run-(\d+)$/.exec(location.hash);
  if (wanted) kept.get(Number(wanted[1])).then((entry) => entry?.prompt.id === prompt.id && reopen(entry), () => undefined);

  /** @returns {[string, string][]} the fields of the inputs, as typed */
  function values() {
    return [...new FormData(form)]
      .filter(([name]) => name.startsWith("var:") || name === "values_json")
      .map(([name, value]) => [name, String(value)]);
  }

  function stop() {
    columns.forEach((each) => each.stop());
  }

  function changed() {
    button("stop").hidden = !columns.some((each) => each.isRunning);
    button("add").hidden = open().length === columns.length;
    for (const each of columns) each.piece("remove").hidden = open().length === 1 || each.isRunning;
    const detail = open().filter(({ result }) => result?.output).map(({ letter, result }) => ({
      letter, title: `${letter}: ${result?.sourceTitle}, ${result?.modelTitle}`, output: result?.output,
    }));
    document.dispatchEvent(new CustomEvent("playground:columns", { detail }));
  }

  /** @param {ReturnType<typeof column>} each @param {boolean} shown */
  function toggle(each, shown) {
    each.element.hidden = each.element.disabled = !shown;
    // The variables are those of the columns that are open.
    open()[0].source.dispatchEvent(new Event("change", { bubbles: true }));
    changed();
    (shown ? each.source : button("add")).focus();
  }

  /** @param {Omit<Entry, "prompt">} entry */
  async function finished(entry) {
    try {
      await kept.add({ ...entry, prompt });
      document.dispatchEvent(new CustomEvent("playground:kept"));
    } catch {
      toast("This browser does not keep a history here: its storage is full. The answer is on the page.");
    }
  }

  /** Sets fields by name, now and once the fields of another version have come. @param {[string, string][]} fields */
  function fill(fields) {
    const set = () => {
      for (const [name, value] of fields) {
        const field = form.elements.namedItem(name);
        if (field instanceof HTMLTextAreaElement) field.value = value;
      }
    };
    set();
    form.querySelector("#variables")?.addEventListener("htmx:afterSettle", set, { once: true });
  }

  /** @param {Entry} entry */
  function reopen(entry) {
    const first = open()[0];
    if (first.isRunning) return;
    fill(entry.values);
    first.reopen(entry);
    first.element.scrollIntoView({ block: "nearest" });
    first.piece("output").focus();
  }
}
