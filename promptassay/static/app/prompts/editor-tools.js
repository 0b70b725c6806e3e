// @ts-check
/**
 * Buttons that act on the editor one was in last: `<div data-island="prompts/editor-tools">` around `button[data-command=find|extract|fold-all]`.
 */

import { EditorView, openSearchPanel } from "vendor/codemirror";
import { extract } from "app/prompts/extract";

/** @param {HTMLElement} tools */
export default function editorTools(tools) {
  /** @type {Element | null} */
  let last = null;
  document.addEventListener("focusin", (event) => {
    last = /** @type {Element} */ (event.target).closest?.(".cm-editor") ?? last;
  });
  const view = () => {
    const dom = /** @type {HTMLElement | null} */ (last?.isConnected ? last : document.querySelector(".msg .cm-editor"));
    dom?.dispatchEvent(new CustomEvent("palette:reveal", { bubbles: true }));
    return dom && EditorView.findFromDOM(dom);
  };
  for (const each of tools.querySelectorAll("[data-command=find], [data-command=extract]")) /** @type {HTMLElement} */ (each).hidden = false;
  tools.addEventListener("click", (event) => {
    const name = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-command]"))?.dataset.command;
    if (name === "fold-all") document.querySelector("[data-fold-scope]")?.dispatchEvent(new CustomEvent("message:fold", { bubbles: true }));
    const editor = name === "find" || name === "extract" ? view() : null;
    if (!editor) return;
    if (name === "find") openSearchPanel(editor);
    else extract(editor);
  });
}
