// @ts-check
/**
 * Follows a run: `<div data-island="evals/run-live" data-events="URL" data-target="#progress" data-results="URL"
 * data-results-target="#results">`. Each `progress` event carries HTML as a JSON string, rendered and escaped by our server, which replaces the
 * target's content. At `done` the results are fetched by htmx into their target (without data-results the page is loaded anew).
 *
 * `[data-live-state]` inside says "live" or "reconnecting"; a screen reader hears the target's `[data-announce]` every ten seconds.
 */

import htmx from "vendor/htmx";

const [ANNOUNCE_MS, SHORTEST_WAIT_MS, LONGEST_WAIT_MS] = [10_000, 1000, 30_000];

/** @param {HTMLElement} element */
export default function runLive(element) {
  const target = document.querySelector(element.dataset.target ?? "") ?? element;
  const state = element.querySelector("[data-live-state]");
  const voice = document.createElement("p");
  voice.className = "sr";
  voice.setAttribute("role", "status");
  element.append(voice);
  let wait = SHORTEST_WAIT_MS;
  let spoken = 0;
  connect();

  function connect() {
    const source = new EventSource(element.dataset.events ?? "");
    source.addEventListener("open", () => ((wait = SHORTEST_WAIT_MS), say("live")));
    source.addEventListener("progress", (event) => {
      swap(event.data);
      if (Date.now() - spoken < ANNOUNCE_MS) return;
      spoken = Date.now();
      voice.textContent = target.querySelector("[data-announce]")?.textContent ?? "";
    });
    source.addEventListener("done", (event) => {
      source.close();
      swap(event.data);
      say("finished");
      finish();
    });
    source.addEventListener("error", () => {
      if (!element.isConnected) return source.close();
      say("reconnecting");
      // The browser tries again by itself unless the server refused: then we do, less and less often.
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, wait);
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    });
    // It bubbles: the fragments that are replaced raise it too.
    element.addEventListener("htmx:beforeCleanupElement", ({ target: removed }) => removed === element && source.close());
    addEventListener("pagehide", () => source.close(), { once: true });
  }

  /** @param {string} data JSON; anything but a string leaves the target as it is */
  function swap(data) {
    const html = JSON.parse(data);
    if (typeof html !== "string") return;
    htmx.swap(/** @type {HTMLElement} */ (target), html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  }

  /** @param {string} word */
  function say(word) {
    if (state) state.textContent = word;
  }

  function finish() {
    const { results, resultsTarget } = element.dataset;
    if (results && resultsTarget) htmx.ajax("get", results, { target: resultsTarget, swap: "innerHTML" });
    else location.reload();
  }
}
