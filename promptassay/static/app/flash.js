// @ts-check
/** A message at the top of the page gets a button that takes it away. */

/** @param {HTMLElement} notice */
export default function flash(notice) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn quiet small";
  button.textContent = "Dismiss";
  button.addEventListener("click", () => notice.remove());
  notice.append(button);
}
