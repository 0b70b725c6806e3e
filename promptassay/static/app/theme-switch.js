// @ts-check
/** A button that goes through system, light and dark, and remembers; `[data-theme-name]` inside shows the word. */

import { remember } from "app/lib/look";

const THEMES = ["system", "light", "dark"];

/** @param {HTMLElement} button */
export default function themeSwitch(button) {
  const show = () => {
    const name = document.documentElement.dataset.theme ?? "system";
    const words = button.querySelector("[data-theme-name]");
    if (words) words.textContent = name;
    button.setAttribute("aria-label", `Theme: ${name}. Change`);
    return name;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(show()) + 1) % THEMES.length];
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    remember("theme", next);
    show();
  });
  show();
}
