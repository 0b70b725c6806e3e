// @ts-check
/**
 * Keeps the list of variables (and whatever else the server says of the text) fresh while somebody types:
 * `<form data-island="prompts/variables" data-inspect-url="…" data-inspect-target="#variables">` is posted 180 ms after
 * the last change, or at once when it hears `inspect`, and the HTML that comes back replaces the target's content. Values typed there
 * are kept, by name.
 *
 * An element `[data-diagnostics]` of the page holds JSON: a list of marks {field, from, to, severity, message, …} with offsets in
 * Unicode code points of the texts that were sent. The form says `inspected` (detail: {marks, texts by field}, offsets in UTF-16 units now,
 * those of `fixes` too); then the marks are shown in the editors.
 */

import htmx from "vendor/htmx";
import { csrfToken } from "app/lib/csrf";

// With the server's answer in less than 100 ms, what is shown is never older than 300 ms after a pause.
const PAUSE_MS = 180;

// A click is lost when its button is replaced between press and release: nothing is replaced while something is pressed.
let released = Promise.resolve();
document.addEventListener("pointerdown", () => {
  released = new Promise((done) => {
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => setTimeout(done), { once: true, capture: true });
  });
}, true);

/**
 * @typedef {{field: string, from: number, to: number, insert?: string}} Place
 * @typedef {Place & {severity: "error" | "warning" | "info", message: string, rule?: string, number?: number, related?: Place[],
 *   fixes?: {title: string, edits: Place[], remove: number[], unset: string[], variables: string[], step: unknown[]}[],
 *   actions?: import("@codemirror/lint").Action[]}} Mark
 */

/** @param {HTMLElement} element */
export default function variables(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const target = /** @type {HTMLElement | null} */ (document.querySelector(form.dataset.inspectTarget ?? ""));
  if (!target) return;
  let timer = 0;
  let running = new AbortController();
  /** @type {Map<string, string>} what the marks of the page are about, by field */
  let texts = new Map();
  for (const name of ["input", "editor:typed"]) {
    form.addEventListener(name, (event) => {
      if (target.contains(/** @type {Node} */ (event.target))) return;
      // The editor's field follows its text by a moment: what was typed counts from the key, not from then.
      if (name === "input" && /** @type {HTMLElement} */ (event.target).matches("textarea[data-island][hidden]")) return;
      clearTimeout(timer);
      timer = setTimeout(inspect, PAUSE_MS);
    });
  }
  form.addEventListener("inspect", inspect);
  // Whoever came to life after the marks were told asks for them.
  form.addEventListener("inspected:again", () => texts.size && mark());
  form.addEventListener("editor:ready", (event) => {
    // Rendered together with the marks that are on the page.
    const area = /** @type {HTMLTextAreaElement} */ (event.target);
    texts.set(area.name, area.value);
    running.abort();
    mark();
  });
  // Editors that were there first have said so already.
  for (const area of editorsOf(form)) if (area.hidden) texts.set(area.name, area.value);
  if (texts.size) mark();

  async function inspect() {
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const body = new FormData(form);
    try {
      const response = await fetch(form.dataset.inspectUrl ?? "", {
        method: "POST",
        body,
        headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", "HX-Request": "true" },
        redirect: "error",
        signal,
      });
      if (!response.ok) return;
      const html = await response.text();
      await released;
      if (signal.aborted) return;
      show(/** @type {HTMLElement} */ (target), html);
      texts = new Map(editorsOf(form).map((area) => [area.name, String(body.get(area.name) ?? "")]));
      mark();
    } catch {
      // Superseded, offline or signed out: what is shown stays; the draft's state tells the person.
    }
  }

  function mark() {
    /** @type {Mark[]} */
    const marks = JSON.parse(document.querySelector("[data-diagnostics]")?.textContent || "[]").filter((/** @type {Mark} */ each) => texts.has(each.field));
    const units = new Map([...texts].map(([name, text]) => [name, codePointOffsets(text)]));
    for (const each of marks) {
      for (const place of [each, ...(each.related ?? []), ...(each.fixes ?? []).flatMap((fix) => fix.edits)]) inUnits(place, units);
    }
    form.dispatchEvent(new CustomEvent("inspected", { detail: { marks, texts } }));
    for (const area of editorsOf(form)) {
      const detail = marks.filter((each) => each.field === area.name && each.to > each.from);
      area.dispatchEvent(new CustomEvent("editor:diagnostics", { detail }));
    }
  }
}

/** @param {HTMLFormElement} form @returns {HTMLTextAreaElement[]} */
function editorsOf(form) {
  return [...form.querySelectorAll("textarea[data-island]")].map((area) => /** @type {HTMLTextAreaElement} */ (area));
}

/** @param {HTMLElement} place @param {string} html rendered and escaped by our own server */
function show(place, html) {
  const typed = new Map(fieldsIn(place).map((field) => [field.name, field]));
  const focused = document.activeElement;
  htmx.swap(place, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  for (const field of fieldsIn(place)) {
    const old = typed.get(field.name);
    if (!old || old === field) continue; // the same one was kept by hx-preserve
    // The very element is put back, so that focus, caret and undo survive as well as the value.
    if (old.tagName === field.tagName) field.replaceWith(old);
    else field.value = old.value;
    if (old === focused) old.focus();
  }
}

/** @param {HTMLElement} place @returns {(HTMLInputElement | HTMLTextAreaElement)[]} */
function fieldsIn(place) {
  return [...place.querySelectorAll("input[name], textarea[name]")].map((field) => /** @type {HTMLInputElement} */ (field));
}

/** @param {Place} place @param {Map<string, number[]>} units */
function inUnits(place, units) {
  const offsets = units.get(place.field) ?? [0];
  const last = offsets[offsets.length - 1];
  [place.from, place.to] = [offsets[place.from] ?? last, offsets[place.to] ?? last];
}

/** Where each code point of a text starts, in UTF-16 units; the last entry is the length. @param {string} text */
function codePointOffsets(text) {
  const offsets = [];
  let at = 0;
  for (const char of text) {
    offsets.push(at);
    at += char.length;
  }
  offsets.push(at);
  return offsets;
}
