// @ts-check
/** Asking the server for a streamed answer of a model, and saying why when there is none. */

import { csrfToken } from "app/lib/csrf";
import { readEvents } from "app/lib/sse";

/** @typedef {{message: string, why?: string, next_step?: string}} Problem */

/** @type {Problem} */
export const LOST = { message: "The connection to the server broke off.", why: "What came until then stands below.", next_step: "Run again." };
export const SIGNED_OUT = { message: "You are signed out.", why: "", next_step: "Sign in in another tab, then run again; your text stays here." };

/**
 * Posts a form and yields the events of the answer (`prompts/streams.py`); the last is always `done` or `error`. A refusal before
 * the stream, a lost connection and an ended session are `error` events too. Only an abort throws (AbortError).
 *
 * @param {string} url @param {FormData} body @param {AbortSignal} signal
 * @returns {AsyncGenerator<{event: string, data: any}>}
 */
export async function* answer(url, body, signal) {
  try {
    const headers = { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", Accept: "text/event-stream" };
    const response = await fetch(url, { method: "POST", body, headers, redirect: "manual", signal });
    if (response.type === "opaqueredirect" || response.status === 401) return yield { event: "error", data: SIGNED_OUT };
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      return yield { event: "error", data: await problemIn(response) };
    }
    for await (const { event, data } of readEvents(response)) {
      yield { event, data: JSON.parse(data) };
      if (event === "done" || event === "error") return;
    }
  } catch (error) {
    if (/** @type {Error} */ (error).name === "AbortError") throw error;
  }
  yield { event: "error", data: LOST };
}

/** What a refusal says, from JSON or from an error page. @param {Response} response @returns {Promise<Problem>} */
async function problemIn(response) {
  const text = await response.text();
  try {
    const parsed = JSON.parse(text);
    return { ...parsed.error.details, ...parsed.error };
  } catch {
    const said = new DOMParser().parseFromString(text, "text/html").querySelector("[data-error]")?.textContent;
    return { message: said?.replace(/\s+/g, " ").trim() || `The server answered ${response.status}.`, why: "", next_step: "" };
  }
}

/** Writes a problem into a box, as text, and shows it. @param {HTMLElement} box @param {Problem} problem */
export function showProblem(box, { message, why, next_step }) {
  box.hidden = false;
  const lines = document.createElement("div");
  for (const [tag, text] of [["b", message], ["p", why], ["p", next_step]]) {
    if (!text) continue;
    const line = document.createElement(/** @type {string} */ (tag));
    line.textContent = text;
    lines.append(line);
  }
  box.replaceChildren(lines);
}

/**
 * What the status line says while the server holds a call back; `seconds` is null when nobody knows how long.
 * @param {{text: string, seconds: number | null}} wait @returns {() => string}
 */
export function heldBack({ text, seconds }) {
  const until = performance.now() + (seconds ?? 0) * 1000;
  return () => (seconds === null ? text : `${text}: ${Math.max(0, Math.ceil((until - performance.now()) / 1000))} s left`);
}

/** Adds text and keeps the end in view, unless somebody scrolled up to read. @param {HTMLElement} place @param {string} text */
export function append(place, text) {
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 24;
  place.append(text);
  if (atEnd) place.scrollTop = place.scrollHeight;
}
