// @ts-check
/**
 * Keeps the draft on the server: `<form data-island="prompts/autosave" data-draft-url="…">` is posted there after 600 ms
 * without typing, 1 s after the first unsaved change at the latest. `[data-draft-state]` on the page says how it stands.
 *
 * The answer: 2xx with JSON; `fields` in it ({"revision": "7"}) are written into the form. 409 with HTML goes into `[data-draft-conflict]`.
 * A redirect or 401 means signed out: the text stays here, a copy is kept in this tab's storage, and it is tried again.
 */

import { csrfToken } from "app/lib/csrf";

const [IDLE_MS, LONGEST_MS, RETRY_MS] = [600, 1000, 5000];
const WORDS = {
  saved: "draft saved",
  unsaved: "unsaved changes",
  saving: "saving…",
  offline: "offline: draft kept in this page, will retry",
  unavailable: "the server cannot save at the moment: draft kept in this page, will retry",
  "signed-out": "you are signed out; your text is safe here: sign in in another tab and it will be saved",
  conflict: "somebody saved meanwhile: choose below",
  refused: "draft not saved: the server refused it",
};

/** @param {HTMLElement} element */
export default function autosave(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const url = form.dataset.draftUrl ?? "";
  const copyKey = `draft:${new URL(url, location.href).pathname}`;
  let [idle, latest, retry] = [0, 0, 0];
  let changes = 0; // counts up with each change, so that an answer knows whether it is still about the newest text
  let savedAt = 0;
  let sending = false;
  let leaving = false;
  let state = "saved";

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
    if (changes !== savedAt) keepCopy();
    // Another listener may hold the submit back: then the page stays.
    setTimeout(() => event.defaultPrevented && ((leaving = false), again()));
  });
  addEventListener("pageshow", () => (leaving = false));
  document.addEventListener("visibilitychange", () => document.hidden && !leaving && again());
  addEventListener("online", again);
  addEventListener("focus", again);
  addEventListener("beforeunload", (event) => {
    if (!leaving && changes !== savedAt) event.preventDefault();
  });
  offerCopy();

  function again() {
    if (changes !== savedAt && state !== "conflict") save();
  }

  function stopTimers() {
    for (const timer of [idle, latest, retry]) clearTimeout(timer);
    latest = 0;
  }

  async function save() {
    stopTimers();
    if (sending) return;
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
    if (leaving) return;
    if (next === "saved") {
      savedAt = sent;
      sessionStorage.removeItem(copyKey);
      if (changes !== sent) return save();
    } else keepCopy();
    if (next === "offline" || next === "unavailable" || next === "signed-out") retry = setTimeout(again, RETRY_MS);
    show(next);
  }

  /** @param {Response} response @returns {Promise<string>} the state that follows from it */
  async function take(response) {
    if (response.type === "opaqueredirect" || response.status === 401) return "signed-out";
    if (response.status === 409) {
      const place = document.querySelector("[data-draft-conflict]");
      const html = await response.text();
      if (place) place.innerHTML = html; // rendered and escaped by our own server
      return "conflict";
    }
    if (response.status >= 500) return "unavailable";
    if (!response.ok) return "refused";
    const { fields = {} } = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
    for (const [name, value] of Object.entries(fields)) {
      const input = form.elements.namedItem(name);
      if (input instanceof HTMLInputElement) input.value = String(value);
    }
    return "saved";
  }

  function keepCopy() {
    try {
      sessionStorage.setItem(copyKey, JSON.stringify(texts().map((field) => [field.name, field.value])));
    } catch {
      // Full or switched off: the text is still in the page.
    }
  }

  /** The fields in which a person writes, read after the editor has handed its text over. */
  function texts() {
    new FormData(form).keys(); // raises `formdata`
    const all = form.querySelectorAll('textarea[name], input[name]:not([type="hidden"], [type="checkbox"], [type="radio"], [type="file"])');
    return /** @type {HTMLTextAreaElement[]} */ ([...all]);
  }

  function offerCopy() {
    /** @type {[string, string][]} */
    const kept = JSON.parse(sessionStorage.getItem(copyKey) ?? "[]");
    const fields = texts();
    const plain = (/** @type {string | undefined} */ text) => text?.replaceAll("\r\n", "\n");
    const differs = kept.some(([name, value], at) => fields[at]?.name === name && plain(fields[at].value) !== plain(value));
    const button = document.querySelector("[data-draft-recover]");
    if (!differs) return sessionStorage.removeItem(copyKey);
    if (!(button instanceof HTMLElement)) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      texts().forEach((field, at) => {
        if (kept[at]?.[0] !== field.name) return;
        field.value = kept[at][1];
        field.dispatchEvent(new CustomEvent("editor:set", { detail: field.value }));
      });
      button.hidden = true;
      form.dispatchEvent(new Event("input"));
    });
  }

  /** @param {string} next */
  function show(next) {
    state = next;
    const place = document.querySelector("[data-draft-state]");
    if (!(place instanceof HTMLElement)) return;
    place.dataset.draftState = next;
    place.classList.toggle("warn-ink", !["saved", "saving", "unsaved"].includes(next));
    place.textContent = WORDS[/** @type {keyof typeof WORDS} */ (next)];
  }
}
