// Our whole CodeMirror API on one page: what is not listed here cannot be imported from "vendor/codemirror".
// One file on purpose: two copies of @codemirror/state on a page break each other.

export {
  Annotation,
  Compartment,
  EditorSelection,
  EditorState,
  Prec,
  RangeSet,
  RangeSetBuilder,
  StateEffect,
  StateField,
  Text,
  Transaction,
} from "@codemirror/state";

export {
  Decoration,
  EditorView,
  GutterMarker,
  MatchDecorator,
  ViewPlugin,
  WidgetType,
  crosshairCursor,
  dropCursor,
  gutter,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
  rectangularSelection,
  showPanel,
  showTooltip,
  tooltips,
} from "@codemirror/view";

export {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
  redo,
  undo,
} from "@codemirror/commands";

export {
  Language,
  LanguageSupport,
  bracketMatching,
  defineLanguageFacet,
  foldGutter,
  foldKeymap,
  foldService,
  indentUnit,
  languageDataProp,
  syntaxHighlighting,
  syntaxTree,
} from "@codemirror/language";

export {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from "@codemirror/autocomplete";

export { forceLinting, lintGutter, lintKeymap, linter, nextDiagnostic, openLintPanel, setDiagnostics } from "@codemirror/lint";

export {
  SearchCursor,
  SearchQuery,
  closeSearchPanel,
  highlightSelectionMatches,
  openSearchPanel,
  search,
  searchKeymap,
  setSearchQuery,
} from "@codemirror/search";

export { MergeView, acceptChunk, getChunks, goToNextChunk, goToPreviousChunk, rejectChunk, unifiedMergeView } from "@codemirror/merge";

export { GFM, parser as markdownParser } from "@lezer/markdown";

export { Tag, classHighlighter, styleTags, tagHighlighter, tags } from "@lezer/highlight";
