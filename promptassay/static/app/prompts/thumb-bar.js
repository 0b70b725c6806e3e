// @ts-check
/**
 * Save and Run within reach of the thumb, where the dock stands below the editor: `<div data-island="prompts/thumb-bar">` with
 * `button[data-thumb=run]` in it. Running shows the answer's pane and brings the answer into view; while it runs the button stops it.
 */

/** @param {HTMLElement} bar */
export default function thumbBar(bar) {
  /** @param {string} name */
  const piece = (name) => /** @type {HTMLElement | null} */ (document.querySelector(`[data-run="${name}"]`));
  const [start, stop, output] = ["start", "stop", "output"].map(piece);
  const button = /** @type {HTMLButtonElement | null} */ (bar.querySelector("[data-thumb=run]"));
  if (!start || !stop || !output || !button) return;
  const word = /** @type {HTMLElement} */ (button.querySelector("[data-thumb-word]"));
  const follow = () => {
    button.disabled = start.matches(":disabled") && stop.hidden;
    word.textContent = stop.hidden ? "Run" : "Stop";
  };
  new MutationObserver(follow).observe(stop, { attributes: true, attributeFilter: ["hidden"] });
  new MutationObserver(follow).observe(start, { attributes: true, attributeFilter: ["disabled"] });
  follow();
  button.addEventListener("click", () => {
    if (!stop.hidden) return stop.click();
    /** @type {HTMLElement | null} */ (document.querySelector('.dock .tabs [href="#pane-run"]'))?.click();
    start.click();
    // What is missing, or the answer as it comes: both stand around the button that was pressed for them.
    start.scrollIntoView({ block: "start" });
  });
}
