// @ts-check
/** Findings ticked in Critique, on their way to Improve, whose pane may not be loaded yet. */

/** @typedef {{severity: string, title: string, detail: string, quote: string, message: number}} Chosen */

/** @type {Chosen[] | null} */
let waiting = null;

/** Shows Improve with these findings; it begins at once, or when it is there. @param {Chosen[]} findings */
export function handOver(findings) {
  waiting = findings;
  /** @type {HTMLElement | null} */ (document.querySelector('.dock a[href="#pane-improve"]'))?.click();
  document.dispatchEvent(new Event("panel:handed"));
}

/** What was handed over, once. @returns {Chosen[] | null} */
export function handed() {
  const found = waiting;
  waiting = null;
  return found;
}
