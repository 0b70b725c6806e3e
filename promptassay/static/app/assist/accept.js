// @ts-check
/** “Save as version” of Improve and Rewrite: the workbench's own form, with what made the text. It is sent as any version is saved. */

import { part } from "app/assist/parts";

/** @typedef {{model: string, instruction: string, accepted: number, offered: number}} Origin */

/** @param {HTMLElement} root @param {() => Origin} origin @param {() => void} [saved] */
export function acceptButton(root, origin, saved) {
  const button = part(root, "save");
  button.addEventListener("htmx:configRequest", (event) => {
    const { parameters } = /** @type {CustomEvent} */ (event).detail;
    for (const [name, value] of Object.entries(origin())) parameters[name] = String(value);
  });
  button.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = /** @type {CustomEvent} */ (event).detail;
    if (xhr.status < 300) saved?.();
  });
}
