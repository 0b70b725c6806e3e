// @ts-check
/** The pieces of a panel: `[data-part="name"]` in it, and copies of its `<template data-template="name">`. Everything is set as text. */

/** @param {ParentNode} root @param {string} name @returns {HTMLElement} a piece that nobody sees where there is none */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`) ?? document.createElement("span");
}

/**
 * A copy of a template, with texts in its pieces; a piece whose text is empty stays hidden.
 * @param {ParentNode} root @param {string} name @param {Record<string, string>} [texts] @returns {HTMLElement}
 */
export function copyOf(root, name, texts = {}) {
  const source = /** @type {HTMLTemplateElement} */ (root.querySelector(`template[data-template="${name}"]`));
  const made = /** @type {HTMLElement} */ (/** @type {Element} */ (source.content.firstElementChild).cloneNode(true));
  for (const [piece, text] of Object.entries(texts)) write(part(made, piece), text);
  return made;
}

/** @param {HTMLElement} place @param {string} text hides the place when it is empty */
export function write(place, text) {
  place.textContent = text;
  place.hidden = !text;
}

/** @param {string} tag @param {string} text @param {string} [className] @returns {HTMLElement} */
export function words(tag, text, className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** Segments of a comparison by word, as `<ins>`, `<del>` and text. @param {HTMLElement} place @param {{kind: string, text: string}[]} segments */
export function writeWords(place, segments) {
  place.replaceChildren(...segments.map(({ kind, text }) => (
    kind === "delete" ? words("del", text) : kind === "insert" ? words("ins", text) : document.createTextNode(text))));
}

/** A number and its noun. @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** A file that the browser saves. @param {string} name @param {unknown} content written as JSON */
export function download(name, content) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
