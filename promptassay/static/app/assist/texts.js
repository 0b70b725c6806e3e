// @ts-check
/** The messages of the workbench as a panel sees them: what was sent, and where its places are in the text of now. */

import { unitsOf } from "app/lib/code-points";

/** @typedef {{field: string, text: string}} Sent a message's field and its text, in order */

/** The newest texts, before the fields are in step with the editors too. @param {HTMLFormElement} form @returns {Sent[]} */
export function textsOf(form) {
  const data = new FormData(form);
  return areasOf(form).map(({ name }) => ({ field: name, text: String(data.get(name) ?? "") }));
}

/** @param {HTMLFormElement} form @returns {HTMLTextAreaElement[]} */
export function areasOf(form) {
  return [...form.querySelectorAll("textarea[name^='content-']")].map((area) => /** @type {HTMLTextAreaElement} */ (area));
}

/** @param {HTMLFormElement} form @param {string} field */
export function areaOf(form, field) {
  return areasOf(form).find(({ name }) => name === field) ?? null;
}

/** Whether the messages still say what they said. @param {Sent[]} left @param {Sent[]} right */
export function sameTexts(left, right) {
  return left.length === right.length && left.every(({ text }, at) => text === right[at].text);
}

/** A place of the server, in UTF-16 units. @param {Sent[]} sent @param {{message: number, start: number, end: number}} place */
export function inUnits(sent, { message, start, end }) {
  const text = sent[message]?.text;
  if (text === undefined) return null;
  const units = unitsOf(text);
  return { field: sent[message].field, from: units[start] ?? text.length, to: units[end] ?? text.length };
}

/** The one place where words stand in a text, null if they stand nowhere or more than once. @param {string} text @param {string} quote */
export function onlyPlace(text, quote) {
  const from = quote ? text.indexOf(quote) : -1;
  return from < 0 || text.indexOf(quote, from + 1) >= 0 ? null : { from, to: from + quote.length };
}

/** The line of an offset, from 1. @param {string} text @param {number} at */
export function lineAt(text, at) {
  return text.slice(0, at).split("\n").length;
}
