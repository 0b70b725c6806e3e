// @ts-check
/** Short messages in the corner, read out by screen readers, gone after a while unless they report a failure. */

const SECONDS_SHOWN = 8;

/**
 * @param {string} text
 * @param {{tone?: "good" | "bad", action?: string, onAction?: () => void}} [options] `action` labels one button.
 * @returns {() => void} takes the message away
 */
export function toast(text, { tone, action, onAction } = {}) {
  const box = document.createElement("div");
  box.className = tone ? `toast ${tone}` : "toast";
  const words = document.createElement("span");
  words.textContent = text;
  const close = () => box.remove();
  box.append(words);
  if (action) box.append(button(action, () => (close(), onAction?.())));
  box.append(button("Dismiss", close));
  region().append(box);
  if (tone !== "bad") {
    let timer = setTimeout(close, SECONDS_SHOWN * 1000);
    box.addEventListener("pointerenter", () => clearTimeout(timer));
    box.addEventListener("focusin", () => clearTimeout(timer));
    box.addEventListener("pointerleave", () => (timer = setTimeout(close, SECONDS_SHOWN * 1000)));
  }
  return close;
}

function region() {
  const found = document.getElementById("toasts");
  if (found) return found;
  const made = document.createElement("div");
  made.id = "toasts";
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}

/** @param {string} label @param {() => void} onClick */
function button(label, onClick) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn quiet small";
  made.textContent = label;
  made.addEventListener("click", onClick);
  return made;
}
