// @ts-check
/**
 * Fragment references in the editor: hovering shows the fragment's text, Ctrl or Cmd and a click opens its page in a new tab.
 * `base` is the address under which slugs are found: base + "tone-of-voice/", and base + "tone-of-voice/preview/" as JSON.
 */

import { EditorView, hoverTooltip } from "vendor/codemirror";
import { spell } from "app/lib/keys";

const REFERENCE = /\$\{fragment:([a-z0-9]+(?:-[a-z0-9]+)*)(?:@([1-9][0-9]{0,8}))?(?:[ \t][^}\n]*)?\}?/g;

/**
 * @typedef {{title: string, number: number, newest: number, text: string, more: number, slots: string[],
 *   versions: {number: number, summary: string}[]}} Preview
 */

/**
 * The reference around a place in a line of text.
 *
 * @param {string} line
 * @param {number} at
 * @returns {{slug: string, pin: string, from: number, to: number} | null}
 */
export function referenceAt(line, at) {
  for (const match of line.matchAll(REFERENCE)) {
    const to = match.index + match[0].length;
    if (match.index <= at && at <= to) return { slug: match[1], pin: match[2] ?? "", from: match.index, to };
  }
  return null;
}

/** @param {EditorView} view @param {number} position */
function found(view, position) {
  const line = view.state.doc.lineAt(position);
  const reference = referenceAt(line.text, position - line.from);
  return reference && { ...reference, from: line.from + reference.from, to: line.from + reference.to };
}

/** @type {Map<string, Promise<Preview | null>>} asked once for each page: a preview is a glance, not the truth of the minute */
const asked = new Map();

/** @param {string} base @param {string} slug @param {string} [pin] @returns {Promise<Preview | null>} null when there is no such fragment or version */
export function previewOf(base, slug, pin = "") {
  const url = `${base}${slug}/preview/${pin ? `?pin=${pin}` : ""}`;
  const known = asked.get(url);
  if (known) return known;
  const answer = fetch(url, { headers: { Accept: "application/json", "X-Requested-With": "fetch" }, redirect: "error" }).then((response) => {
    if (response.ok) return response.json();
    if (response.status === 404) return null;
    throw new Error(String(response.status));
  });
  asked.set(url, answer);
  answer.catch(() => asked.delete(url));
  return answer;
}

/** @param {string} name @param {string} text @param {string} [className] */
function make(name, text, className = "") {
  const element = document.createElement(name);
  element.textContent = text;
  element.className = className;
  return element;
}

/** Another fragment may have been made, or another version saved: ask anew. */
export function forgetPreviews() {
  asked.clear();
}

/** @param {Preview | null} preview @param {{slug: string, pin: string}} reference */
export function card(preview, reference) {
  const box = make("div", "", "frag-card");
  if (!preview) {
    box.append(make("p", `No fragment “${reference.slug}”${reference.pin ? ` has a version ${reference.pin}` : " exists"}.`));
    return box;
  }
  const pinned = reference.pin && preview.number !== preview.newest ? `, newest is v${preview.newest}` : "";
  box.append(make("b", preview.title), make("span", ` v${preview.number}${pinned}`, "faint"));
  box.append(make("pre", preview.text + (preview.more ? `… and ${preview.more} characters more` : "")));
  if (preview.slots.length) box.append(make("p", `Slots: ${preview.slots.join(", ")}`, "muted"));
  box.append(make("p", `${spell("mod")} and click opens it, or ${spell("mod+shift+enter")} at the caret`, "faint"));
  return box;
}

/** @param {string} base @param {string} slug */
function open(base, slug) {
  window.open(`${base}${slug}/`, "_blank", "noopener");
}

/** Opens the fragment whose reference the caret is in. @param {string} base @returns {(view: EditorView) => boolean} */
export function followFragment(base) {
  return (view) => {
    const reference = base ? found(view, view.state.selection.main.head) : null;
    if (reference) open(base, reference.slug);
    return !!reference;
  };
}

/** @param {string} base @returns {import("@codemirror/state").Extension} */
export function fragmentHints(base) {
  if (!base) return [];
  const hover = hoverTooltip(async (view, position) => {
    const reference = found(view, position);
    if (!reference) return null;
    try {
      const preview = await previewOf(base, reference.slug, reference.pin);
      return { pos: reference.from, end: reference.to, above: true, create: () => ({ dom: card(preview, reference) }) };
    } catch {
      return null; // offline or signed out: a preview is no reason to disturb
    }
  }, { hoverTime: 250 });
  const follow = EditorView.domEventHandlers({
    mousedown(event, view) {
      if (!(event.ctrlKey || event.metaKey) || event.button !== 0) return false;
      const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
      const reference = position === null ? null : found(view, position);
      if (!reference) return false;
      event.preventDefault();
      open(base, reference.slug);
      return true;
    },
  });
  return [hover, follow];
}
