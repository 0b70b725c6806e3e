// @ts-check
/** What the lint asks a person: which of several fixes is meant, and why a rule is to be silent. */

import { csrfToken } from "app/lib/csrf";

/**
 * Which of several fixes? Enter takes the first, Escape none.
 *
 * @param {string} says what was found
 * @param {string[]} titles
 * @returns {Promise<number>} -1 for none
 */
export function choose(says, titles) {
  const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("#lint-choose"));
  const [words, choices] = [piece(dialog, "[data-says]"), piece(dialog, "[data-choices]")];
  words.textContent = says;
  choices.replaceChildren(...titles.map((title, at) => {
    const button = document.createElement("button");
    button.className = "btn wide";
    button.value = String(at);
    button.textContent = title;
    button.autofocus = at === 0;
    return button;
  }));
  choices.onkeydown = ({ key }) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[key];
    const at = [...choices.children].indexOf(/** @type {Element} */ (document.activeElement));
    if (move) /** @type {HTMLElement} */ (choices.children[(at + move + titles.length) % titles.length]).focus();
  };
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue ? Number(dialog.returnValue) : -1), { once: true }));
}

/**
 * Opens the dialog that asks for a reason, instead of following the link to the rule's page.
 *
 * @param {HTMLElement} link with `data-silence` (the rule), `data-here` and perhaps `data-everywhere` (addresses)
 * @param {Event} event the click
 * @param {(text: string) => void} done told what the server says when it is silent
 */
export function silence(link, event, done) {
  const dialog = /** @type {HTMLDialogElement | null} */ (document.querySelector("#lint-silence"));
  if (!dialog) return;
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const problem = piece(dialog, "[data-error]");
  piece(dialog, "[data-rule]").textContent = link.dataset.silence ?? "";
  form.reset();
  problem.hidden = true;
  form.onsubmit = async (submit) => {
    submit.preventDefault();
    const scope = /** @type {HTMLElement | null} */ (submit.submitter)?.dataset.scope ?? "here";
    const answer = await send(form, link.dataset[scope] ?? "");
    if (answer.text) dialog.close();
    if (answer.text) return done(answer.text);
    problem.hidden = false;
    piece(problem, "li").textContent = answer.problem;
  };
  dialog.onclick = ({ target }) => {
    const inside = /** @type {HTMLElement} */ (target);
    if (inside === dialog || inside.closest("[data-close]")) dialog.close();
  };
  dialog.showModal();
  piece(dialog, "input[name=reason]").focus();
}

/**
 * Posts a form by script.
 *
 * @param {HTMLFormElement} form
 * @param {string} url
 * @returns {Promise<{text: string, problem: string}>} what the server says, or what is wrong
 */
export async function send(form, url) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", Accept: "application/json" },
      redirect: "error",
    });
    const answer = await response.json();
    if (response.ok) return { text: answer.text, problem: "" };
    return { text: "", problem: answer.error.details?.reason ?? answer.error.message };
  } catch {
    return { text: "", problem: "The server cannot be reached, or you are signed out. Nothing was changed." };
  }
}

/** @param {Element} place @param {string} selector */
function piece(place, selector) {
  return /** @type {HTMLElement} */ (place.querySelector(selector));
}
