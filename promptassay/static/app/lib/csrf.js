// @ts-check
/** The CSRF token: from the cookie, which changes when somebody signs in again in another tab, else from the page. */

/** @returns {string} */
export function csrfToken() {
  const cookie = /(?:^|;\s*)(?:__Host-csrf|promptassay_csrf)=([^;]+)/.exec(document.cookie);
  if (cookie) return decodeURIComponent(cookie[1]);
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}
