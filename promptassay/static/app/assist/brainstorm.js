// @ts-check
/** Brainstorm: a conversation about the text on screen, kept in this browser only. Any block of an answer goes into the draft at the caret. */

import { blocksOf } from "app/assist/blocks";
import { viewOf } from "app/assist/marks";
import { panel } from "app/assist/panel";
import { copyOf, part, words } from "app/assist/parts";
import { areasOf } from "app/assist/texts";
import { append } from "app/lib/answer";
import { toast } from "app/lib/toast";

/** @typedef {{role: "user" | "assistant", text: string, outcome?: string}} Turn */

// What the server takes at once; older turns stay on the page and are not sent.
const [TURNS, BYTES] = [40, 200_000];

/** @param {HTMLElement} root */
export default function brainstorm(root) {
  const form = /** @type {HTMLFormElement} */ (root.querySelector("form[data-panel-form]"));
  const input = /** @type {HTMLTextAreaElement} */ (form.querySelector("[data-part=ask]"));
  const log = part(root, "chat");
  /** @type {Turn[]} */
  let turns = [];
  /** @type {HTMLElement | null} where the answer grows */
  let growing = null;
  /** @type {HTMLTextAreaElement | null} the editor that the caret was in last */
  let latest = null;
  let isRetry = false;

  const own = panel(root, {
    ages: false,
    begin(entry) {
      if (entry.own.turns) turns = entry.own.turns;
      else if (entry.outcome) ask();
      else turns = []; // cleared
      entry.own.turns = turns;
      isRetry = false;
      log.replaceChildren();
      turns.forEach(draw);
      log.hidden = !turns.length;
      growing = null;
    },
    text(text, entry) {
      if (entry.own.settled) return; // kept: it is a turn already
      growing ??= draw({ role: "assistant", text: "" });
      append(part(growing, "text"), text);
    },
    settle(entry, isLive) {
      if (isLive) {
        if (entry.text) turns.push({ role: "assistant", text: entry.text, outcome: entry.outcome });
        entry.own.settled = true;
        growing?.remove();
        if (entry.text) draw(turns[turns.length - 1]);
        growing = null;
        if (turns[turns.length - 1]?.role === "assistant") log.lastElementChild?.scrollIntoView({ block: "nearest" });
      }
      part(root, "again").hidden = !turns.length;
    },
    missing: () => (input.value.trim() || isRetry ? "" : (input.focus(), "Write what you want to talk about.")),
    fill(data) {
      data.set("chat", JSON.stringify(sendable()));
    },
  });

  document.addEventListener("focusin", (event) => {
    const box = /** @type {HTMLElement} */ (event.target).closest?.(".msg .cm-editor");
    if (box) latest = /** @type {HTMLTextAreaElement} */ (box.previousElementSibling);
  });
  part(root, "again").addEventListener("click", () => {
    while (turns.length && turns[turns.length - 1].role === "assistant") turns.pop();
    isRetry = true;
    own.run();
  });
  log.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-insert]");
    const block = button && part(/** @type {HTMLElement} */ (button.closest(".chat-block")), "block");
    if (block) insert(block.textContent ?? "");
  });

  /** The question becomes a turn as it goes. */
  function ask() {
    if (isRetry || !input.value.trim()) return;
    turns.push({ role: "user", text: input.value.trim() });
    input.value = "";
  }

  /** What goes along: the newest turns within the server's limits, beginning with the person's, with the question that is about to be asked. */
  function sendable() {
    const asked = own.isRunning || isRetry || !input.value.trim() ? turns : [...turns, { role: "user", text: input.value.trim() }];
    let list = asked.slice(-TURNS).map(({ role, text }) => ({ role, text }));
    const size = () => new TextEncoder().encode(JSON.stringify(list)).length;
    while (list.length > 1 && (list[0].role !== "user" || size() > BYTES)) list = list.slice(1);
    part(root, "trimmed").hidden = list.length === asked.length;
    return list;
  }

  /** @param {Turn} turn @returns {HTMLElement} */
  function draw(turn) {
    const item = copyOf(root, turn.role === "user" ? "question" : "answer", {});
    const text = part(item, "text");
    if (turn.role === "user" || !turn.text) text.textContent = turn.text;
    else text.replaceChildren(...blocksOf(turn.text).map(block));
    if (turn.outcome && turn.outcome !== "finished") text.append(words("p", `${turn.outcome} here`, "faint"));
    log.hidden = false;
    log.append(item);
    return item;
  }

  /** @param {import("app/assist/blocks").Block} given @param {number} at */
  function block({ text, isCode }, at) {
    const made = copyOf(root, isCode ? "code" : "paragraph", { block: text });
    made.querySelector("[data-insert]")?.setAttribute("aria-label", `Insert block ${at + 1} into the draft`);
    return made;
  }

  /** At the caret of the editor that had it last, else at the end of the last message. @param {string} text */
  function insert(text) {
    const areas = areasOf(own.bench);
    const area = latest?.isConnected ? latest : areas[areas.length - 1];
    const view = area && viewOf(area);
    if (!view) return;
    const end = view.state.doc.length;
    const { from, to } = latest?.isConnected ? view.state.selection.main : { from: end, to: end };
    const insert = latest?.isConnected || !end || view.state.sliceDoc(end - 1) === "\n" ? text : `\n${text}`;
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: "input.paste", scrollIntoView: true });
    view.focus();
    toast(`It is in message ${areas.indexOf(area) + 1}.`, { action: "Undo", onAction: () => area.dispatchEvent(new Event("editor:undo")) });
  }
}
