// @ts-check
/**
 * The edits that Improve proposes: a list in the pane, and the same in the editors. An edit that was accepted can be taken back as long as
 * its words stand there untouched.
 *
 * @typedef {{message: number, find: string, replace: string, why: string, problem?: string, lost?: string[], words?: {kind: string, text: string}[],
 *   places: {message: number, start: number, end: number}[]}} Edit
 * @typedef {{edit: Edit, id: string, line: HTMLElement, field: string, state: "open" | "accepted" | "refused" | "stuck", was: string}} Hunk
 *   `was` is what stood there before it was accepted
 */

import { editKeys } from "app/assist/edit-keys";
import { marksOf, reveal, viewOf } from "app/assist/marks";
import { copyOf, part, write, writeWords } from "app/assist/parts";
import { areaOf, areasOf, inUnits, lineAt, onlyPlace } from "app/assist/texts";
import { toast } from "app/lib/toast";

const STATES = { open: ["", ""], accepted: ["good", "● accepted"], refused: ["", "○ refused"], stuck: ["warn", "◆ cannot be placed"] };

/**
 * @param {HTMLElement} root @param {HTMLElement} list @param {() => HTMLFormElement} bench
 * @param {() => void} changed after each decision
 */
export function hunks(root, list, bench, changed) {
  const marks = marksOf("edit");
  const all = /** @type {Hunk[]} */ ([]);
  /** @type {import("app/assist/panel").Entry} */
  let about;
  /** Where a hunk's words stand right after they were changed, until the marks say so. @type {Map<Hunk, {from: number, to: number}>} */
  const moved = new Map();
  /** How the edits of a kept answer were decided. @type {{state: Hunk["state"], was: string}[]} */
  let decided = [];

  editKeys(list, (does, at) => {
    const hunk = all.find(({ line }) => line.contains(at));
    if (hunk) obey(does, hunk);
    return !!hunk;
  });
  const texts = document.querySelector(root.dataset.texts ?? "");
  texts?.addEventListener("panel:mark", (event) => {
    const { kind, id } = /** @type {CustomEvent} */ (event).detail;
    const hunk = kind === "edit" && all.find((each) => each.id === id);
    if (hunk) focus(hunk);
  });
  // Messages were added, moved or removed: their editors are new.
  texts?.addEventListener("editor:ready", () => about && setTimeout(draw));

  /** @param {string} does @param {Hunk} hunk */
  function obey(does, hunk) {
    const at = all.indexOf(hunk);
    if (does === "next") focus(all[Math.min(at + 1, all.length - 1)]);
    else if (does === "previous") focus(all[Math.max(at - 1, 0)]);
    else if (does === "show") see(hunk, false);
    else {
      const isDone = decide(hunk, does === "accept" ? "accepted" : does === "refuse" ? "refused" : "open");
      changed();
      if (isDone && does !== "reopen") focus(all.slice(at + 1).find(({ state }) => state === "open") ?? hunk);
      else focus(hunk);
    }
  }

  /** @param {Hunk} hunk @param {"open" | "accepted" | "refused"} next @returns {boolean} whether it could be done */
  function decide(hunk, next) {
    if (hunk.state === next || hunk.state === "stuck") return false;
    const area = areaOf(bench(), hunk.field);
    if (!area || (hunk.state === "accepted" && !swap(hunk, area, hunk.edit.replace, hunk.was))) return false;
    if (next === "accepted") {
      const place = find(hunk, area);
      if (!place) {
        toast("The words of this edit are no longer in the text.");
        return false;
      }
      hunk.was = place.text;
      if (!swap(hunk, area, place.text, joined(hunk, area))) return false;
    }
    hunk.state = next;
    draw();
    return true;
  }

  /** What comes into the text; an addition at the end begins on a line of its own. @param {Hunk} hunk @param {HTMLTextAreaElement} area */
  function joined({ edit }, area) {
    const text = viewOf(area)?.state.doc.toString() ?? "";
    return edit.find.trim() || !text || text.endsWith("\n") || edit.replace.startsWith("\n") ? edit.replace : `\n${edit.replace}`;
  }

  /** @param {Hunk} hunk @param {HTMLTextAreaElement} area @param {string} old @param {string} text @returns {boolean} */
  function swap(hunk, area, old, text) {
    const place = find(hunk, area);
    if (!place || place.text.trimStart() !== old.trimStart()) {
      toast("You have written there since: change it in the text itself.");
      return false;
    }
    area.dispatchEvent(new CustomEvent("editor:change", { detail: [{ from: place.from, to: place.to, insert: text }] }));
    moved.set(hunk, { from: place.from, to: place.from + text.length });
    return true;
  }

  /** @param {Hunk} hunk @param {HTMLTextAreaElement} area @returns {{from: number, to: number, text: string} | null} */
  function find(hunk, area) {
    const text = viewOf(area)?.state.doc.toString() ?? area.value;
    const marked = moved.get(hunk) ?? marks.find(area, hunk.id) ?? first(hunk, area, text);
    return marked && { ...marked, text: text.slice(marked.from, marked.to) };
  }

  /** Where it is in a text that no mark was made in yet. @param {Hunk} hunk @param {HTMLTextAreaElement} area @param {string} text */
  function first({ edit, state }, area, text) {
    if (state === "accepted") return onlyPlace(text, edit.replace);
    const sent = edit.places[0] ? inUnits(about.texts, edit.places[0]) : null;
    if (!edit.find.trim()) return { from: text.length, to: text.length };
    if (!sent) return null;
    const said = about.texts[edit.places[0].message].text.slice(sent.from, sent.to);
    const now = marks.now(area, sent.from, sent.to);
    return now && text.slice(now.from, now.to) === said ? now : onlyPlace(text, said);
  }

  /** Lines and marks as the decisions are. */
  function draw() {
    /** @type {Map<HTMLTextAreaElement, import("app/assist/marks").Mark[]>} */
    const shown = new Map(areasOf(bench()).map((area) => [area, []]));
    for (const hunk of all) {
      const area = areaOf(bench(), hunk.field);
      const place = area && hunk.state !== "stuck" ? find(hunk, area) : null;
      const [tone, word] = STATES[hunk.state];
      write(part(hunk.line, "state"), word);
      part(hunk.line, "state").className = `chip ${tone}`;
      hunk.line.dataset.state = hunk.state;
      const text = area ? viewOf(area)?.state.doc.toString() ?? area.value : "";
      write(part(hunk.line, "at"), place && area ? `§${areasOf(bench()).indexOf(area) + 1}, line ${lineAt(text, place.from)}` : "");
      write(part(hunk.line, "problem"), hunk.edit.problem ?? (hunk.state === "open" && !place ? "Its words are no longer in the text." : ""));
      for (const [does, states] of Object.entries({ accept: ["open"], refuse: ["open"], reopen: ["accepted", "refused"], show: ["open", "accepted"] })) {
        const button = /** @type {HTMLElement} */ (hunk.line.querySelector(`[data-does="${does}"]`));
        button.hidden = !states.includes(hunk.state) || (!place && does !== "refuse" && does !== "reopen");
      }
      if (!area || !place || hunk.state === "refused") continue;
      const look = hunk.state === "accepted" ? "cm-taken" : "cm-leaving";
      shown.get(area)?.push({ id: hunk.id, from: place.from, to: place.to, look, ...(hunk.state === "open" ? { insert: joined(hunk, area) } : {}) });
    }
    for (const [area, list] of shown) marks.set(area, list);
    moved.clear();
    about.own.states = all.map(({ state, was }) => ({ state, was }));
  }

  /** @param {Hunk} hunk @param {boolean} isQuiet the focus stays */
  function see(hunk, isQuiet) {
    const area = areaOf(bench(), hunk.field);
    const place = area && find(hunk, area);
    if (area && place) reveal(area, place, isQuiet);
  }

  /** @param {Hunk} hunk */
  function focus(hunk) {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    hunk.line.setAttribute("aria-current", "true");
    hunk.line.focus();
    see(hunk, true);
  }

  return {
    all,
    /** @param {import("app/assist/panel").Entry} entry */
    begin(entry) {
      about = entry;
      decided = entry.own.states ?? [];
      all.length = 0;
      list.replaceChildren();
      for (const area of areasOf(bench())) (marks.set(area, []), marks.begin(area));
    },
    /** @param {Edit} edit @param {number} index @param {import("app/assist/panel").Entry} entry */
    add(edit, index, entry) {
      const line = copyOf(root, "edit", { why: edit.why });
      write(part(line, "lost"), edit.lost?.length ? `It takes out ${edit.lost.join(", ")}.` : "");
      line.tabIndex = 0;
      line.setAttribute("aria-label", `Edit ${index + 1}: ${edit.why}`);
      writeWords(part(line, "words"), edit.words?.length ? edit.words : [{ kind: "delete", text: edit.find }, { kind: "insert", text: edit.replace }]);
      const kept = decided[index];
      const at = edit.places[0]?.message ?? edit.message - 1;
      all[index] = { edit, id: String(index), line, field: entry.texts[at]?.field ?? "", state: edit.problem ? "stuck" : kept?.state ?? "open", was: kept?.was ?? "" };
      list.append(line);
      draw();
    },
    /** @param {string} state */
    count: (state) => all.filter((each) => each.state === state).length,
    /** @param {"accepted" | "refused"} state */
    decideAll(state) {
      for (const hunk of all) if (hunk.state === "open") decide(hunk, state);
      changed();
    },
    focusFirst: () => all[0] && focus(all[0]),
  };
}
