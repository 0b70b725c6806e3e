// @ts-check
/** Key combinations as written in `data-key`: "mod+s", "mod+enter", "?", "j"; mod is Cmd on Apple, Ctrl elsewhere. */

export const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

/** @param {KeyboardEvent} event @returns {string} the event in the notation of `data-key` */
export function combination(event) {
  const parts = [];
  if (isApple ? event.metaKey : event.ctrlKey) parts.push("mod");
  if (isApple ? event.ctrlKey : event.metaKey) parts.push("other");
  if (event.altKey) parts.push("alt");
  const key = event.key.toLowerCase();
  // Shift is part of "?" already; it is named only with keys that it does not change.
  if (event.shiftKey && (key.length > 1 || /[a-z]/.test(key))) parts.push("shift");
  return [...parts, key].join("+");
}

/** @param {string} keys @returns {string} for people, for example "⌘S" or "Ctrl S" */
export function spell(keys) {
  const names = {
    mod: isApple ? "⌘" : "Ctrl", ctrl: "Ctrl", shift: isApple ? "⇧" : "Shift", alt: isApple ? "⌥" : "Alt", enter: "↵", escape: "Esc",
    space: "Space", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→",
  };
  return keys
    .split("+")
    .map((key) => names[/** @type {keyof typeof names} */ (key)] ?? (/^(.|f\d+)$/.test(key) ? key.toUpperCase() : key))
    .join(isApple ? "" : " ");
}

/** Whether the person is writing, so that single letters are text. @param {EventTarget | null} target */
export function isWriting(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
