// @ts-check
/** Rewrite: the text written anew for a goal. It grows while it streams; then it stands as a comparison with the text that was sent. */

import htmx from "vendor/htmx";
import { acceptButton } from "app/assist/accept";
import { panel } from "app/assist/panel";
import { copyOf, counted, part, words, write } from "app/assist/parts";
import { messagesOf, putMessages } from "app/assist/put";
import { sameTexts, textsOf } from "app/assist/texts";
import { append } from "app/lib/answer";
import { csrfToken } from "app/lib/csrf";
import { toast } from "app/lib/toast";

/** @typedef {import("app/assist/put").Message} Message */

/** @param {HTMLElement} root */
export default function rewrite(root) {
  const [goal, tone, audience, target] = ["goal", "tone", "audience", "for_model"].map((name) => (
    /** @type {HTMLInputElement | null} */ (root.querySelector(`[name=${name}]`))));
  const fields = [goal, tone, audience, target];
  const bench = /** @type {HTMLFormElement} */ (document.querySelector(root.dataset.form ?? "#prompt-form"));
  const [growing, diff, changes, bar] = ["growing", "diff", "changes", "bar"].map((name) => part(root, name));
  /** @type {Message[] | null} the text before it was put in */
  let before = null;

  const own = panel(root, {
    ages: false,
    begin(entry) {
      before = null;
      entry.own.asked ??= fields.map((each) => each?.value ?? "");
      fields.forEach((each, at) => each && !each.value && (each.value = entry.own.asked[at]));
      for (const place of [growing, diff, part(changes, "list")]) place.replaceChildren();
      for (const place of [diff, changes, bar, part(root, "lost")]) place.hidden = true;
      growing.hidden = false;
    },
    item(list, index, value) {
      if (list === "changes") {
        changes.hidden = false;
        part(changes, "list").append(words("li", value));
      } else if (list === "messages") {
        part(message(index, value.role), "text").textContent = value.content;
      }
    },
    value(name, value) {
      if (name === "placeholders") tellLost(value);
    },
    other(event, data, entry) {
      if (event === "part") append(part(message(data.index, data.role), "text"), data.text);
      else if (event === "diff") {
        entry.own.diff = data.html;
        show(data.html);
      }
    },
    settle(entry) {
      const made = messagesIn(entry);
      growing.hidden = !growing.childElementCount;
      bar.hidden = !made.length;
      if (made.length) compare(entry, made);
    },
    missing: () => (goal?.value.trim() ? "" : (goal?.focus(), "Say what the rewrite is for: the goal is still empty.")),
    tell: (entry) => `${counted(messagesIn(entry).length, "message")} written.`,
  });

  part(root, "put").addEventListener("click", () => put(true));
  part(root, "undo").addEventListener("click", async () => {
    if (before) await putMessages(bench, before);
    before = null;
    part(root, "undo").hidden = true;
  });
  acceptButton(root, () => ({
    model: own.entry?.reference ?? "", accepted: 1, offered: 1,
    instruction: [goal?.value.trim(), tone?.value && `Tone: ${tone.value}`, audience?.value && `Audience: ${audience.value}`].filter(Boolean).join("\n").slice(0, 2000),
  }));
  // The text goes into the workbench first; then it is saved as any other.
  part(root, "accept").addEventListener("click", async () => {
    await put(false);
    part(root, "save").click();
  });

  /** @param {import("app/assist/panel").Entry} entry @returns {Message[]} */
  function messagesIn(entry) {
    return entry.outcome === "finished" && !entry.own.raw ? (entry.lists.messages ?? []).filter(Boolean) : [];
  }

  /** @param {number} index @param {string} role @returns {HTMLElement} where a message grows */
  function message(index, role) {
    while (growing.children.length <= index) growing.append(copyOf(root, "message", { number: `§${growing.children.length + 1}` }));
    const place = /** @type {HTMLElement} */ (growing.children[index]);
    if (role) write(part(place, "role"), role);
    return place;
  }

  /** Asks the server for the comparison with the text that was sent, where it did not come by itself. @param {import("app/assist/panel").Entry} entry @param {Message[]} made */
  async function compare(entry, made) {
    if (entry.own.diff) return show(entry.own.diff);
    const html = [];
    try {
      for (let at = 0; at < Math.max(made.length, entry.texts.length); at += 1) {
        const body = new FormData();
        const given = { left: entry.texts[at]?.text ?? "", right: made[at]?.content ?? "", left_label: `§${at + 1} as sent`, right_label: `§${at + 1} rewritten` };
        for (const [name, value] of Object.entries(given)) body.set(name, value);
        const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true", "X-Requested-With": "fetch" };
        const response = await fetch(diff.dataset.url ?? "", { method: "POST", body, headers, redirect: "error" });
        if (!response.ok) return;
        html.push(await response.text());
      }
    } catch {
      return; // The new text itself stands there.
    }
    if (own.entry === entry && !own.isRunning) show(html.join(""));
  }

  /** @param {string} html rendered and escaped by our own server */
  function show(html) {
    diff.hidden = false;
    growing.hidden = true;
    htmx.swap(diff, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
  }

  /** @param {{lost?: string[], added?: string[]}} about */
  function tellLost({ lost = [], added = [] }) {
    write(part(root, "lost"), [
      lost.length ? `Lost in the rewrite: ${lost.join(", ")}.` : "", added.length ? `New in it: ${added.join(", ")}.` : "",
    ].filter(Boolean).join(" "));
  }

  /** @param {boolean} says */
  async function put(says) {
    const entry = own.entry;
    if (!entry) return;
    const made = messagesIn(entry);
    if (!sameTexts(made.map(({ content }) => ({ field: "", text: content })), textsOf(bench))) {
      before = messagesOf(bench);
      await putMessages(bench, made);
    }
    part(root, "undo").hidden = !before;
    if (says) toast("The rewrite is in the editor.", { tone: "good" });
  }
}
