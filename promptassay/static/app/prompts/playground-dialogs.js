// @ts-check
/** The two dialogs of the playground: a column's call as code, and keeping a run as a test case. Both are filled by the server. */

import htmx from "vendor/htmx";
import { csrfToken } from "app/lib/csrf";

/** @param {HTMLElement} root carries `data-code-dialog`, `data-code-url`, `data-keep-dialog`, `data-keep-url` */
export function dialogs(root) {
  const { codeDialog, codeUrl, keepDialog, keepUrl } = root.dataset;
  const [code, keep] = [codeDialog, keepDialog].map((selector) => /** @type {HTMLDialogElement} */ (document.querySelector(selector ?? "")));
  /** What the run was given and said, while its dialog is open. @type {{values: [string, string][], output: string}} */
  let kept = { values: [], output: "" };
  for (const dialog of [code, keep]) {
    dialog.addEventListener("click", (event) => {
      const inside = /** @type {HTMLElement} */ (event.target);
      if (inside === dialog || inside.closest("[data-close]")) dialog.close();
    });
    dialog.addEventListener("close", () => contentOf(dialog).replaceChildren());
  }
  keep.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches("[data-keep-form]")) return;
    event.preventDefault();
    const data = new FormData(form);
    for (const [name, value] of kept.values) data.append(name, value);
    // The answer leaves the page only if the person ticked that it shall be stored.
    if (data.has("with_expected")) data.append("expected", kept.output);
    load(keep, keepUrl ?? "", data);
  });

  return {
    /** @param {FormData} body a column's form with the values */
    code(body) {
      code.showModal();
      return load(code, codeUrl ?? "", body);
    },
    /** @param {[string, string][]} values @param {string} output */
    keep(values, output) {
      kept = { values, output };
      keep.showModal();
      return load(keep, keepUrl ?? "");
    },
  };
}

/** @param {HTMLDialogElement} dialog @param {string} url @param {FormData} [body] */
async function load(dialog, url, body) {
  const place = contentOf(dialog);
  try {
    const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true", "X-Requested-With": "fetch" };
    const response = await fetch(url, { method: body ? "POST" : "GET", body, headers, redirect: "error" });
    // HTML of our own server, in which every text is escaped.
    htmx.swap(place, await response.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    /** @type {HTMLElement | null} */ (place.querySelector("select, [role=tab][aria-selected=true], a, [tabindex]"))?.focus();
  } catch {
    place.textContent = "The server cannot be reached. Nothing was changed; close this and try again.";
  }
}

/** @param {HTMLDialogElement} dialog @returns {HTMLElement} */
function contentOf(dialog) {
  return /** @type {HTMLElement} */ (dialog.querySelector("[data-dialog-content]"));
}
