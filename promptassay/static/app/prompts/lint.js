// @ts-check
/**
 * The tab Lint comes to life: fixes by button, from the editor's tooltip and by key, places shown, rules silenced. A fix is made in
 * the text that it was found in; if somebody typed meanwhile, the server is asked again first. The fixes made since the base version are noted in the form's
 * field `fixes`, so that the history can say that a version has nothing else (the server checks it).
 *
 * It stands on the form beside `prompts/variables`, whose `inspected` brings the marks.
 *
 * @typedef {import("app/prompts/variables").Mark} Mark
 * @typedef {NonNullable<Mark["fixes"]>[number]} Fix
 */

import { toast } from "app/lib/toast";
import { choose, silence, send } from "app/prompts/lint-dialogs";

/** @param {HTMLElement} element */
export default function lint(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const pane = /** @type {HTMLElement} */ (document.querySelector("#pane-lint"));
  /** @type {Mark[]} */
  let marks = [];
  /** @type {Map<string, string>} */
  let texts = new Map();
  let focusAt = -1; // the finding whose place in the list takes the focus when the list was renewed
  let unfolded = false;

  form.addEventListener("inspected", (event) => {
    ({ marks, texts } = /** @type {CustomEvent} */ (event).detail);
    for (const mark of marks) mark.actions = actionsOf(mark);
    const folded = pane.querySelector("details");
    if (folded) folded.open = unfolded;
    if (focusAt >= 0 && !document.activeElement?.closest("#prompt-form, dialog")) focusList();
    focusAt = -1;
  });
  form.dispatchEvent(new Event("inspected:again"));
  pane.addEventListener("toggle", (event) => (unfolded = /** @type {HTMLDetailsElement} */ (event.target).open), true);
  form.addEventListener("lint:key", (event) => {
    const { key, from, to } = /** @type {CustomEvent} */ (event).detail;
    event.preventDefault();
    const field = /** @type {HTMLTextAreaElement} */ (event.target).name;
    if (key === "fix") fixAt(field, from, to);
    else step(field, from, key === "next" ? 1 : -1);
  });
  pane.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target).closest("a, button");
    if (!(target instanceof HTMLElement)) return;
    const number = Number(/** @type {HTMLElement | null} */ (target.closest("[data-finding]"))?.dataset.finding ?? -1);
    const mark = marks.find((each) => each.number === number);
    if (target.dataset.silence) silence(target, event, (text) => renew(text, number));
    else if (!mark) return;
    else if ("lintShow" in target.dataset) event.preventDefault(), show(mark, mark.related?.[Number(target.dataset.lintShow) - 1] ?? mark);
    else if (target.dataset.fix) (focusAt = number), apply(mark, mark.fixes?.[Number(target.dataset.fix)]);
  });
  pane.addEventListener("submit", async (event) => {
    const sent = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented || sent.closest("dialog")) return;
    event.preventDefault();
    const answer = await send(sent, sent.action);
    if (answer.text) renew(answer.text, 0);
    else toast(answer.problem, { tone: "bad" });
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    // The keys pressed outside of the text begin at its start, or at its end.
    const key = /** @type {HTMLElement | null} */ (target.closest("[data-lint-key]"));
    if (key) return void step("", 0, key.dataset.lintKey ? -1 : 1);
    if (!target.closest("[data-lint-open]")) return;
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.querySelector('.tabs a[href="#pane-lint"]'))?.click();
    pane.scrollIntoView({ block: "nearest" });
  });

  /** @param {string} text @param {number} number */
  function renew(text, number) {
    toast(text);
    focusAt = Math.max(number, 0);
    form.dispatchEvent(new Event("inspect"));
  }

  function focusList() {
    const items = [...pane.querySelectorAll("[data-finding]")];
    const item = items[Math.min(focusAt, items.length - 1)] ?? pane;
    /** @type {HTMLElement | null} */ (item.querySelector("button, a"))?.focus();
  }

  /** @param {Mark} mark @returns {import("@codemirror/lint").Action[]} */
  function actionsOf(mark) {
    return (mark.fixes ?? []).filter((fix) => !fix.variables.length).map((fix) => ({ name: fix.title, apply: () => void apply(mark, fix) }));
  }

  /** Whether the marks are about the text as it is now. */
  function isFresh() {
    const now = new FormData(form);
    return [...texts].every(([field, text]) => now.get(field) === text);
  }

  /** Until the marks are about the text as it is now. @returns {Promise<unknown>} */
  function fresh() {
    if (isFresh()) return Promise.resolve();
    return new Promise((done) => {
      form.addEventListener("inspected", done, { once: true });
      form.dispatchEvent(new Event("inspect"));
    });
  }

  /** @param {Mark} mark @param {Fix} [fix] */
  async function apply(mark, fix) {
    if (!isFresh()) {
      await fresh();
      const again = marks.find((each) => each.rule === mark.rule && each.message === mark.message);
      fix = again?.fixes?.find((each) => each.title === fix?.title);
    }
    if (!fix) return void toast("The text has changed since: look again.");
    const fields = [...new Set(fix.edits.map((edit) => edit.field))];
    const noted = note(fix.step);
    for (const field of fields) {
      const changes = fix.edits.filter((edit) => edit.field === field).map(({ from, to, insert }) => ({ from, to, insert }));
      areaOf(field)?.dispatchEvent(new CustomEvent("editor:change", { detail: changes }));
    }
    for (const name of fix.unset) empty(name);
    for (const at of fix.remove) /** @type {HTMLElement | null} */ (form.querySelector(`button[name="op"][value="remove-${at}"]`))?.click();
    if (fix.remove.length) return;
    form.dispatchEvent(new Event("inspect"));
    const after = new FormData(form);
    toast(`${fix.title}: done.`, fields.length ? { action: "Undo", onAction: () => undo(fields, after, noted) } : {});
  }

  /** @param {string[]} fields @param {FormData} after the form after the fix @param {string} noted the steps before it */
  function undo(fields, after, noted) {
    const now = new FormData(form);
    if (fields.some((field) => now.get(field) !== after.get(field))) return void toast("You have written on since: undo in the text itself.");
    for (const field of fields) areaOf(field)?.dispatchEvent(new Event("editor:undo"));
    const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("fixes"));
    input.value = noted;
  }

  /** @param {unknown[]} made @returns {string} what was noted before */
  function note(made) {
    const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("fixes"));
    const before = input.value;
    input.value = JSON.stringify([...JSON.parse(before || "[]"), made]);
    return before;
  }

  /** @param {string} name */
  function empty(name) {
    const input = form.elements.namedItem(name);
    if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement || input instanceof HTMLTextAreaElement)) return;
    input.value = "";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {string} field @param {number} from @param {number} to */
  async function fixAt(field, from, to) {
    await fresh();
    const here = marks.filter((each) => each.field === field && each.from <= to && from <= each.to && each.rule && each.to > each.from);
    const mark = here.sort((a, b) => Number(!b.fixes?.length) - Number(!a.fixes?.length) || a.to - a.from - (b.to - b.from))[0];
    if (!mark) return void toast("No finding at the cursor. F8 goes to the next one.");
    if (!mark.fixes?.length) return void toast(`${mark.message} Only you can mend this one.`);
    if (mark.fixes.length === 1) return apply(mark, mark.fixes[0]);
    const chosen = await choose(mark.message, mark.fixes.map((fix) => fix.title));
    areaOf(field)?.dispatchEvent(new CustomEvent("editor:select", { detail: { from, to } }));
    if (chosen >= 0) apply(mark, mark.fixes[chosen]);
  }

  /** To the next finding from here, or the one before; round the end. @param {string} field @param {number} from @param {1 | -1} way */
  async function step(field, from, way) {
    await fresh();
    const order = [...texts.keys()];
    /** @param {Mark} each */
    const rank = (each) => order.indexOf(each.field) * 1e8 + each.from;
    const all = marks.filter((each) => each.to > each.from).sort((a, b) => way * (rank(a) - rank(b)));
    const here = field ? order.indexOf(field) * 1e8 + from : NaN;
    const next = all.find((each) => way * (rank(each) - here) > 0) ?? all[0];
    if (next) show(next, next);
    else toast("No findings in the text.");
  }

  /** @param {Mark} mark @param {import("app/prompts/variables").Place} place */
  function show(mark, place) {
    pane.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const item = pane.querySelector(`[data-finding="${mark.number}"]`);
    item?.setAttribute("aria-current", "true");
    item?.scrollIntoView({ block: "nearest" });
    const says = mark.fixes?.length ? `${mark.message} Alt ↵: ${mark.fixes[0].title}${mark.fixes.length > 1 ? ", …" : ""}` : mark.message;
    areaOf(place.field)?.dispatchEvent(new CustomEvent("editor:select", { detail: { from: place.from, to: place.to, says } }));
  }

  /** @param {string} field @returns {HTMLTextAreaElement | null} */
  function areaOf(field) {
    return form.querySelector(`textarea[name="${CSS.escape(field)}"]`);
  }
}
