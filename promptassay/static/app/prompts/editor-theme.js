// @ts-check
/** The editor's look, in our tokens; CodeMirror puts it into a <style> that carries the page's nonce. */

import { EditorView } from "vendor/codemirror";

export const theme = EditorView.theme({
  "&": { fontSize: "13px", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "22px", minHeight: "86px" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--copper)" },
  ".cm-line": { padding: "0 14px 0 4px" },
  ".cm-gutters": { backgroundColor: "transparent", border: "none", color: "var(--ink-3)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "38px", padding: "0 10px 0 0", fontSize: "11px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused :is(.cm-activeLine, .cm-activeLineGutter)": { backgroundColor: "color-mix(in oklab, var(--copper-wash) 55%, transparent)" },
  ".cm-placeholder": { color: "var(--ink-3)" },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in oklab, var(--warn) 18%, transparent)" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-wash)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "color-mix(in oklab, var(--copper) 35%, transparent)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", fontFamily: "var(--sans)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "6px 32px 6px 10px" },
  ".cm-panel.cm-search label": { fontSize: "12.5px" },
  ".cm-textfield": { border: "1px solid var(--edge)", borderRadius: "4px", backgroundColor: "var(--surface)", fontSize: "13px", padding: "3px 7px" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--surface)", border: "1px solid var(--line-2)", borderRadius: "4px", fontSize: "12.5px", padding: "3px 8px" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line-2)", borderRadius: "6px", color: "var(--ink)" },
  ".cm-diagnostic": { maxWidth: "min(440px, 80vw)", padding: "7px 10px", fontFamily: "var(--sans)", fontSize: "13px", lineHeight: "1.5" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-diagnostic-info": { borderLeftColor: "var(--line-2)" },
  ".cm-diagnosticAction": { margin: "6px 6px 0 0", padding: "2px 8px", border: "1px solid var(--line-2)", borderRadius: "4px", backgroundColor: "var(--surface)", color: "var(--ink)", font: "500 12.5px/1.5 var(--sans)" },
  ".cm-tooltip-autocomplete > ul > li": { fontFamily: "var(--mono)", fontSize: "12.5px", padding: "3px 10px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--copper)", color: "var(--copper-ink)" },
});
