// @ts-check
/**
 * A sealed copy of unsaved texts in this tab's storage, offered again when the page comes back without them. Its key is the person's,
 * not the session's: who was signed out while writing gets the text back after signing in again, and nobody else does.
 */

import { canSeal, person, seal, takeKey, unseal } from "app/lib/sealing";

const NONCE_BYTES = 12;
/** @type {CryptoKey | undefined} */
let ready;
let newest = 0;

/** Fetches the key while there is a connection, so that a copy can be made without one. @returns {Promise<CryptoKey>} */
export async function prepareCopy() {
  if (!canSeal) throw new Error("this page cannot seal");
  return (ready ??= (await takeKey("draft")).key);
}

/** @param {HTMLFormElement} form @param {string} key */
export async function keepCopy(form, key) {
  if (!ready) return void prepareCopy().catch(() => undefined); // there will be a next time: the page retries
  const mine = (newest += 1);
  const copy = [...texts(form)].map(([name, field]) => [name, field.value]);
  try {
    const { nonce, sealed } = await seal(ready, [person(), key], copy);
    if (mine === newest) sessionStorage.setItem(key, toText(nonce) + toText(new Uint8Array(sealed)));
  } catch {
    // Storage is full or switched off: the text is still in the page.
  }
}

/** @param {string} key */
export function dropCopy(key) {
  newest += 1;
  sessionStorage.removeItem(key);
}

/** Shows `[data-draft-recover]` if the kept copy differs from the form; a click puts it back. @param {HTMLFormElement} form @param {string} key */
export async function offerCopy(form, key) {
  const text = sessionStorage.getItem(key);
  if (!text) return;
  const kept = await open(text, key).catch(() => null);
  if (!kept) return; // no key for now: it may open another time
  const differing = () => [...texts(form)].filter(([name, field]) => kept.has(name) && plain(kept.get(name)) !== plain(field.value));
  if (!differing().length && sessionStorage.getItem(key) === text) return sessionStorage.removeItem(key);
  const button = document.querySelector("[data-draft-recover]");
  if (!(button instanceof HTMLElement)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const [name, field] of differing()) {
      field.value = kept.get(name) ?? "";
      field.dispatchEvent(new CustomEvent("editor:set", { detail: field.value }));
    }
    button.hidden = true;
    form.dispatchEvent(new Event("input"));
  });
}

/** The texts of a copy by name, none if it is not this person's. @param {string} text @param {string} key @returns {Promise<Map<string, string>>} */
async function open(text, key) {
  if (!/^[A-Za-z0-9+/]+=*$/.test(text)) return new Map(); // from before copies were sealed
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const one = { nonce: bytes.slice(0, NONCE_BYTES), sealed: bytes.slice(NONCE_BYTES).buffer };
  return new Map((await unseal(await prepareCopy(), [person(), key], one)) ?? []);
}

/** @param {Uint8Array} bytes in base64; twelve bytes end without a remainder, so that another text may follow */
function toText(bytes) {
  let letters = "";
  for (let at = 0; at < bytes.length; at += 8192) letters += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(letters);
}

/**
 * The fields in which a person writes, read after each editor has handed its text over, by name and number (names may repeat).
 *
 * @param {HTMLFormElement} form
 * @returns {Map<string, HTMLTextAreaElement>}
 */
function texts(form) {
  new FormData(form).keys(); // raises `formdata`
  const all = form.querySelectorAll('textarea[name], input[name]:not([type="hidden"], [type="checkbox"], [type="radio"], [type="file"])');
  /** @type {Map<string, HTMLTextAreaElement>} */
  const found = new Map();
  for (const each of all) {
    const field = /** @type {HTMLTextAreaElement} */ (each);
    let number = 0;
    while (found.has(`${field.name} ${number}`)) number += 1;
    found.set(`${field.name} ${number}`, field);
  }
  return found;
}

/** @param {string | undefined} text @returns {string | undefined} with the line ends that a textarea reports */
function plain(text) {
  return text?.replaceAll("\r\n", "\n");
}
