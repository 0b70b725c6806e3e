// @ts-check
/**
 * Keeps the draft on the server: `<form data-island="prompts/autosave" data-draft-url="…">` is posted there after 600 ms
 * without typing, 1 s after the first unsaved change at the latest. `[data-draft-state]` on the page says how it stands.
 *
 * The answer: 2xx with JSON; `fields` in it ({"revision": "7"}) are written into the form. 409 with HTML goes into `[data-draft-conflict]`.
 * A redirect or 401 means signed out: the text stays here, a sealed copy is kept in this tab's storage, and it is tried again.
 */

import htmx from "vendor/htmx";
import { csrfToken } from "app/lib/csrf";
import { dropCopy, keepCopy, offerCopy, prepareCopy } from "app/prompts/draft-copy";

const [IDLE_MS, LONGEST_MS, RETRY_MS] = [600, 1000, 5000];
const WORDS = {
  saved: "draft saved",
  unsaved: "unsaved changes",
  saving: "saving…",
  offline: "offline: draft kept in this page, will retry",
  unavailable: "the server cannot save at the moment: draft kept in this page, will retry",
  "signed-out": "you are signed out; your text is safe here: sign in in another tab and it will be saved",
  conflict: "somebody saved meanwhile: choose below",
  refused: "draft not saved: ",
};

/** @param {HTMLElement} element */
export default function autosave(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const url = form.dataset.draftUrl ?? "";
  const where = new URL(url, location.href);
  const copyKey = `draft:${where.pathname}${where.search}`; // each branch has a draft of its own
  let [idle, latest, retry] = [0, 0, 0];
  let changes = 0; // counts up with each change, so that an answer knows whether it is still about the newest text
  let savedAt = 0;
  let sending = false;
  /** @type {(() => void) | null} */
  let waiting = null; // an htmx request of this form, held until the autosave under way has its answer
  let handed = -1; // what an htmx request of this form carries while it runs
  let leaving = false;
  let state = "saved";
  let refusal = "";

  form.addEventListener("input", (event) => {
    if (/** @type {HTMLElement} */ (event.target).closest("[data-draft-ignore]")) return;
    changes += 1;
    show("unsaved");
    clearTimeout(idle);
    idle = setTimeout(save, IDLE_MS);
    latest ||= setTimeout(save, LONGEST_MS);
  });
  form.addEventListener("submit", (event) => {
    leaving = true;
    stopTimers();
    if (changes !== savedAt) keepCopy(form, copyKey);
    // Another listener may hold the submit back: then the page stays.
    setTimeout(() => event.defaultPrevented && ((leaving = false), again()));
  });
  document.querySelector("[data-draft-conflict]")?.addEventListener("click", (event) => {
    // Taking the newer draft is an answer: the browser need not ask again. What was here is kept in this tab.
    if (!(/** @type {HTMLElement} */ (event.target).closest("a"))) return;
    leaving = true;
    keepCopy(form, copyKey);
  });
  addEventListener("pageshow", () => (leaving = false));
  document.addEventListener("visibilitychange", () => document.hidden && !leaving && again());
  addEventListener("online", again);
  addEventListener("offline", () => changes !== savedAt && !sending && save()); // it says so, and keeps a copy in this tab
  addEventListener("focus", again);
  addEventListener("beforeunload", (event) => {
    if (!leaving && changes !== savedAt) event.preventDefault();
  });
  takeTurns();
  prepareCopy().catch(() => undefined);
  offerCopy(form, copyKey);

  /** htmx requests that send this form (save a version, move a message) and autosaves take turns: each carries the revision. */
  function takeTurns() {
    /** @param {Event} event @returns {any} the detail, when the request sends this form */
    const ours = (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      const verb = detail.verb ?? detail.requestConfig?.verb;
      return (detail.elt === form || detail.elt?.form === form) && verb !== "get" ? detail : null;
    };
    document.addEventListener("htmx:confirm", (event) => {
      const detail = ours(event);
      if (!detail || !sending || event.defaultPrevented) return;
      event.preventDefault();
      waiting = () => detail.issueRequest(!detail.question);
    });
    /** @type {XMLHttpRequest | null} */
    let running = null;
    document.addEventListener("htmx:beforeRequest", (event) => {
      const detail = ours(event);
      if (!detail) return;
      stopTimers();
      handed = changes;
      running = detail.xhr;
    });
    // Known by its xhr: the element that asked may be gone by now.
    document.addEventListener("htmx:afterRequest", (event) => {
      const { xhr, successful } = /** @type {CustomEvent} */ (event).detail;
      if (xhr !== running) return;
      // htmx calls a refusal that it shows a success. Nothing was kept then, unless somebody else saved first: that answer
      // stands where the page's own would, and the text became the draft.
      const kept = xhr.status < 400 || (xhr.status === 409 && !xhr.getResponseHeader("HX-Retarget"));
      if (successful && kept) savedAt = Math.max(savedAt, handed);
      handed = -1;
      if (changes !== savedAt) return again();
      dropCopy(copyKey);
      show("saved");
    });
  }

  function again() {
    if (changes !== savedAt && state !== "conflict") save();
  }

  function stopTimers() {
    for (const timer of [idle, latest, retry]) clearTimeout(timer);
    latest = 0;
  }

  async function save() {
    stopTimers();
    if (sending || handed >= 0) return;
    sending = true;
    const sent = changes;
    show("saving");
    let next = "offline";
    try {
      const response = await fetch(url, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", Accept: "application/json" },
        redirect: "manual",
      });
      next = await take(response);
    } catch {
      // The network failed: `next` says so already.
    }
    sending = false;
    if (next === "saved") savedAt = sent;
    if (waiting) {
      const go = waiting;
      waiting = null;
      return go();
    }
    if (leaving) return;
    if (next === "saved") {
      dropCopy(copyKey);
      if (changes !== sent) return save();
    } else await keepCopy(form, copyKey);
    if (next === "offline" || next === "unavailable" || next === "signed-out") retry = setTimeout(again, RETRY_MS);
    show(next);
  }

  /** @param {Response} response @returns {Promise<string>} the state that follows from it */
  async function take(response) {
    if (response.type === "opaqueredirect" || response.status === 401) return "signed-out";
    if (response.status === 409) {
      const place = document.querySelector("[data-draft-conflict]");
      const html = await response.text();
      // Rendered and escaped by our own server.
      if (place) htmx.swap(place, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
      return "conflict";
    }
    if (response.status >= 500) return "unavailable";
    if (!response.ok) {
      refusal = await reasonOf(response);
      return "refused";
    }
    const { fields = {} } = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
    for (const [name, value] of Object.entries(fields)) {
      const input = form.elements.namedItem(name);
      if (input instanceof HTMLInputElement) input.value = String(value);
    }
    return "saved";
  }

  /** @param {string} next */
  function show(next) {
    state = next;
    const place = document.querySelector("[data-draft-state]");
    if (!(place instanceof HTMLElement)) return;
    place.dataset.draftState = next;
    place.classList.toggle("warn-ink", !["saved", "saving", "unsaved"].includes(next));
    place.textContent = WORDS[/** @type {keyof typeof WORDS} */ (next)] + (next === "refused" ? refusal : "");
  }
}

/** Why the server refused the draft, in its own words where it has some. @param {Response} response */
async function reasonOf(response) {
  if (response.status === 413) return "it is larger than the server takes; shorten it";
  try {
    const { message, details } = (await response.json()).error;
    return details?.why ?? message;
  } catch {
    return "the server refused it";
  }
}
