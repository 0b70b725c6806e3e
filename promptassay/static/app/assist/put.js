// @ts-check
/** Puts whole messages into the workbench: in place where the messages are as many, else through the server, which makes their cards. */

import htmx from "vendor/htmx";
import { areasOf } from "app/assist/texts";

/** @typedef {{role: string, content: string}} Message */

/** What the workbench says now. @param {HTMLFormElement} bench @returns {Message[]} */
export function messagesOf(bench) {
  const data = new FormData(bench);
  return areasOf(bench).map(({ name }) => ({ role: String(data.get(name.replace("content-", "role-")) ?? "user"), content: String(data.get(name) ?? "") }));
}

/** @param {HTMLFormElement} bench @param {Message[]} messages at least one */
export async function putMessages(bench, messages) {
  const areas = areasOf(bench);
  if (areas.length === messages.length) {
    messages.forEach(({ role, content }, at) => {
      const select = bench.elements.namedItem(areas[at].name.replace("content-", "role-"));
      if (select instanceof HTMLSelectElement) select.value = role;
      areas[at].dispatchEvent(new CustomEvent("editor:set", { detail: content }));
    });
    bench.dispatchEvent(new Event("inspect"));
    return;
  }
  // One message too many, and the wish to remove it: the answer is the cards of the others, kept as the draft.
  const values = /** @type {Record<string, any>} */ ({ op: `remove-${messages.length}` });
  for (const [name, value] of new FormData(bench)) if (!/^(role|content)-\d+$/.test(name)) values[name] = value;
  [...messages, { role: "user", content: "-" }].forEach(({ role, content }, at) => Object.assign(values, { [`role-${at}`]: role, [`content-${at}`]: content }));
  const url = bench.querySelector("[data-command=add-message]")?.getAttribute("hx-post") ?? "";
  await htmx.ajax("post", url, { target: "#messages", swap: "innerHTML", values });
}
