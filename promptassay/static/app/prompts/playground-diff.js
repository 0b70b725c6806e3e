// @ts-check
/** Compares the answers of two columns: both go to the server, which compares them in memory, answers, and keeps nothing. */

import htmx from "vendor/htmx";

/** @param {HTMLElement} section */
export default function playgroundDiff(section) {
  const place = /** @type {HTMLElement} */ (section.querySelector("[data-difference]"));
  const sides = /** @type {HTMLSelectElement[]} */ ([...section.querySelectorAll("[data-side]")]);
  /** @type {{letter: string, title: string, output: string}[]} */
  let answers = [];

  document.addEventListener("playground:columns", (event) => {
    answers = /** @type {CustomEvent} */ (event).detail;
    section.hidden = answers.length < 2;
    sides.forEach((select) => offer(select));
    // A column with itself is what is left of the time before the second answer.
    if (answers.length > 1 && sides[0].value === sides[1].value) sides.forEach((select, at) => (select.value = answers[at].letter));
    place.replaceChildren();
  });
  section.querySelector("[data-compare]")?.addEventListener("click", () => {
    const [left, right] = sides.map(({ value }) => answers.find(({ letter }) => letter === value));
    if (!left || !right) return;
    const values = { left: left.output, right: right.output, left_label: left.title, right_label: right.title };
    htmx.ajax("post", section.dataset.url ?? "", { target: place, swap: "innerHTML", values });
  });

  /** The answers there are; what was chosen stays chosen. @param {HTMLSelectElement} select */
  function offer(select) {
    const chosen = select.value;
    select.replaceChildren(...answers.map(({ letter, title }) => new Option(title, letter)));
    if (answers.some(({ letter }) => letter === chosen)) select.value = chosen;
  }
}
