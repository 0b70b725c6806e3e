// @ts-check
/**
 * What all panels have in common: asking, stopping, what is said meanwhile, and the answer that this browser keeps. A panel's own module
 * says what its answer looks like. The root carries `data-panel`, `data-form` (the workbench's form, whose text on screen is sent along),
 * `data-person`, `data-workspace`, `data-prompt`; in it a `form[data-panel-form]` and the pieces of `assist/panel_show.html`.
 *
 * @typedef {object} Entry one answer, as it is kept; places in it are about `texts`
 * @property {string} time ISO 8601
 * @property {import("app/assist/texts").Sent[]} texts what was sent @property {string} outcome finished, stopped, failed
 * @property {string} model by its own name @property {string} reference as forms name it @property {string} facts model, key, tokens, money, time, in words
 * @property {Record<string, any[]>} lists @property {Record<string, any>} values @property {string} text
 * @property {{message: string, why?: string}[]} notes what was said about the answer
 * @property {Record<string, any>} own what the panel adds
 *
 * @typedef {object} Face what a panel does with its answer
 * @property {(entry: Entry) => void} begin empties what is shown; called again when an answer cannot be used
 * @property {(list: string, index: number, value: any, entry: Entry) => void} [item]
 * @property {(name: string, value: any, entry: Entry) => void} [value]
 * @property {(text: string, entry: Entry) => void} [text]
 * @property {(event: string, data: any, entry: Entry) => void} [other] events that only this panel has
 * @property {(entry: Entry, isLive: boolean) => void} settle the answer is all there, or as much as came
 * @property {() => string} [missing] why it cannot begin yet @property {(data: FormData) => void} [fill] adds to what is sent
 * @property {(entry: Entry) => string} [tell] the end of the sentence that a screen reader hears at the end
 * @property {boolean} [ages] whether the answer is out of date once the text has changed @property {boolean} [forgets] whether none is kept
 */

import { gate } from "app/assist/gate";
import { keeper } from "app/assist/keep";
import { download, part, words, write } from "app/assist/parts";
import { showRequest } from "app/assist/request";
import { stream } from "app/assist/stream";
import { sameTexts, textsOf } from "app/assist/texts";
import { showProblem } from "app/lib/answer";
import { relative } from "app/lib/time";
import { toast } from "app/lib/toast";

const PAUSE_MS = 300;

