// @ts-check
/** Critique: six scores, and findings at the words they quote, underlined in the editor. Ticked findings go to Improve. */

import { handOver } from "app/assist/handover";
import { marksOf, reveal } from "app/assist/marks";
import { panel } from "app/assist/panel";
import { copyOf, counted, part, words, write } from "app/assist/parts";
import { areaOf, areasOf, inUnits, lineAt, onlyPlace } from "app/assist/texts";

const SEVERITIES = { must: ["bad", "▲"], should: ["warn", "◆"], may: ["", "·"] };

/**
 * @typedef {{severity: "must" | "should" | "may", title: string, detail: string, quote: string, message: number,
 *   places: {message: number, start: number, end: number}[]}} Finding
 * @typedef {{finding: Finding, field: string, line: HTMLElement, box: HTMLInputElement}} Line
 */

/** @param {HTMLElement} root */
export default function critique(root) {
  const [scores, list, improve] = ["scores", "findings", "improve"].map((name) => part(root, name));
  const marks = marksOf("finding");
  /** @type {Line[]} */
  let lines = [];
  let waiting = 0;

  const own = panel(root, {
    begin() {
      lines = [];
      list.replaceChildren();
      for (const row of scores.querySelectorAll("[data-aspect]")) {
        /** @type {HTMLMeterElement} */ (row.querySelector("meter")).value = 0;
        part(row, "figure").textContent = "–";
        write(part(row, "reason"), "");
      }
      scores.hidden = list.hidden = improve.hidden = false;
      part(root, "mean").hidden = part(root, "summary").hidden = true;
      for (const area of areasOf(own?.bench ?? bench())) (marks.set(area, []), marks.begin(area));
      count();
    },
    item(name, index, value, entry) {
      if (name === "scores") score(value);
      else if (name === "findings") finding(value, index, entry);
    },
    value: (name, value) => name === "summary" && write(part(root, "summary"), value),
    settle(entry) {
      const all = (entry.lists.scores ?? []).filter(Boolean);
      const mean = all.reduce((sum, { score }) => sum + score, 0) / (all.length || 1);
      write(part(root, "mean"), all.length === 6 ? mean.toFixed(1) : "");
      scores.hidden = !all.length;
      list.hidden = improve.hidden = !lines.length;
      part(root, "none").hidden = entry.outcome !== "finished" || !all.length || lines.length > 0;
      count();
    },
    tell: (entry) => `${counted((entry.lists.scores ?? []).length, "score")}, ${counted(lines.length, "finding")}.`,
  });

  list.addEventListener("change", count);
  list.addEventListener("click", (event) => {
    const go = /** @type {HTMLElement} */ (event.target).closest("[data-part=go]");
    const line = lines.find((each) => each.line.contains(go));
    if (go && line) show(line);
  });
  document.querySelector(root.dataset.texts ?? "#messages")?.addEventListener("panel:mark", (event) => {
    const { kind, id } = /** @type {CustomEvent} */ (event).detail;
    const line = kind === "finding" && lines[Number(id)];
    if (!line) return;
    /** @type {HTMLElement | null} */ (document.querySelector('.dock a[href="#pane-critique"]'))?.click();
    current(line);
    line.line.scrollIntoView({ block: "nearest" });
    part(line.line, "go").focus({ preventScroll: true });
  });
  // Messages were added, moved or removed: their editors are new, and their marks are found anew by their words.
  document.querySelector(root.dataset.texts ?? "#messages")?.addEventListener("editor:ready", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => own.entry && place(own.entry));
  });
  improve.querySelector("button")?.addEventListener("click", () => {
    const chosen = lines.filter(({ box }) => box.checked).map(({ finding: { severity, title, detail, quote, message } }) => ({ severity, title, detail, quote, message }));
    handOver(chosen);
  });

  function bench() {
    return /** @type {HTMLFormElement} */ (document.querySelector(root.dataset.form ?? "#prompt-form"));
  }

  /** @param {{aspect: string, score: number, reason: string}} value */
  function score({ aspect, score: figure, reason }) {
    const row = scores.querySelector(`[data-aspect="${CSS.escape(aspect)}"]`);
    if (!row) return;
    /** @type {HTMLMeterElement} */ (row.querySelector("meter")).value = figure;
    part(row, "figure").textContent = String(figure);
    write(part(row, "reason"), reason);
  }

  /** @param {Finding} value @param {number} index @param {import("app/assist/panel").Entry} entry */
  function finding(value, index, entry) {
    const [tone, shape] = SEVERITIES[value.severity] ?? SEVERITIES.may;
    const line = copyOf(root, "finding", { title: value.title, detail: value.detail, quote: value.quote });
    part(line, "severity").className = `chip ${tone}`;
    part(line, "severity").append(words("span", shape), value.severity);
    part(line, "severity").firstElementChild?.setAttribute("aria-hidden", "true");
    const box = /** @type {HTMLInputElement} */ (part(line, "tick"));
    box.checked = value.severity !== "may";
    box.setAttribute("aria-label", `Take “${value.title}” to Improve`);
    lines[index] = { finding: value, field: entry.texts[value.places[0]?.message]?.field ?? "", line, box };
    list.append(line);
    place(entry);
    count();
  }

  /** Marks every finding where its words are by now, and says so where they are not. @param {import("app/assist/panel").Entry} entry */
  function place(entry) {
    /** @type {Map<HTMLTextAreaElement, import("app/assist/marks").Mark[]>} */
    const all = new Map(areasOf(bench()).map((area) => [area, []]));
    lines.forEach((each, id) => {
      const { finding: { places, quote, message }, line, field } = each;
      const area = field ? areaOf(bench(), field) : null;
      const found = area && (marks.find(area, String(id)) ?? where(area, entry, places[0], quote));
      if (area && found) all.get(area)?.push({ id: String(id), from: found.from, to: found.to, look: `cm-finding ${each.finding.severity}` });
      const text = area?.value ?? "";
      write(part(line, "at"), found && area ? `§${areasOf(bench()).indexOf(area) + 1}, line ${lineAt(text, found.from)}` : "");
      part(line, "go").hidden = !found;
      part(line, "plain").hidden = !quote || !!found;
      part(line, "plain").textContent = quote;
      write(part(line, "lost"), found || !quote ? "" : places.length ? "no longer in the text" : `not in the text${message ? ` of §${message}` : ""}`);
      write(part(line, "whole"), quote || places.length ? "" : "on the whole");
    });
    for (const [area, list] of all) marks.set(area, list);
  }

  /** @param {HTMLTextAreaElement} area @param {import("app/assist/panel").Entry} entry @param {{message: number, start: number, end: number}} at @param {string} quote */
  function where(area, entry, at, quote) {
    const sent = inUnits(entry.texts, at);
    if (!sent) return null;
    const text = entry.texts[at.message].text;
    const said = text.slice(sent.from, sent.to);
    const moved = marks.now(area, sent.from, sent.to);
    const value = area.value;
    if (moved && value.slice(moved.from, moved.to) === said) return moved;
    return onlyPlace(value, said) ?? onlyPlace(value, quote);
  }

  /** @param {Line} line */
  function show(line) {
    const area = areaOf(bench(), line.field);
    const found = area && marks.find(area, String(lines.indexOf(line)));
    current(line);
    if (area && found) reveal(area, found);
    else place(/** @type {any} */ (own.entry));
  }

  /** @param {Line} line */
  function current(line) {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    line.line.setAttribute("aria-current", "true");
  }

  function count() {
    const ticked = lines.filter(({ box }) => box.checked).length;
    const button = /** @type {HTMLButtonElement} */ (improve.querySelector("button"));
    button.textContent = ticked ? `Improve with ${counted(ticked, "finding")}` : "Improve with your own wish";
  }
}
