// @ts-check
/**
 * Runs a prompt and streams the answer into the page: `<form data-island="prompts/run" action="…">`, with the pieces of
 * `components/run_output.html` inside it or inside the nearest `[data-run-scope]`. `data-include="#prompt-form"` adds that form's fields.
 *
 * The answer is text/event-stream: start {host, key, model}, waiting {text, seconds}, delta {text}, reasoning {text}, tool {name, arguments}, done {usage:
 * {input_tokens, output_tokens}, cost, first_token_ms, total_ms, finish_reason}, error {message, why, next_step}. Cost is in US dollars.
 * What the model says is only ever set as text.
 */

import { SIGNED_OUT, answer, append, heldBack, showProblem } from "app/lib/answer";
import { duration } from "app/lib/time";

/** @param {HTMLElement} element */
export default function run(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const scope = form.closest("[data-run-scope]") ?? form;
  /** @param {string} name @returns {HTMLElement} */
  const piece = (name) => scope.querySelector(`[data-run="${name}"]`) ?? document.createElement("span");
  const [start, stop, status, facts, output, copy] = ["start", "stop", "status", "facts", "output", "copy"].map(piece);
  /** @type {AbortController | null} */
  let running = null;
  /** What the call waits for, while it does. @type {(() => string) | null} */
  let held = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!running) go();
  });
  stop.addEventListener("click", () => running?.abort());
  document.addEventListener("session:ended", drop);
  start.removeAttribute("disabled"); // until now a click would have left the page

  async function go() {
    running = new AbortController();
    const began = performance.now();
    reset();
    const clock = setInterval(() => (status.textContent = held?.() ?? `running, ${duration(performance.now() - began)}`), 200);
    let outcome = "stopped";
    try {
      outcome = await stream(running.signal);
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") throw error;
    }
    clearInterval(clock);
    output.classList.remove("live");
    start.removeAttribute("disabled");
    // Focus would be lost with the button that has it.
    if (document.activeElement === stop) start.focus();
    stop.hidden = true;
    copy.hidden = !output.textContent;
    status.textContent = `${outcome} after ${duration(performance.now() - began)}`;
    running = null;
  }

  function wipe() {
    for (const name of ["output", "facts", "error", "tools", "reasoning-text"]) piece(name).textContent = "";
    for (const name of ["error", "tools", "reasoning", "copy"]) piece(name).hidden = true;
  }

  /** The session has ended: what the model said leaves the screen. */
  function drop() {
    if (!running && !output.textContent) return;
    running?.abort();
    wipe();
    showProblem(piece("error"), SIGNED_OUT);
  }

  function reset() {
    wipe();
    output.classList.add("live");
    start.setAttribute("disabled", "");
    stop.hidden = false;
  }

  /** @param {AbortSignal} signal @returns {Promise<string>} how it ended, in a word */
  async function stream(signal) {
    for await (const { event, data } of answer(form.action, body(), signal)) {
      const ended = take(event, data);
      if (ended) return ended;
    }
    return "failed";
  }

  function body() {
    const data = new FormData(form);
    const other = document.querySelector(form.dataset.include || "_");
    if (other instanceof HTMLFormElement) {
      const own = new Set(data.keys());
      for (const [name, value] of new FormData(other)) if (!own.has(name)) data.append(name, value);
    }
    return data;
  }

  /** @param {string} event @param {any} data @returns {string | undefined} how the run ended, if it did */
  function take(event, data) {
    held = event === "waiting" ? heldBack(data) : null;
    if (event === "delta") append(output, data.text);
    else if (event === "start") fact(`${data.model} · ${data.host}${data.key ? ` · key “${data.key}”` : ""}`);
    else if (event === "reasoning") {
      piece("reasoning").hidden = false;
      append(piece("reasoning-text"), data.text);
    } else if (event === "tool") {
      piece("tools").hidden = false;
      const args = typeof data.arguments === "string" ? data.arguments : JSON.stringify(data.arguments);
      append(piece("tools"), `${data.name}(${args})\n`);
    } else if (event === "error") return fail(data);
    else if (event === "done") return finish(data);
    return undefined;
  }

  /** @param {any} data */
  function finish({ usage, cost, first_token_ms, total_ms, finish_reason }) {
    if (usage) fact(`${usage.input_tokens ?? "?"} tokens in, ${usage.output_tokens ?? "?"} out`);
    if (cost !== null && cost !== undefined) fact(Number(cost) ? `$${Number(cost).toPrecision(2)}` : "$0.00");
    if (first_token_ms !== null && first_token_ms !== undefined) fact(`first token ${duration(first_token_ms)}`);
    if (total_ms !== null && total_ms !== undefined) fact(`total ${duration(total_ms)}`);
    if (finish_reason && finish_reason !== "stop") fact(`ended by: ${finish_reason}`);
    return "finished";
  }

  /** @param {import("app/lib/answer").Problem} problem */
  function fail(problem) {
    showProblem(piece("error"), problem);
    return "failed";
  }

  /** @param {string} text */
  function fact(text) {
    const item = document.createElement("span");
    item.textContent = text;
    facts.append(item);
  }
}
