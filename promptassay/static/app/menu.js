// @ts-check
/** A `<details>` menu closes with Escape, with a click elsewhere, and when focus leaves it. */

/** @param {HTMLElement} element */
export default function menu(element) {
  const details = /** @type {HTMLDetailsElement} */ (element);
  document.addEventListener("click", (event) => {
    if (!details.contains(/** @type {Node} */ (event.target))) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary")?.focus();
  });
  details.addEventListener("focusout", (event) => {
    const next = /** @type {Node | null} */ (event.relatedTarget);
    if (next && !details.contains(next)) details.open = false;
  });
}
