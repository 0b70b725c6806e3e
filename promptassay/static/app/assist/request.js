// @ts-check
/** “What exactly is sent?”: the server's own account of the request, in a dialog, before anything goes. */

import htmx from "vendor/htmx";
import { part } from "app/assist/parts";
import { csrfToken } from "app/lib/csrf";

/** @param {HTMLElement} root @param {FormData} body what a run would be started with */
export async function showRequest(root, body) {
  const dialog = /** @type {HTMLDialogElement} */ (part(root, "request-dialog"));
  const place = /** @type {HTMLElement} */ (dialog.querySelector("[data-dialog-content]"));
  if (!dialog.dataset.ready) {
    dialog.dataset.ready = "yes";
    dialog.addEventListener("close", () => place.replaceChildren());
    dialog.addEventListener("click", (event) => {
      const inside = /** @type {HTMLElement} */ (event.target);
      if (inside === dialog || inside.closest("[data-close]")) dialog.close();
    });
  }
  dialog.showModal();
  try {
    const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true", "X-Requested-With": "fetch" };
    const response = await fetch(dialog.dataset.url ?? "", { method: "POST", body, headers, redirect: "error" });
    // HTML of our own server, in which every text is escaped.
    htmx.swap(place, await response.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  } catch {
    place.textContent = "The server cannot be reached. Nothing was sent; close this and try again.";
  }
}
