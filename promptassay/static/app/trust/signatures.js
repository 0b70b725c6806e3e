// @ts-check
/** Hashes and Ed25519 signatures of evidence, by the browser's own cryptography. */

import { canonical } from "app/trust/canonical";

/** @typedef {Record<string, any>} Signed */

/** Why this browser cannot check a signature, or nothing when it can. @returns {Promise<string>} */
export async function whyNot() {
  if (!globalThis.crypto?.subtle) return "This page came without https, so the browser keeps its cryptography from it.";
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]);
    return "";
  } catch (error) {
    // Any 32 bytes may be refused as a key; only this says that the algorithm is not there.
    const lacks = error instanceof DOMException && error.name === "NotSupportedError";
    return lacks ? "This browser does not know Ed25519 yet. Chrome 137, Firefox 129 and Safari 17 do." : "";
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes SHA-256 in hex. */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** SHA-256 over everything but the hash and the signature. @param {Signed} entry */
export function hashOf(entry) {
  const { hash: _hash, signature: _signature, ...rest } = entry;
  return sha256(canonical(rest));
}

/** Names a claim's exact words. @param {string} words */
export function hashOfWords(words) {
  return sha256(new TextEncoder().encode(words));
}

/** The short name of a public key in base64. @param {string} key */
export async function keyIdOf(key) {
  return (await sha256(fromBase64(key))).slice(0, 16);
}

/** Gives a check of the signature that an object carries over its own hash. @param {string} key */
export async function checker(key) {
  let known = /** @type {CryptoKey | null} */ (null);
  try {
    known = await crypto.subtle.importKey("raw", fromBase64(key), "Ed25519", false, ["verify"]);
  } catch {
    // Nothing is signed by what is no key.
  }
  return async (/** @type {Signed} */ entry) => {
    try {
      const [signature, hash] = [fromBase64(String(entry.signature)), fromHex(String(entry.hash))];
      return known !== null && await crypto.subtle.verify("Ed25519", known, signature, hash);
    } catch {
      return false;
    }
  };
}

/** @param {string} text */
function fromBase64(text) {
  if (typeof text !== "string") throw new TypeError("no text");
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** @param {string} text */
function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new TypeError("no hex");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
