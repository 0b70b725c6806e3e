// @ts-check
/** One column of the playground: runs, stops, shows the answer as it comes, and knows its result. Model text is only ever set as text. */

import { SIGNED_OUT, answer, append, heldBack, showProblem } from "app/lib/answer";
import { duration } from "app/lib/time";
import { countsOf } from "app/prompts/playground-entry";

/** @typedef {import("app/prompts/playground-entry").Entry} Entry */

/**
 * @param {HTMLFieldSetElement} element a `[data-column]`
 * @param {{values: () => [string, string][], changed: () => void, finished: (entry: Omit<Entry, "prompt">) => void}} given
 */
export function column(element, { values, changed, finished }) {
  const form = /** @type {HTMLFormElement} */ (element.querySelector("form"));
  /** @param {string} name @returns {HTMLElement} */
  const piece = (name) => element.querySelector(`[data-play="${name}"]`) ?? document.createElement("span");
  const [start, stop, status, output, facts, after] = ["start", "stop", "status", "output", "facts", "after"].map(piece);
  const source = /** @type {HTMLSelectElement} */ (form.elements.namedItem("source"));
  const model = /** @type {HTMLSelectElement} */ (form.elements.namedItem("model"));
  /** @type {AbortController | null} */
  let running = null;
  /** What the call waits for, while it does. @type {(() => string) | null} */
  let held = null;
  /** @type {Omit<Entry, "prompt"> | null} */
  let result = null;
  let isDropped = false;

  form.addEventListener("submit", (event) => (event.preventDefault(), run()));
  stop.addEventListener("click", () => running?.abort());
  document.addEventListener("session:ended", drop);

  /** Its own fields and the given values, as the server takes them. @param {[string, string][]} fields */
  function body(fields) {
    const data = new FormData(form);
    for (const [name, value] of fields) data.append(name, value);
    return data;
  }

  async function run() {
    if (running || element.disabled) return;
    running = new AbortController();
    const given = values();
    const entry = begin(given);
    const began = performance.now();
    const clock = setInterval(() => (status.textContent = held?.() ?? duration(performance.now() - began)), 200);
    entry.outcome = "stopped";
    changed();
    try {
      for await (const { event, data } of answer(form.action, body(given), running.signal)) take(entry, event, data);
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") throw error;
    } finally {
      clearInterval(clock);
      running = null;
      settle(entry, performance.now() - began);
    }
  }

  /** @param {[string, string][]} given @returns {Omit<Entry, "prompt">} */
  function begin(given) {
    wipe();
    isDropped = false;
    output.classList.add("live");
    start.setAttribute("disabled", "");
    stop.hidden = false;
    const settings = Object.fromEntries(["temperature", "max_output_tokens", "reasoning_effort"].map((name) => [name, field(name).value]));
    return {
      time: new Date().toISOString(), source: source.value, sourceTitle: titleOf(source), model: model.value, modelTitle: titleOf(model),
      settings, values: given, output: "", tools: "", outcome: "", counts: {},
    };
  }

  function wipe() {
    for (const name of ["output", "facts", "error", "refusal", "tools", "reasoning-text"]) piece(name).textContent = "";
    for (const name of ["error", "refusal", "tools", "reasoning", "after"]) piece(name).hidden = true;
    result = null;
  }

  /** The session has ended: what models said leaves the screen. */
  function drop() {
    if (!running && !result) return;
    isDropped = true;
    running?.abort();
    wipe();
    status.textContent = "";
    showProblem(piece("error"), SIGNED_OUT);
    changed();
  }

  /** @param {Omit<Entry, "prompt">} entry @param {number} took milliseconds */
  function settle(entry, took) {
    const focused = document.activeElement === stop;
    output.classList.remove("live");
    start.removeAttribute("disabled");
    stop.hidden = true;
    if (focused) start.focus();
    if (isDropped) return changed();
    piece("start").querySelector("[data-start-word]")?.replaceChildren(entry.outcome === "finished" ? "Run again" : "Retry");
    status.textContent = `${entry.outcome} after ${duration(took)}`;
    entry.output = output.textContent ?? "";
    entry.tools = piece("tools").textContent ?? "";
    show(entry);
    finished(entry);
    changed();
  }

  /** @param {Omit<Entry, "prompt">} entry @param {string} event @param {any} data */
  function take(entry, event, data) {
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
    } else if (event === "error") {
      showProblem(piece("error"), data);
      entry.outcome = "failed";
    } else if (event === "done") {
      const { usage, cost, first_token_ms, total_ms, finish_reason, refusal } = data;
      entry.counts = { ...usage, cost, first_token_ms, total_ms, finish_reason };
      entry.outcome = "finished";
      if (refusal || finish_reason === "refusal") showProblem(piece("refusal"), { message: "The model refused.", why: refusal ?? "" });
      countsOf(entry).forEach(fact);
    }
  }

  /** What a finished or reopened column offers. @param {Omit<Entry, "prompt">} entry */
  function show(entry) {
    result = entry;
    after.hidden = !(entry.output || entry.tools);
    piece("copy").hidden = !entry.output;
    piece("keep").hidden = entry.outcome !== "finished";
  }

  /** Puts a kept run back. @param {Entry} entry */
  function reopen(entry) {
    begin(entry.values);
    for (const [select, value] of /** @type {[HTMLSelectElement, string][]} */ ([[source, entry.source], [model, entry.model]])) {
      if (![...select.options].some((option) => option.value === value)) continue;
      select.value = value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    for (const [name, value] of Object.entries(entry.settings)) field(name).value = value;
    output.classList.remove("live");
    start.removeAttribute("disabled");
    stop.hidden = true;
    output.textContent = entry.output;
    piece("tools").textContent = entry.tools;
    piece("tools").hidden = !entry.tools;
    [entry.modelTitle, ...countsOf(entry)].forEach(fact);
    status.textContent = "from the history";
    show(entry);
    changed();
  }

  /** @param {string} name */
  function field(name) {
    return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  }

  /** @param {string} text */
  function fact(text) {
    const item = document.createElement("span");
    item.textContent = text;
    facts.append(item);
  }

  return {
    element, run, reopen, piece, source,
    letter: element.dataset.column ?? "",
    stop: () => running?.abort(),
    /** The form as it would be sent with the fields of now, or with those of its last run. @param {boolean} [ofRun] */
    body: (ofRun) => body(ofRun && result ? result.values : values()),
    get isRunning() { return running !== null; },
    get result() { return result; },
  };
}

/** @param {HTMLSelectElement} select */
function titleOf(select) {
  return select.selectedOptions[0]?.textContent?.trim() ?? "";
}
