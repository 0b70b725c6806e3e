// @ts-check
/** Fills the inputs from the test case that is chosen in the list inside; the value of each option is where its values are. */

import { toast } from "app/lib/toast";

/** @param {HTMLElement} element */
export default function playgroundFill(element) {
  element.addEventListener("change", async (event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    if (!value) return;
    try {
      const response = await fetch(value, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      const { name, values } = await response.json();
      document.dispatchEvent(new CustomEvent("playground:values", { detail: values }));
      toast(`Filled from “${name}”.`, { tone: "good" });
    } catch {
      toast("The case could not be read: it may be gone, or you are signed out. Reload the page.", { tone: "bad" });
    }
  });
}
