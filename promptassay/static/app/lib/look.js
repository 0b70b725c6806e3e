// @ts-check
/**
 * How somebody likes their pages in this browser, remembered in cookies, which signing out leaves: all other storage is cleared then.
 * `app/theme.js` reads them before the first paint.
 */

const YEAR_S = 31_536_000;

/** @param {"theme" | "dock-width"} name @param {string} value one word or number */
export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
}
