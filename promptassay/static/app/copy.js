// @ts-check
/** A button that copies the text or value of the element that `data-copy` selects, or `data-copy-text` itself. */

import { toast } from "app/lib/toast";

/** @param {HTMLElement} button */
export default function copy(button) {
  const text = () => {
    const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
    const value = source instanceof HTMLTextAreaElement || source instanceof HTMLInputElement ? source.value : source?.textContent;
    return button.dataset.copyText ?? value ?? "";
  };
  button.hidden = !text();
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      toast("Copied", { tone: "good" });
    } catch {
      toast("The browser does not let this page copy. Select the text and copy it by hand.", { tone: "bad" });
    }
  });
}
