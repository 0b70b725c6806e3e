// @ts-check
/**
 * Runs a prompt and streams the answer into the page: `<form data-island="prompts/run" action="…">`, with the pieces of
 * `components/run_output.html` inside it or inside the nearest `[data-run-scope]`. `data-include="#prompt-form"` adds that form's fields.
 *
 * The answer is text/event-stream: start {host, key, model}, delta {text}, reasoning {text}, tool {name, arguments}, done {usage:
 * {input_tokens, output_tokens}, cost, first_token_ms, total_ms, finish_reason}, error {message, why, next_step}. Cost is in US dollars.
 * What the model says is only ever set as text.
 */

import { csrfToken } from "app/lib/csrf";
import { readEvents } from "app/lib/sse";
import { duration } from "app/lib/time";

const SIGNED_OUT = { message: "You are signed out.", why: "", next_step: "Sign in in another tab, then run again; your text stays here." };
const LOST = { message: "The connection to the server broke off.", why: "What came until then stands below.", next_step: "Run again." };

/** @param {HTMLElement} element */
export default function run(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const scope = form.closest("[data-run-scope]") ?? form;
  /** @param {string} name @returns {HTMLElement} */
  const piece = (name) => scope.querySelector(`[data-run="${name}"]`) ?? document.createElement("span");
  const [start, stop, status, facts, output, copy] = ["start", "stop", "status", "facts", "output", "copy"].map(piece);
  /** @type {AbortController | null} */
  let running = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!running) go();
  });
  stop.addEventListener("click", () => running?.abort());

  async function go() {
    running = new AbortController();
    const began = performance.now();
    reset();
    const clock = setInterval(() => (status.textContent = `running, ${duration(performance.now() - began)}`), 200);
    let outcome = "stopped";
    try {
      outcome = await stream(running.signal);
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") outcome = fail(LOST);
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

  function reset() {
    for (const name of ["output", "facts", "error", "tools", "reasoning-text"]) piece(name).textContent = "";
    for (const name of ["error", "tools", "reasoning", "copy"]) piece(name).hidden = true;
    output.classList.add("live");
    start.setAttribute("disabled", "");
    stop.hidden = false;
  }

  /** @param {AbortSignal} signal @returns {Promise<string>} how it ended, in a word */
  async function stream(signal) {
    const response = await fetch(form.action, {
      method: "POST",
      body: body(),
      headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", Accept: "text/event-stream" },
      redirect: "manual",
      signal,
    });
    if (response.type === "opaqueredirect" || response.status === 401) return fail(SIGNED_OUT);
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) return fail(await problemIn(response));
    for await (const { event, data } of readEvents(response)) {
      const ended = take(event, JSON.parse(data));
      if (ended) return ended;
    }
    return fail(LOST);
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
    if (cost !== null && cost !== undefined) fact(`$${Number(cost).toPrecision(2)}`);
    if (first_token_ms !== null && first_token_ms !== undefined) fact(`first token ${duration(first_token_ms)}`);
    if (total_ms !== null && total_ms !== undefined) fact(`total ${duration(total_ms)}`);
    if (finish_reason && finish_reason !== "stop") fact(`ended by: ${finish_reason}`);
    return "finished";
  }

  /** @param {{message: string, why?: string, next_step?: string}} problem */
  function fail({ message, why, next_step }) {
    const box = piece("error");
    box.hidden = false;
    for (const [tag, text] of [["b", message], ["p", why], ["p", next_step]]) {
      if (!text) continue;
      const line = document.createElement(/** @type {string} */ (tag));
      line.textContent = text;
      box.append(line);
    }
    return "failed";
  }

  /** @param {string} text */
  function fact(text) {
    const item = document.createElement("span");
    item.textContent = text;
    facts.append(item);
  }
}

/** Adds text and keeps the end in view, unless somebody scrolled up to read. @param {HTMLElement} place @param {string} text */
function append(place, text) {
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 24;
  place.append(text);
  if (atEnd) place.scrollTop = place.scrollHeight;
}

/** What a refusal says, from JSON or from an error page. @param {Response} response */
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
