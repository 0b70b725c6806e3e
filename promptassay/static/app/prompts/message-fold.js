// @ts-check
/**
 * Messages collapse to their first line: `<div data-island="prompts/message-fold" data-fold-scope="prompt id">` around `section.msg`, each
 * with `button[data-fold]` and `[data-fold-line]` in its header. Which are folded is remembered in this browser by position. A
 * `palette:reveal` or focus inside a message opens it.
 */

/** @param {HTMLElement} scope */
export default function messageFold(scope) {
  const key = `folded:${scope.dataset.foldScope}`;
  /** @type {Set<string>} the fields of folded messages: they keep their names while messages move */
  const folded = new Set();
  for (const at of recall(key)) {
    const name = nameOf(messages(scope)[at]);
    if (name) folded.add(name);
  }
  const show = () => {
    const all = messages(scope);
    for (const message of all) set(message, all.length > 1 && folded.has(nameOf(message)), all.length > 1);
    const button = /** @type {HTMLElement | null} */ (document.querySelector("[data-command=fold-all]"));
    if (button) button.hidden = all.length < 2;
  };
  const keep = () => remember(key, messages(scope).flatMap((message, at) => (folded.has(nameOf(message)) ? [at] : [])));
  /** @param {Element} message @param {boolean} isFolded */
  const turn = (message, isFolded) => {
    const name = nameOf(message);
    if (isFolded) folded.add(name);
    else folded.delete(name);
    set(message, isFolded, true);
    keep();
  };

  scope.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-fold]");
    const message = button?.closest(".msg");
    if (message) turn(message, !message.classList.contains("folded"));
  });
  scope.addEventListener("palette:reveal", (event) => {
    const message = /** @type {HTMLElement} */ (event.target).closest(".msg.folded");
    if (message) turn(message, false);
  });
  scope.addEventListener("message:fold", (event) => {
    const all = messages(scope);
    if (all.length < 2) return;
    const one = /** @type {HTMLElement} */ (event.target).closest(".msg");
    const fold = one ? !one.classList.contains("folded") : all.some((each) => !each.classList.contains("folded"));
    for (const message of one ? [one] : all) turn(message, fold);
    if (one && fold) /** @type {HTMLElement | null} */ (one.querySelector("[data-fold]"))?.focus();
  });
  // Messages were added, moved or removed.
  scope.addEventListener("htmx:afterSettle", () => (show(), keep()));
  show();
}

/** The editor's command: folds the message that it stands in. @param {import("@codemirror/view").EditorView} view */
export function foldMessage(view) {
  if (document.querySelectorAll("[data-fold-scope] > .msg").length < 2) return false;
  view.dom.dispatchEvent(new CustomEvent("message:fold", { bubbles: true }));
  return true;
}

/** @param {Element} message @param {boolean} isFolded @param {boolean} mayFold */
function set(message, isFolded, mayFold) {
  const button = /** @type {HTMLElement | null} */ (message.querySelector("[data-fold]"));
  const line = message.querySelector("[data-fold-line]");
  if (!button || !line) return;
  message.classList.toggle("folded", isFolded);
  button.hidden = !mayFold;
  button.setAttribute("aria-expanded", String(!isFolded));
  const text = /** @type {HTMLTextAreaElement | null} */ (message.querySelector("textarea"))?.value.trimStart() ?? "";
  line.textContent = isFolded ? text.split("\n", 1)[0] || "empty" : "";
}

/** @param {Element} scope */
function messages(scope) {
  return [...scope.querySelectorAll(":scope > .msg")];
}

/** @param {Element | undefined} message */
function nameOf(message) {
  return message?.querySelector("textarea")?.name ?? "";
}

/** @param {string} key @returns {number[]} */
function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]").filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** @param {string} key @param {number[]} places */
function remember(key, places) {
  try {
    if (places.length) localStorage.setItem(key, JSON.stringify(places));
    else localStorage.removeItem(key);
  } catch {
    // Not remembered where storage is switched off.
  }
}
