// @ts-check
/**
 * Runs a proof while one watches: `<form data-island="trust/prove" data-target="#now">` is posted by script. Each `line` of the answer is
 * written into the target's `[data-lines]`; `done` brings the target as it is now. Without scripts the form posts and shows the same at the end.
 */

import htmx from "vendor/htmx";
import { answer, append, showProblem } from "app/lib/answer";

/** @param {HTMLElement} form */
export default function prove(form) {
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const target = /** @type {HTMLElement} */ (document.querySelector(form.dataset.target ?? ""));
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
    const [lines, problem] = ["[data-lines]", "[data-problem]"].map((name) => /** @type {HTMLElement} */ (target.querySelector(name)));
    button.disabled = true;
    problem.hidden = true;
    lines.hidden = false;
    lines.textContent = "";
    const leaving = new AbortController();
    addEventListener("pagehide", () => leaving.abort(), { once: true });
    try {
      for await (const { event: kind, data } of answer(form.action, new FormData(form), leaving.signal)) {
        if (kind === "line") append(lines, `${data}\n`);
        else if (kind === "done") show(target, data, lines.textContent ?? "");
        else showProblem(problem, data);
      }
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") throw error;
    }
    button.disabled = false;
  });
}

/** Puts the new state in the old one's place, below what the probe said. @param {HTMLElement} target @param {string} html @param {string} said */
function show(target, html, said) {
  const { id } = target;
  htmx.swap(target, html, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 });
  const lines = /** @type {HTMLElement | null} */ (document.getElementById(id)?.querySelector("[data-lines]"));
  if (!lines || !said) return;
  lines.textContent = said;
  lines.hidden = false;
  lines.scrollTop = lines.scrollHeight;
}
