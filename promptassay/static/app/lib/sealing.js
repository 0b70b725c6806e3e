// @ts-check
/**
 * Sealing texts before the browser keeps them: AES-GCM under keys that the server hands out to a live session only. A key can be used
 * by this page but not read, and stands in its memory only.
 */

import { csrfToken } from "app/lib/csrf";
import { ended } from "app/lib/session";

/** @typedef {{key: CryptoKey, mark: string}} Taken `mark` tells one key from another */
/** @typedef {{nonce: Uint8Array<ArrayBuffer>, sealed: ArrayBuffer}} Sealed */

/** Whether this page may seal: browsers offer it on HTTPS and on this machine itself. */
export const canSeal = Boolean(globalThis.crypto?.subtle);
const KIND = "AES-GCM";

/** The session has ended, or somebody else is signed in. */
export class Ended extends Error {}

/** Whose page this is; nobody's before sign-in. */
export function person() {
  return form()?.dataset.person ?? "";
}

/**
 * A key of this page's person in its workspace. Fails with Ended, or when the server cannot be reached.
 *
 * @param {"store" | "draft"} use of this session alone, or of all sessions of this person, for text that nobody has saved yet
 * @returns {Promise<Taken>}
 */
export async function takeKey(use) {
  const headers = { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch", Accept: "application/octet-stream" };
  const body = new URLSearchParams({ person: person(), use });
  const response = await fetch(form()?.dataset.keyUrl ?? "", { method: "POST", body, headers, redirect: "error", cache: "no-store" });
  if ([401, 403, 404].includes(response.status)) {
    await ended();
    throw new Ended();
  }
  if (!response.ok) throw new Error(`no key: ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const mark = canSeal ? String(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))) : "";
  const key = canSeal ? await crypto.subtle.importKey("raw", bytes, KIND, false, ["encrypt", "decrypt"]) : /** @type {any} */ (null);
  bytes.fill(0);
  return { key, mark };
}

/** @param {CryptoKey} key @param {unknown[]} place where it will stand: what is moved does not open @param {any} value @returns {Promise<Sealed>} */
export async function seal(key, place, value) {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { nonce, sealed: await crypto.subtle.encrypt(how(nonce, place), key, plain) };
}

/** What was sealed; undefined when it does not open here. @param {CryptoKey} key @param {unknown[]} place @param {Sealed} one */
export async function unseal(key, place, { nonce, sealed }) {
  try {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how(nonce, place), key, sealed)));
  } catch {
    return undefined;
  }
}

/** @param {Uint8Array<ArrayBuffer>} iv @param {unknown[]} place */
function how(iv, place) {
  return { name: KIND, iv, additionalData: new TextEncoder().encode(JSON.stringify(place)) };
}

/** @returns {HTMLElement | null} the form that signs out, which knows both */
function form() {
  return document.querySelector("[data-key-url]");
}
