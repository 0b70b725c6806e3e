// @ts-check
/** The dock's left edge can be dragged, or moved with the arrow keys; the width is remembered in this browser. */

import { remember } from "app/lib/look";

const [NARROWEST, WIDEST, STEP] = [300, 900, 24];

/** @param {HTMLElement} dock */
export default function dock(dock) {
  const grip = document.createElement("div");
  grip.className = "dock-grip";
  grip.tabIndex = 0;
  grip.setAttribute("role", "separator");
  grip.setAttribute("aria-orientation", "vertical");
  grip.setAttribute("aria-label", "Width of the dock");
  grip.setAttribute("aria-valuemin", String(NARROWEST));
  grip.setAttribute("aria-valuemax", String(WIDEST));
  grip.setAttribute("aria-valuenow", String(Math.round(dock.offsetWidth)));
  dock.prepend(grip);

  /** @param {number} wanted */
  const resize = (wanted) => {
    const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, wanted)));
    document.documentElement.style.setProperty("--dock", `${width}px`);
    grip.setAttribute("aria-valuenow", String(width));
    remember("dock-width", String(width));
  };
  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    grip.classList.add("held");
    event.preventDefault();
  });
  grip.addEventListener("pointermove", (event) => {
    if (grip.hasPointerCapture(event.pointerId)) resize(dock.getBoundingClientRect().right - event.clientX);
  });
  grip.addEventListener("lostpointercapture", () => grip.classList.remove("held"));
  grip.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (!step) return;
    event.preventDefault();
    resize(dock.offsetWidth + step);
  });
}
