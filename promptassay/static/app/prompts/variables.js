// @ts-check
/**
 * Keeps the list of variables (and whatever else the server says of the text) fresh while somebody types:
 * `<form data-island="prompts/variables" data-inspect-url="…" data-inspect-target="#variables">` is posted 250 ms after
 * the last input, and the HTML that comes back replaces the target's content. Values typed there are kept, by name.
 *
 * An element `[data-diagnostics]` in the answer holds JSON: a list of {field, from, to, severity, message} with offsets in
 * Unicode code points, shown in the editor of that field.
 */

import htmx from "vendor/htmx";
import { csrfToken } from "app/lib/csrf";

const PAUSE_MS = 250;

/** @param {HTMLElement} element */
export default function variables(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const target = /** @type {HTMLElement | null} */ (document.querySelector(form.dataset.inspectTarget ?? ""));
  if (!target) return;
  let timer = 0;
  let running = new AbortController();
  form.addEventListener("input", (event) => {
    if (target.contains(/** @type {Node} */ (event.target))) return;
    clearTimeout(timer);
    timer = setTimeout(inspect, PAUSE_MS);
  });

  async function inspect() {
    running.abort();
    running = new AbortController();
    try {
      const response = await fetch(form.dataset.inspectUrl ?? "", {
        method: "POST",
        body: new FormData(form),
        headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", "HX-Request": "true" },
        redirect: "error",
        signal: running.signal,
      });
      if (response.ok) show(/** @type {HTMLElement} */ (target), await response.text());
    } catch {
      // Superseded, offline or signed out: what is shown stays; the draft's state tells the person.
    }
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
    underline(form, place);
  }
}

/** @param {HTMLElement} place @returns {(HTMLInputElement | HTMLTextAreaElement)[]} */
function fieldsIn(place) {
  return [...place.querySelectorAll("input[name], textarea[name]")].map((field) => /** @type {HTMLInputElement} */ (field));
}

/** @param {HTMLFormElement} form @param {HTMLElement} place */
function underline(form, place) {
  const source = place.querySelector("[data-diagnostics]");
  if (!source) return;
  /** @type {{field: string, from: number, to: number, severity: string, message: string}[]} */
  const found = JSON.parse(source.textContent || "[]");
  for (const area of form.querySelectorAll("textarea[data-island]")) {
    const { name, value } = /** @type {HTMLTextAreaElement} */ (area);
    const units = codePointOffsets(value);
    const detail = found
      .filter((each) => each.field === name && each.to < units.length)
      .map((each) => ({ ...each, from: units[each.from], to: units[each.to] }));
    area.dispatchEvent(new CustomEvent("editor:diagnostics", { detail }));
  }
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
