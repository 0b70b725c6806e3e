// @ts-check
/**
 * A button or link that opens the `<dialog>` that `data-dialog` selects; a link keeps its address for when there are no scripts.
 * A click beside the dialog, Escape, and any `[data-close]` in it close it.
 */

/** @param {HTMLElement} opener */
export default function dialog(opener) {
  const target = /** @type {HTMLDialogElement | null} */ (document.querySelector(opener.dataset.dialog ?? ""));
  if (!target) return;
  opener.hidden = false;
  opener.setAttribute("aria-haspopup", "dialog");
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    target.showModal();
  });
  target.addEventListener("click", (event) => {
    const inside = /** @type {HTMLElement} */ (event.target);
    if (inside === target || inside.closest("[data-close]")) target.close();
  });
}
