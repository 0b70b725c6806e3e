// @ts-check
/**
 * Offers members while somebody types `@` in a `<textarea data-island="prompts/mentions" data-people-url="…">`: arrow keys choose,
 * Enter or Tab takes, Escape leaves it. Without it the address is typed in full.
 */

import { listKeys } from "app/lib/key-list";

const MENTION = /(^|[^\w.@+-])@([^\s@,;:()<>[\]{}"]*(?:@[^\s@,;:()<>[\]{}"]*)?)$/;
let counter = 0;

/** @param {HTMLElement} element */
export default function mentions(element) {
  const area = /** @type {HTMLTextAreaElement} */ (element);
  const list = document.createElement("ul");
  list.className = "menu-list left people";
  list.id = `people-${(counter += 1)}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Members");
  area.after(list);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-haspopup", "listbox");
  area.setAttribute("aria-controls", list.id);
  let asked = 0;
  let chosen = 0;

  const typed = () => MENTION.exec(area.value.slice(0, area.selectionStart));
  const items = () => /** @type {HTMLElement[]} */ ([...list.children]);

  function close() {
    asked += 1;
    list.hidden = true;
    area.removeAttribute("aria-activedescendant");
  }

  async function offer() {
    const found = typed();
    if (!found) return close();
    const round = (asked += 1);
    let people = [];
    try {
      const answer = await fetch(`${area.dataset.peopleUrl}?q=${encodeURIComponent(found[2])}`, { headers: { "X-Requested-With": "fetch", Accept: "application/json" } });
      people = answer.ok ? (await answer.json()).people : [];
    } catch {
      // Offline: an address can be typed in full.
    }
    if (round !== asked) return;
    if (!people.length || (people.length === 1 && people[0] === found[2])) return close();
    list.replaceChildren(...people.map((/** @type {string} */ each, /** @type {number} */ index) => option(each, index)));
    list.hidden = false;
    choose(0);
  }

  /** @param {string} email @param {number} index */
  function option(email, index) {
    const item = document.createElement("li");
    item.className = "nav-item";
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    item.textContent = email;
    // Before the textarea loses the focus.
    item.addEventListener("mousedown", (event) => (event.preventDefault(), take(email)));
    return item;
  }

  /** @param {number} index */
  function choose(index) {
    const all = items();
    chosen = (index + all.length) % all.length;
    all.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    area.setAttribute("aria-activedescendant", all[chosen].id);
  }

  /** @param {string} email */
  function take(email) {
    const found = typed();
    if (!found) return close();
    const end = area.selectionStart;
    area.setRangeText(`@${email} `, end - found[2].length - 1, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }

  area.addEventListener("input", offer);
  area.addEventListener("blur", close);
  listKeys("In a note", [
    { keys: ["mod+enter"], label: "Send it" },
    { keys: ["arrowup", "arrowdown", "enter"], label: "Choose a member after @" },
    { keys: ["escape"], label: "Leave the list, or the note" },
  ]);
  area.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen + step);
    else if (event.key === "Enter" || event.key === "Tab") take(items()[chosen].textContent ?? "");
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
