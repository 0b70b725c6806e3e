// @ts-check
/**
 * Which model a panel uses, and “This text goes to HOST with key NAME”, agreed to once for each key and host. Both stand in the pane's
 * `[data-part=model-box]`, which the server renders anew; what changes in one panel holds in all, so the boxes of the others are asked for again.
 */

import htmx from "vendor/htmx";
import { part } from "app/assist/parts";

/** @param {HTMLElement} root @param {() => void} go what to do once it is agreed to, if somebody wanted to */
export function gate(root, go) {
  let isWanted = false;
  let isOwn = true;
  const box = () => part(root, "model-box");
  let isOpen = !!box().querySelector("details[open]");
  const isClosed = () => !!box().querySelector("[data-consent]");

  root.addEventListener("htmx:load", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!box().contains(target)) return;
    show();
    const details = box().querySelector("details");
    if (details) details.open = isOpen;
    if (isOwn && target !== root) document.dispatchEvent(new CustomEvent("panel:model", { detail: root }));
    isOwn = true;
    if (isClosed() || !isWanted) return;
    isWanted = false;
    go();
  });
  root.addEventListener("toggle", ({ target }) => {
    if (target instanceof HTMLDetailsElement && target.isConnected && box().contains(target)) isOpen = target.open;
  }, true);
  document.addEventListener("panel:model", (event) => /** @type {CustomEvent} */ (event).detail !== root && root.isConnected && renew());
  show();

  /** Nothing can be run before it is agreed to. */
  function show() {
    part(root, "start").toggleAttribute("disabled", isClosed());
  }

  /** The box as the server has it now. */
  function renew() {
    isOwn = false;
    const id = box().id;
    return htmx.ajax("get", root.dataset.paneUrl ?? "", { source: root, target: `#${id}`, select: `#${id}`, swap: "outerHTML" });
  }

  return {
    /** Whether it has to be agreed to first; then the button for that has the focus. @returns {boolean} */
    stops() {
      isWanted = isClosed();
      if (isWanted) /** @type {HTMLElement} */ (box().querySelector("[data-consent] button")).focus();
      return isWanted;
    },
    /** The server wants a consent that the page does not know of. */
    async ask() {
      await renew();
      this.stops();
    },
    /** The model's name in forms. */
    get model() { return /** @type {HTMLSelectElement | null} */ (box().querySelector("select[name=model]"))?.value ?? ""; },
    get effort() { return /** @type {HTMLSelectElement | null} */ (box().querySelector("select[name=effort]"))?.value ?? ""; },
  };
}
