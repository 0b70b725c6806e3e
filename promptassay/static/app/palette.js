// @ts-check
/**
 * The command palette: `<dialog data-island="palette" data-url="…">` with a combobox, its listbox, `.palette-none` and a status. Links
 * `.palette-open` open it. The server lists what may be done and opened from this page (`?at=…&q=…`); an option says what choosing
 * it does: data-href opens a page, a form in it is posted, data-press clicks or focuses that element of the page, data-fill goes
 * on typing. Options whose element is not on the page are left out.
 */

import htmx from "vendor/htmx";
import { isWriting, spell } from "app/lib/keys";

const PAUSE_MS = 60;

/** @param {HTMLElement} element */
export default function palette(element) {
  const dialog = /** @type {HTMLDialogElement} */ (element);
  /** @param {string} selector @returns {HTMLElement} */
  const piece = (selector) => /** @type {HTMLElement} */ (dialog.querySelector(selector));
  const field = /** @type {HTMLInputElement} */ (piece("[role=combobox]"));
  const [list, none, status] = [".palette-list", ".palette-none", "[role=status]"].map(piece);
  const nothing = none.textContent;
  let asked = new AbortController();
  let timer = 0;
  let isFresh = false; // whether the list answers what is typed

  for (const opener of document.querySelectorAll(".palette-open")) {
    opener.setAttribute("aria-haspopup", "dialog");
    opener.addEventListener("click", (event) => {
      const { ctrlKey, metaKey } = /** @type {MouseEvent} */ (event);
      if (ctrlKey || metaKey) return; // a new tab
      event.preventDefault();
      open();
    });
  }
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  field.addEventListener("input", () => {
    isFresh = false;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  field.addEventListener("keydown", onKey);
  list.addEventListener("pointermove", (event) => {
    const option = optionAt(event);
    if (option && option !== chosen()) choose(option, false);
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = optionAt(event);
    if (option) perform(option, event);
  });

  function open() {
    field.value = "";
    dialog.showModal();
    field.focus();
    ask();
  }

  async function ask() {
    clearTimeout(timer);
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const query = new URLSearchParams({ q: field.value, at: location.pathname + location.search });
    try {
      const response = await fetch(`${dialog.dataset.url}?${query}`, { headers: { "HX-Request": "true" }, redirect: "error", signal });
      const html = response.ok ? await response.text() : "";
      if (signal.aborted) return;
      isFresh = true;
      if (response.ok) show(html);
      else say("Your commands could not be listed. Close this and try again.");
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") say("The server cannot be reached, so nothing can be found.");
    }
  }

  /** @param {string} html rendered and escaped by our own server */
  function show(html) {
    htmx.swap(list, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    for (const option of options()) if (option.dataset.press && !target(option)) option.remove();
    for (const group of list.querySelectorAll("[role=group]")) if (!group.querySelector("[role=option]")) group.remove();
    for (const kbd of list.querySelectorAll("[data-keys]")) kbd.textContent = spell(/** @type {HTMLElement} */ (kbd).dataset.keys ?? "");
    const all = options();
    none.hidden = all.length > 0;
    none.textContent = nothing;
    status.textContent = all.length ? `${all.length} results` : "No results";
    list.scrollTop = 0;
    choose(all[0] ?? null, true);
  }

  /** @param {string} text */
  function say(text) {
    list.replaceChildren();
    none.hidden = false;
    none.textContent = text;
    field.removeAttribute("aria-activedescendant");
  }

  /** @returns {HTMLElement[]} */
  function options() {
    return [...list.querySelectorAll("[role=option]")].map((each) => /** @type {HTMLElement} */ (each));
  }

  function chosen() {
    return /** @type {HTMLElement | null} */ (list.querySelector('[aria-selected="true"]'));
  }

  /** @param {HTMLElement | null} option @param {boolean} scroll */
  function choose(option, scroll) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    if (!scroll) return;
    // With the heading above the first of a group.
    const heading = option.previousElementSibling?.matches(".palette-title") ? option.previousElementSibling : option;
    heading.scrollIntoView({ block: "nearest" });
    option.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  async function onKey(event) {
    if (event.isComposing) return;
    const all = options();
    const at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step && all.length) {
      event.preventDefault();
      const wrapped = (at + step + all.length) % all.length;
      choose(all[Math.abs(step) === 1 ? wrapped : Math.min(Math.max(at + step, 0), all.length - 1)], true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!isFresh) await ask(); // typed and entered at once: what is done answers what is typed
      const option = chosen();
      if (option && isFresh) perform(option, event);
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      dialog.close();
    }
  }

  /** @param {HTMLElement} option @param {MouseEvent | KeyboardEvent} event */
  function perform(option, event) {
    const { href, fill } = option.dataset;
    if (fill) {
      field.value = fill;
      field.focus();
      return void ask();
    }
    if (href && (event.ctrlKey || event.metaKey)) return void window.open(href, "_blank", "noopener");
    const pressed = option.dataset.press ? target(option) : null;
    const form = option.querySelector("form");
    if (form) return form.requestSubmit();
    dialog.close();
    if (href) location.assign(href);
    else if (pressed) press(pressed);
  }

  /** @param {HTMLElement} option @returns {HTMLElement | null} what it presses, unless that cannot be pressed now */
  function target(option) {
    const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(option.dataset.press ?? "_"));
    return [...all].find((each) => !each.matches(":disabled, [hidden]")) ?? null;
  }
}

/** Clicks an element, or puts the caret into it; whoever hides it hears `palette:reveal` first. @param {HTMLElement} element */
function press(element) {
  element.dispatchEvent(new CustomEvent("palette:reveal", { bubbles: true }));
  if (!isWriting(element)) return element.click();
  element.scrollIntoView({ block: "center" });
  element.focus();
}

/** @param {Event} event */
function optionAt(event) {
  return /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[role=option]"));
}
