// @ts-check
/** A run of the playground as the browser keeps it, and its figures in words. */

import { duration } from "app/lib/time";

/**
 * @typedef {object} Entry one run as the browser keeps it; `values` are the fields of the form as name and text
 * @property {number} [id]
 * @property {string} time ISO 8601
 * @property {{id: string, title: string}} prompt
 * @property {string} source draft, or a version's number
 * @property {string} sourceTitle @property {string} model @property {string} modelTitle
 * @property {Record<string, string>} settings @property {[string, string][]} values
 * @property {string} output @property {string} tools @property {string} outcome
 * @property {{input_tokens?: number, output_tokens?: number, cost?: number, first_token_ms?: number, total_ms?: number, finish_reason?: string}} counts
 */

/** Tokens, money, times and the reason of the end, each as words. @param {Omit<Entry, "prompt">} entry @returns {string[]} */
export function countsOf({ counts }) {
  const { input_tokens, output_tokens, cost, first_token_ms, total_ms, finish_reason } = counts;
  /** @param {unknown} value */
  const known = (value) => value !== null && value !== undefined;
  return [
    known(input_tokens) || known(output_tokens) ? `${input_tokens ?? "?"} tokens in, ${output_tokens ?? "?"} out` : "",
    known(cost) ? `$${cost ? Number(cost).toPrecision(2) : 0}` : "",
    known(first_token_ms) ? `first token ${duration(Number(first_token_ms))}` : "",
    known(total_ms) ? `total ${duration(Number(total_ms))}` : "",
    finish_reason && finish_reason !== "stop" ? `ended by: ${finish_reason}` : "",
  ].filter(Boolean);
}