/** @param {HTMLElement} root @param {Face} face */
export function panel(root, face) {
  const form = /** @type {HTMLFormElement} */ (root.querySelector("form[data-panel-form]"));
  const bench = /** @type {HTMLFormElement} */ (document.querySelector(root.dataset.form ?? ""));
  const [start, stop, said] = ["start", "stop", "said"].map((name) => part(root, name));
  const kept = keeper(root);
  const open = gate(root, run);
  /** @type {AbortController | null} */
  let running = null;
  /** @type {Entry | null} */
  let shown = null;
  let timer = 0;

  form.addEventListener("submit", (event) => (event.preventDefault(), run()));
  stop.addEventListener("click", () => running?.abort());
  root.addEventListener("keydown", (event) => event.key === "Escape" && running && (event.preventDefault(), running.abort()));
  part(root, "request").addEventListener("click", () => showRequest(root, body()));
  part(root, "clear").addEventListener("click", clear);
  part(root, "export").addEventListener("click", () => shown && download(root.dataset.panel ?? "", shown));
  document.addEventListener("session:ended", () => root.isConnected && wipe());
  bench.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(age, PAUSE_MS);
  });
  if (!face.forgets) kept.last().then((entry) => entry && !running && !shown && replay(entry));

  function body() {
    const data = new FormData(form);
    data.set("model", open.model);
    data.set("effort", open.effort);
    face.fill?.(data);
    const own = new Set(data.keys());
    for (const [name, value] of new FormData(bench)) if (!own.has(name)) data.append(name, value);
    return data;
  }

  async function run() {
    if (running) return;
    const missing = face.missing?.();
    if (missing) return void toast(missing);
    if (open.stops()) return;
    running = new AbortController();
    /** @type {Entry} */
    const entry = {
      time: new Date().toISOString(), texts: textsOf(bench), outcome: "stopped", model: "", reference: open.model, facts: "", lists: {}, values: {}, text: "", notes: [], own: {},
    };
    const isFocused = document.activeElement === start;
    reset(entry);
    said.textContent = "Running.";
    root.setAttribute("aria-busy", "true");
    [start.hidden, stop.hidden] = [true, false];
    if (isFocused) stop.focus();
    try {
      await stream(root, form.action, body(), running.signal, entry, (event, data) => take(entry, event, data));
    } finally {
      running = null;
      rest();
      if (shown === entry) settle(entry, true);
      if (shown === entry && !face.forgets) kept.save(entry);
    }
  }

  /** @param {Entry} entry */
  function reset(entry) {
    shown = entry;
    for (const name of ["problem", "notes", "raw"]) part(root, name).replaceChildren();
    for (const name of ["problem", "notes", "raw", "stale", "facts", "empty", "after", "when"]) part(root, name).hidden = true;
    face.begin(entry);
  }

  /** @param {Entry} entry @param {string} event @param {any} data */
  function take(entry, event, data) {
    if (event === "item") {
      (entry.lists[data.list] ??= [])[data.index] = data.value;
      face.item?.(data.list, data.index, data.value, entry);
    } else if (event === "value") {
      entry.values[data.name] = data.value;
      face.value?.(data.name, data.value, entry);
    } else if (event === "delta") {
      entry.text += data.text;
      face.text?.(data.text, entry);
    } else if (event === "repair") {
      Object.assign(entry, { lists: {}, values: {}, text: "" });
      face.begin(entry);
      note(entry, { message: "The answer could not be used and is asked for once more.", why: data.reason });
    } else if (event === "raw") {
      entry.own.raw = data.text;
      note(entry, { message: "The second answer could not be used either. It stands here as it came.", why: data.reason });
      write(part(root, "raw"), data.text);
    } else if (event === "error") {
      entry.outcome = "failed";
      if (data.code === "CONSENT_NEEDED") return void open.ask();
      entry.own.problem = data;
      showProblem(part(root, "problem"), data);
    } else face.other?.(event, data, entry);
  }

  function rest() {
    const isFocused = document.activeElement === stop;
    root.removeAttribute("aria-busy");
    [start.hidden, stop.hidden] = [false, true];
    if (isFocused) start.focus();
  }

  /** @param {Entry} entry @param {boolean} isLive */
  function settle(entry, isLive) {
    write(part(root, "facts"), entry.facts);
    part(root, "after").hidden = false;
    face.settle(entry, isLive);
    if (isLive) said.textContent = `${entry.outcome.replace(/^./, (first) => first.toUpperCase())}. ${face.tell?.(entry) ?? ""}`.trim();
    age();
  }

  /** A kept answer, as if it came again. @param {Entry} entry */
  function replay(entry) {
    reset(entry);
    for (const [list, values] of Object.entries(entry.lists)) values.forEach((value, index) => value && face.item?.(list, index, value, entry));
    for (const [name, value] of Object.entries(entry.values)) face.value?.(name, value, entry);
    if (entry.text) face.text?.(entry.text, entry);
    for (const each of entry.notes) say(each);
    if (entry.own.raw) write(part(root, "raw"), entry.own.raw);
    if (entry.own.problem) showProblem(part(root, "problem"), entry.own.problem);
    settle(entry, false);
    write(part(root, "when"), relative(new Date(entry.time)));
  }

  /** @param {Entry} entry @param {{message: string, why?: string}} about */
  function note(entry, about) {
    entry.notes.push(about);
    say(about);
    said.textContent = about.message;
  }

  /** @param {{message: string, why?: string}} about */
  function say(about) {
    part(root, "notes").hidden = false;
    part(root, "notes").append(words("b", about.message), ...(about.why ? [words("p", about.why)] : []));
  }

  /** Says so when the text is no longer what the answer is about. */
  function age() {
    if (face.ages !== false) part(root, "stale").hidden = !shown || running !== null || sameTexts(shown.texts, textsOf(bench));
  }

  async function clear() {
    wipe();
    await kept.clear();
    toast("It is gone from this browser.", { tone: "good" });
    start.focus();
  }

  function wipe() {
    running?.abort();
    const nothing = { time: "", texts: [], outcome: "", model: "", reference: "", facts: "", lists: {}, values: {}, text: "", notes: [], own: {} };
    reset(nothing);
    face.settle(nothing, false);
    shown = null;
    [part(root, "empty").hidden, part(root, "status").textContent] = [false, ""];
  }

  return { bench, run, save: () => shown && kept.save(shown), get entry() { return shown; }, get isRunning() { return running !== null; } };
}
