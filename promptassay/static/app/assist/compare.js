// @ts-check
/** Compare: what two versions, or a version and the draft, mean differently; each part as it comes. */

import { panel } from "app/assist/panel";
import { copyOf, counted, part, write } from "app/assist/parts";

/** @param {HTMLElement} root */
export default function compare(root) {
  const [left, right] = ["left", "right"].map((name) => /** @type {HTMLSelectElement} */ (root.querySelector(`select[name=${name}]`)));
  const [changes, prefer] = ["changes", "prefer"].map((name) => part(root, name));
  /** The sides as the answer calls them. @type {Record<string, string>} */
  let names = {};

  panel(root, {
    ages: false,
    begin(entry) {
      entry.own.sides ??= [left, right].map((each) => each.selectedOptions[0]?.textContent?.trim() ?? "");
      const [from, to] = entry.own.sides;
      names = { left: from, right: to, either: "either" };
      part(root, "sides").textContent = `${from} → ${to}`;
      for (const place of [changes, prefer]) {
        part(place, "list").replaceChildren();
        place.hidden = true;
      }
      write(part(root, "summary"), "");
    },
    item(list, index, value) {
      const place = list === "changes" ? changes : list === "prefer" ? prefer : null;
      if (!place) return;
      place.hidden = false;
      /** @type {Record<string, string>} */
      const texts = list === "changes"
        ? { what: value.what, effect: value.effect, risk: value.risk }
        : { for: value.for, choice: names[value.choice] ?? value.choice, why: value.why };
      const line = copyOf(root, list, texts);
      if (list === "changes") part(line, "risk-line").hidden = !value.risk;
      part(place, "list").append(line);
    },
    value: (name, value) => name === "summary" && write(part(root, "summary"), value),
    settle(entry) {
      part(root, "sides").hidden = !entry.own.sides?.[0] || !(entry.lists.changes || entry.lists.prefer || entry.values.summary);
      part(root, "none").hidden = entry.outcome !== "finished" || !!entry.own.raw || (entry.lists.changes ?? []).length > 0;
    },
    missing: () => (left.value && right.value && left.value !== right.value ? "" : "Choose two that differ."),
    tell: (entry) => `${counted((entry.lists.changes ?? []).length, "change")} of meaning.`,
  });
}
