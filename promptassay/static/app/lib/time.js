// @ts-check
/** Relative times: every `<time datetime data-relative>` says how long ago, kept fresh, with the full time as its title. */

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** @param {Date} date @param {Date} [now] @returns {string} for example "2 minutes ago" */
export function relative(date, now = new Date()) {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return Math.abs(seconds) < 10 ? "just now" : words.format(Math.trunc(seconds), "second");
}

/** @param {number} milliseconds @returns {string} for example "640 ms", "1.9 s", "2 min 5 s" */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

function refresh() {
  for (const element of document.querySelectorAll("time[datetime][data-relative]")) {
    const date = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(date.getTime())) continue;
    element.textContent = relative(date);
    element.setAttribute("title", full.format(date));
  }
}

export function keepTimesFresh() {
  refresh();
  setInterval(refresh, 30_000);
  document.addEventListener("htmx:load", refresh);
}
