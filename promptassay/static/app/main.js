// @ts-check
/** Starts the page: htmx with its unsafe parts off, the CSRF token, islands, relative times, failure messages. */

import htmx from "vendor/htmx";
import { boot } from "app/islands";
import { csrfToken } from "app/lib/csrf";
import { watchSession } from "app/lib/session";
import { keepTimesFresh } from "app/lib/time";
import { toast } from "app/lib/toast";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  // By default "style" too, which the content security policy refuses.
  attributesToSettle: ["class"],
  // Pages hold customers' text: none of it goes into the browser's storage for the sake of the back button.
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  // A refused form (409, 422, 402) comes back as the same form with its errors; other failures become a message.
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "402|409|422", swap: true },
    { code: "...", swap: false, error: true },
  ],
});

// Signing in again in another tab makes a new token: what this page was born with would be refused.
document.addEventListener("formdata", ({ formData }) => {
  if (formData.has("csrfmiddlewaretoken")) formData.set("csrfmiddlewaretoken", csrfToken());
});
document.addEventListener("htmx:configRequest", (event) => {
  const { headers } = /** @type {CustomEvent} */ (event).detail;
  headers["X-CSRFToken"] = csrfToken();
});

// An error fragment says where it wants to stand (core/http.py): it is shown, whatever its status.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  if (detail.xhr.getResponseHeader("HX-Retarget")) Object.assign(detail, { shouldSwap: true, isError: false });
});
document.addEventListener("htmx:load", (event) => boot(/** @type {HTMLElement} */ (event.target)));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = /** @type {CustomEvent} */ (event).detail;
  const plain = xhr.status === 413 ? "That is more than the server takes at once. Nothing was changed; send less."
    : `The server answered ${xhr.status}. Nothing was changed; try again.`;
  toast(messageIn(xhr.responseText) ?? plain, { tone: "bad" });
});
document.addEventListener("htmx:sendError", () => {
  toast("The server cannot be reached. Nothing was changed; try again when you are online.", { tone: "bad" });
});

/** The sentences of an error fragment (`components/error.html`), if the answer is one. @param {string} html */
function messageIn(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const text = page.querySelector("[data-error]")?.textContent?.replace(/\s+/g, " ").trim();
  return text || undefined;
}

watchSession();
boot(document);
keepTimesFresh();
