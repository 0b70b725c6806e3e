// @ts-check
/**
 * “Explain” under a finding of the lint: the answer stands under that finding, and stays with it while the list is renewed. Until it is asked for
 * the first time the panel waits, unseen, at the end of the pane.
 */

import { panel } from "app/assist/panel";
import { part } from "app/assist/parts";
import { append } from "app/lib/answer";

/** @param {HTMLElement} root */
export default function explain(root) {
  const pane = /** @type {HTMLElement} */ (root.closest(".pane"));
  const home = /** @type {HTMLElement} */ (root.parentElement);
  const form = /** @type {HTMLFormElement} */ (root.querySelector("form[data-panel-form]"));
  /** What is explained: the finding by its rule and words. */
  let about = "";

  const own = panel(root, {
    ages: false,
    forgets: true, // it is about a finding, which has no name that lasts
    begin: () => part(root, "answer").replaceChildren(),
    text: (text) => append(part(root, "answer"), text),
    settle: () => undefined,
  });

  if (root.querySelector("[data-part=start]")) pane.classList.add("explains");
  pane.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-explain]"));
    if (!button || own.isRunning) return;
    for (const name of ["rule", "message", "start", "end"]) {
      /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = button.dataset[name] ?? "";
    }
    about = nameOf(/** @type {Element} */ (button.closest("[data-finding]")));
    move();
    own.run();
    root.scrollIntoView({ block: "nearest" });
  });
  // The list is renewed as one types: the answer steps aside and comes back to its finding.
  document.addEventListener("htmx:oobBeforeSwap", (event) => pane.contains(/** @type {Node} */ (event.target)) && home.append(root));
  own.bench.addEventListener("inspected", move);
  move();

  function move() {
    const line = about && [...pane.querySelectorAll("[data-finding]")].find((each) => nameOf(each) === about);
    (line || home).append(root);
    home.hidden = !line && !own.isRunning;
  }

  /** @param {Element} line */
  function nameOf(line) {
    const button = /** @type {HTMLElement | null} */ (line.querySelector("[data-explain]"));
    return `${button?.dataset.rule}\n${line.querySelector("q")?.textContent ?? ""}`;
  }
}
