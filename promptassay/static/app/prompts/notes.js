// @ts-check
/**
 * The notes beside a text: `data-texts` names the element that holds the messages' editors, in order, `data-form` the form whose
 * text they are. Inside: `#threads` with the panel as the server made it, and a form `[data-note-new]` to begin a thread with.
 * The page's `[data-note-start]` begins one on the selection, or goes to the thread around the cursor.
 *
 * While one types the editors keep the marks in place; the server is asked again (`data-place-url`) when a marked text changed,
 * or when a thread has lost its text, which may have come back.
 */

import htmx from "vendor/htmx";
import { pointsBefore, unitsOf } from "app/lib/code-points";
import { csrfToken } from "app/lib/csrf";
import { toast } from "app/lib/toast";
import { focus, readMarks, reveal, selectionIn, setMarks } from "app/prompts/note-marks";

const PAUSE_MS = 700;

/** @param {HTMLElement} pane */
export default function notes(pane) {
  const texts = /** @type {HTMLElement} */ (document.querySelector(pane.dataset.texts ?? ""));
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector(pane.dataset.form || "#none"));
  const composer = /** @type {HTMLFormElement | null} */ (pane.querySelector("[data-note-new]"));
  /** @type {Map<string, string>} the text of each mark as the server last saw it */
  const seen = new Map();
  let show = pane.querySelector("[data-wanted]")?.getAttribute("data-wanted") || "open";
  let timer = 0;
  let fresh = 0;
  let round = 0;
  /** @type {HTMLTextAreaElement | null} the editor that had the focus last */
  let latest = null;

  /** @returns {HTMLTextAreaElement[]} */
  const areas = () => [...texts.querySelectorAll("textarea[data-island~='prompts/editor']")].map((each) => /** @type {HTMLTextAreaElement} */ (each));

  /** The server's marks, into every editor that is there already. */
  function mark() {
    const list = JSON.parse(pane.querySelector("[data-note-marks]")?.textContent || "[]");
    seen.clear();
    areas().forEach((area, message) => {
      const pending = readMarks(area).filter(({ id }) => !id);
      const here = list.filter((/** @type {any} */ each) => each.message === message);
      const units = here.length ? unitsOf(area.value) : [];
      setMarks(area, [...here.map((/** @type {any} */ each) => ({ id: each.id, from: units[each.from], to: units[each.to] })), ...pending]);
      for (const each of readMarks(area)) if (each.id) seen.set(each.id, each.text);
    });
  }

  /** Which threads are to be seen; the rest is hidden. */
  function filter() {
    for (const link of pane.querySelectorAll("[data-note-show]")) {
      if (link.getAttribute("data-note-show") === show) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    let some = false;
    for (const thread of pane.querySelectorAll("[data-note-state]")) {
      const hidden = thread.getAttribute("data-note-state") !== show;
      /** @type {HTMLElement} */ (thread).hidden = hidden;
      some ||= !hidden;
    }
    const none = /** @type {HTMLElement | null} */ (pane.querySelector("[data-note-none]"));
    if (none) none.hidden = some;
    if (none && pane.querySelector("[data-note-state]")) none.textContent = `No ${show} threads.`;
    const count = document.querySelector("[data-note-count]");
    if (count?.parentElement) {
      count.textContent = pane.querySelector("[data-open]")?.getAttribute("data-open") ?? "0";
      count.parentElement.hidden = count.textContent === "0";
    }
    for (const go of pane.querySelectorAll("[data-note-go]")) /** @type {HTMLElement} */ (go).hidden = false;
  }

  /** The server's answer is on the page: marks, filter, and the keyboard at what was written, or beside what left the list. */
  function refresh() {
    fresh = 0;
    mark();
    filter();
    const written = /** @type {HTMLElement | null} */ (pane.querySelector("[data-note-wanted]"));
    if (written) (written.hidden ? /** @type {HTMLElement} */ (pane.querySelector("[data-note-show][aria-current]")) : written).focus();
  }

  /** @param {string} id */
  function open(id) {
    /** @type {HTMLElement | null} */ (document.querySelector(`a[href="#${pane.id}"]`))?.click();
    const thread = document.getElementById(`note-${id}`);
    if (!thread) return;
    show = thread.dataset.noteState ?? show;
    filter();
    thread.scrollIntoView({ block: "nearest" });
    thread.focus({ preventScroll: true });
  }

  function start() {
    const list = areas();
    const from = list.find((area) => selectionIn(area)?.focused) ?? latest ?? list.find((area) => selectionIn(area)?.text);
    const selected = from && selectionIn(from);
    if (selected?.inside && !selected.text) return open(selected.inside);
    if (!from || !composer || !selected?.text.trim()) {
      toast("Select the words that the comment is about, in the text of a message.");
      return;
    }
    stop();
    setMarks(from, [...readMarks(from), { id: "", from: selected.from, to: selected.to }]);
    const quote = composer.querySelector("[data-note-quote]");
    if (quote) quote.textContent = selected.text.length > 300 ? `${selected.text.slice(0, 300)}…` : selected.text;
    composer.hidden = false;
    open("");
    composer.querySelector("textarea")?.focus();
  }

  function stop() {
    for (const area of areas()) setMarks(area, readMarks(area).filter(({ id }) => id));
    if (composer) composer.hidden = true;
  }

  /** Where the span to comment on is by now, as the server counts. */
  function place() {
    areas().forEach((area, message) => {
      const pending = readMarks(area).find(({ id }) => !id);
      if (!pending || !composer) return;
      const doc = selectionIn(area)?.doc ?? "";
      const values = { message, start: pointsBefore(doc, pending.from), end: pointsBefore(doc, pending.to) };
      for (const [name, value] of Object.entries(values)) /** @type {HTMLInputElement} */ (composer.elements.namedItem(name)).value = String(value);
    });
  }

  /** Asks the server only when the answer may differ from what stands here. @param {boolean} [always] */
  async function check(always = false) {
    const marks = areas().flatMap(readMarks);
    for (const { id, line } of marks) {
      const place = document.querySelector(`[id="note-${id}"] [data-note-line]`);
      if (place) place.textContent = String(line);
    }
    const now = new Map(marks.map((each) => [each.id, each.text]));
    const moved = [...seen].some(([id, text]) => now.get(id) !== text) || !!pane.querySelector("[data-note-state=orphaned], [data-note-changed]");
    if (!form || !(moved || always)) return;
    const asked = (round += 1);
    try {
      const response = await fetch(pane.dataset.placeUrl ?? "", {
        method: "POST", body: new FormData(form), headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", "HX-Request": "true" },
      });
      // Something newer was asked, or is being typed: that answer counts.
      if (!response.ok || asked !== round) return;
      const list = /** @type {HTMLElement} */ (pane.querySelector("#threads"));
      htmx.swap(list, await response.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    } catch {
      // Offline: the marks stay as the editor has them.
    }
  }

  // Once for all the elements of an answer.
  pane.addEventListener("htmx:load", () => (fresh ||= setTimeout(refresh)));
  texts.addEventListener("notes:ready", mark);
  // Messages came, went or changed places: which is which is the server's to say.
  texts.addEventListener("htmx:load", () => {
    const list = pane.querySelector("[data-note-marks]");
    if (!pane.querySelector("[data-note-state]") || !list) return;
    list.textContent = "[]";
    clearTimeout(timer);
    timer = setTimeout(() => check(true));
  });
  texts.addEventListener("notes:open", (event) => open(/** @type {CustomEvent} */ (event).detail));
  texts.addEventListener("focusin", (event) => {
    const box = /** @type {HTMLElement} */ (event.target).closest(".cm-editor");
    if (box) latest = /** @type {HTMLTextAreaElement} */ (box.previousElementSibling);
  });
  form?.addEventListener("input", (event) => {
    if (!texts.contains(/** @type {Node} */ (event.target))) return;
    round += 1;
    clearTimeout(timer);
    timer = setTimeout(() => check(), PAUSE_MS);
  });
  pane.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const link = target.closest("[data-note-show]");
    const go = target.closest("[data-note-go]");
    if (link) {
      event.preventDefault();
      show = link.getAttribute("data-note-show") ?? show;
      filter();
    } else if (go) areas().some((area) => reveal(area, go.getAttribute("data-note-go") ?? ""));
    else if (target.closest("[data-note-cancel]")) (stop(), latest && focus(latest));
  });
  pane.addEventListener("keydown", (event) => {
    const field = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) /** @type {HTMLTextAreaElement} */ (field).form?.requestSubmit();
    else if (event.key === "Escape" && !event.defaultPrevented && composer?.contains(field)) (stop(), latest && focus(latest));
  });
  pane.addEventListener("submit", (event) => event.target === composer && (place(), (show = "open")), true);
  pane.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = /** @type {CustomEvent} */ (event).detail;
    if (elt === composer && xhr.status < 300) (stop(), composer?.reset());
  });
  document.querySelector("[data-note-start]")?.addEventListener("click", start);
  for (const each of document.querySelectorAll("[data-note-start]")) /** @type {HTMLElement} */ (each).hidden = false;
  mark();
  filter();
  const wanted = pane.querySelector("[data-note-wanted]");
  if (wanted) open(wanted.id.replace("note-", ""));
}
