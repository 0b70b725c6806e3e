// @ts-check
/** The list of runs that this browser keeps (`app/lib/store`): reopen, clear, export. Nothing of it is ever sent. */

import { store } from "app/lib/store";
import { relative } from "app/lib/time";
import { toast } from "app/lib/toast";
import { countsOf } from "app/prompts/playground-entry";

/** @typedef {import("app/prompts/playground-entry").Entry} Entry */

/** @param {HTMLElement} section */
export default function playgroundHistory(section) {
  /** @type {import("app/lib/store").Store<Entry>} */
  const kept = store(section.dataset.person ?? "", section.dataset.workspace ?? "", "playground");
  /** @param {string} name @returns {HTMLElement} */
  const piece = (name) => /** @type {HTMLElement} */ (section.querySelector(`[data-history="${name}"]`));
  const here = section.closest("[data-prompt]")?.getAttribute("data-prompt");
  document.addEventListener("playground:kept", refresh);
  document.addEventListener("session:ended", () => {
    show([]);
    piece("none").textContent = "You are signed out: what was kept here is deleted.";
  });
  piece("clear").addEventListener("click", async () => {
    await kept.clear();
    await refresh();
    toast("The history of this workspace is gone from this browser.", { tone: "good" });
  });
  piece("export").addEventListener("click", async () => save(await kept.list()));
  refresh();

  async function refresh() {
    try {
      show(await kept.list());
    } catch {
      show([]);
    }
    if (!kept.isLasting) piece("hint").textContent = "Kept until you leave this page: this browser keeps nothing for this address (it needs HTTPS and storage).";
  }

  /** @param {Entry[]} entries */
  function show(entries) {
    for (const name of ["list", "clear", "export"]) piece(name).hidden = !entries.length;
    piece("none").hidden = entries.length > 0;
    piece("list").replaceChildren(...entries.map(line));
  }

  /** @param {Entry} entry */
  function line(entry) {
    const item = document.createElement("li");
    const what = document.createElement("div");
    what.className = "what";
    what.append(words("b", `${entry.prompt.title} · ${entry.sourceTitle} · ${entry.modelTitle}`));
    const said = entry.output.replace(/\s+/g, " ").trim().slice(0, 140) || entry.outcome;
    what.append(words("span", said), words("span", [relative(new Date(entry.time)), entry.outcome, ...countsOf(entry)].join(" · ")));
    const open = /** @type {HTMLButtonElement} */ (words("button", "Reopen"));
    open.type = "button";
    open.className = "btn small";
    open.addEventListener("click", () => reopen(entry));
    item.append(what, open);
    return item;
  }

  /** Here, or on the playground of its own prompt. @param {Entry} entry */
  function reopen(entry) {
    if (entry.prompt.id === here) document.dispatchEvent(new CustomEvent("playground:reopen", { detail: entry }));
    else location.assign(`${location.pathname.replace(here ?? "", encodeURIComponent(entry.prompt.id))}#run-${entry.id}`);
  }
}

/** @param {string} tag @param {string} text */
function words(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

/** A file that the browser saves. @param {Entry[]} entries */
function save(entries) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(entries, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `playground-history-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
