// @ts-check
/** Proposed test cases: ticked ones are kept in a suite; before that nothing of them is stored. */

import htmx from "vendor/htmx";
import { panel } from "app/assist/panel";
import { copyOf, counted, part, words } from "app/assist/parts";
import { csrfToken } from "app/lib/csrf";
import { toast } from "app/lib/toast";

/** @typedef {{name: string, why: string, values: Record<string, string>, expected: string}} Case */

/** @param {HTMLElement} root */
export default function cases(root) {
  const list = part(root, "cases");
  const keep = /** @type {HTMLFormElement} */ (part(root, "keep"));
  const suite = /** @type {HTMLSelectElement | null} */ (keep.querySelector("[name=suite]"));
  const button = keep.querySelector("button");
  /** @type {{given: Case, box: HTMLInputElement}[]} */
  let lines = [];

  panel(root, {
    ages: false,
    begin() {
      lines = [];
      list.replaceChildren();
      list.hidden = false;
      keep.hidden = part(root, "none").hidden = true;
      part(keep, "kept").replaceChildren();
    },
    item(name, index, value) {
      if (name !== "cases") return;
      const line = copyOf(root, "case", { name: value.name, why: value.why, expected: value.expected ?? "" });
      part(line, "expected-line").hidden = !value.expected;
      part(line, "values").append(...Object.entries(value.values ?? {}).flatMap(([variable, text]) => [words("dt", variable, "var-name"), words("dd", String(text), "mono")]));
      const box = /** @type {HTMLInputElement} */ (part(line, "tick"));
      box.setAttribute("aria-label", `Keep “${value.name}”`);
      lines[index] = { given: value, box };
      list.append(line);
      count();
    },
    settle(entry) {
      list.hidden = keep.hidden = !lines.length;
      part(root, "none").hidden = entry.outcome !== "finished" || lines.length > 0 || !!entry.own.raw;
      count();
    },
    tell: () => `${counted(lines.length, "case")} proposed.`,
  });

  list.addEventListener("change", count);
  suite?.addEventListener("change", count);
  keep.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(keep);
    body.set("cases", JSON.stringify(lines.filter(({ box }) => box.checked).map(({ given }) => given)));
    try {
      const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true", "X-Requested-With": "fetch" };
      const response = await fetch(keep.action, { method: "POST", body, headers, redirect: "error" });
      // HTML of our own server, in which every text is escaped.
      htmx.swap(part(keep, "kept"), await response.text(), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
      if (!response.ok) return;
      for (const { box } of lines) if (box.checked) [box.checked, box.disabled] = [false, true];
      count();
    } catch {
      toast("The server cannot be reached. Nothing was kept; try again when you are online.", { tone: "bad" });
    }
  });

  function count() {
    const ticked = lines.filter(({ box }) => box.checked).length;
    part(keep, "naming").hidden = !!suite?.value;
    if (!button) return;
    button.textContent = `Keep ${counted(ticked, "case")}`;
    button.disabled = !ticked;
  }
}
