// @ts-check
/** One call of a panel: its events, the clock beside them, why it waits, and what it cost in words. */

import { part } from "app/assist/parts";
import { answer, append, heldBack } from "app/lib/answer";
import { duration } from "app/lib/time";

/**
 * @param {HTMLElement} root @param {string} url @param {FormData} body @param {AbortSignal} signal
 * @param {import("app/assist/panel").Entry} entry gets outcome, model and facts
 * @param {(event: string, data: any) => void} take
 */
export async function stream(root, url, body, signal, entry, take) {
  const [status, said, reasoning] = ["status", "said", "reasoning"].map((name) => part(root, name));
  const began = performance.now();
  /** @type {(() => string) | null} */
  let held = null;
  part(root, "reasoning-text").textContent = "";
  reasoning.hidden = true;
  const clock = setInterval(() => (status.textContent = held?.() ?? duration(performance.now() - began)), 200);
  /** @type {string[]} */
  let facts = [];
  try {
    for await (const { event, data } of answer(url, body, signal)) {
      held = event === "waiting" ? heldBack(data) : null;
      if (event === "waiting") said.textContent = `Waiting: ${data.text}.`;
      else if (event === "start") {
        entry.model = data.model;
        facts = [data.model, data.host, ...(data.key ? [`key “${data.key}”`] : [])];
      } else if (event === "reasoning") {
        reasoning.hidden = false;
        append(part(root, "reasoning-text"), data.text);
      } else if (event === "done") {
        entry.outcome = "finished";
        facts.push(...costs(data));
        take(event, data);
      } else take(event, data);
    }
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "AbortError") throw error;
  } finally {
    clearInterval(clock);
    const isWhole = entry.outcome === "finished";
    status.textContent = isWhole ? "" : `${entry.outcome} after ${duration(performance.now() - began)}`;
    entry.facts = [...facts, ...(isWhole ? [] : [entry.outcome])].join(" · ");
  }
}

/** @param {Record<string, any>} done @returns {string[]} */
function costs({ usage, cost, total_ms, finish_reason, refusal }) {
  const has = (/** @type {any} */ value) => value !== null && value !== undefined;
  return [
    has(usage?.input_tokens) ? `${usage.input_tokens} tokens in, ${usage.output_tokens ?? "?"} out` : "",
    has(cost) ? (Number(cost) ? `$${Number(cost).toPrecision(2)}` : "$0.00") : "",
    has(total_ms) ? duration(total_ms) : "",
    refusal ? "the model refused" : finish_reason && finish_reason !== "stop" ? `ended by: ${finish_reason}` : "",
  ].filter(Boolean);
}
