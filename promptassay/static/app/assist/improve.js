// @ts-check
/**
 * Improve: edits as hunks with their words marked, accepted or refused one by one. What waits is shown in the editor beside the words it
 * would replace; what is accepted is in the text, and so in the draft. "Save as version" says what of it was the model's.
 */

import { acceptButton } from "app/assist/accept";
import { handed } from "app/assist/handover";
import { hunks } from "app/assist/hunks";
import { panel } from "app/assist/panel";
import { counted, part, words, write } from "app/assist/parts";

/** @typedef {import("app/assist/handover").Chosen} Chosen */

/** @param {HTMLElement} root */
export default function improve(root) {
  const wish = /** @type {HTMLTextAreaElement} */ (root.querySelector("[name=wish]"));
  const [list, bar, findings] = ["edits", "bar", "findings"].map((name) => part(root, name));
  /** @type {Chosen[]} */
  let chosen = [];
  const bench = () => /** @type {HTMLFormElement} */ (document.querySelector(root.dataset.form ?? "#prompt-form"));
  const edits = hunks(root, list, bench, () => (tally(), own.save()));

  const own = panel(root, {
    ages: false,
    begin(entry) {
      edits.begin(entry);
      entry.own.chosen ??= chosen;
      entry.own.wish ??= wish.value;
      chosen = entry.own.chosen;
      if (entry.own.wish && !wish.value) wish.value = entry.own.wish;
      offer();
      write(part(root, "summary"), "");
      list.hidden = false;
      bar.hidden = part(root, "none").hidden = true;
    },
    item: (name, index, value, entry) => name === "edits" && edits.add(value, index, entry),
    value: (name, value) => name === "summary" && write(part(root, "summary"), value),
    settle(entry, isLive) {
      list.hidden = bar.hidden = !edits.all.length;
      part(root, "none").hidden = entry.outcome !== "finished" || edits.all.length > 0 || !!entry.own.raw;
      tally();
      if (isLive && edits.all.length && root.contains(document.activeElement)) edits.focusFirst();
    },
    fill(data) {
      data.set("findings", JSON.stringify(chosen));
    },
    tell: () => `${counted(edits.all.length, "edit")} to decide on.`,
  });

  part(root, "all").addEventListener("click", () => edits.decideAll("accepted"));
  part(root, "no-findings").addEventListener("click", () => ((chosen = []), offer(), wish.focus()));
  acceptButton(root, () => ({
    model: own.entry?.reference ?? "", accepted: edits.count("accepted"), offered: edits.all.length,
    instruction: [wish.value.trim(), ...chosen.map(({ title }) => title)].filter(Boolean).join("\n").slice(0, 2000),
  }));
  document.addEventListener("panel:handed", take);
  take();

  function take() {
    const found = handed();
    if (!found || !root.isConnected) return;
    chosen = found;
    offer();
    if (!found.length) return void wish.focus();
    part(root, "start").focus();
    own.run();
  }

  /** The findings that go along. */
  function offer() {
    findings.hidden = !chosen.length;
    part(findings, "list").replaceChildren(...chosen.map(({ severity, title }) => words("li", `${severity}: ${title}`)));
    part(findings, "title").textContent = `With ${counted(chosen.length, "finding")} of the critique`;
  }

  function tally() {
    const [accepted, refused, open] = ["accepted", "refused", "open"].map((state) => edits.count(state));
    part(root, "tally").textContent = [
      accepted && `${accepted} accepted`, refused && `${refused} refused`, open && `${open} to decide`,
    ].filter(Boolean).join(", ");
    part(root, "all").hidden = !open;
    part(root, "save").toggleAttribute("disabled", !accepted);
  }
}
