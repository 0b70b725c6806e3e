// @ts-check
/**
 * JSON in the one way in which evidence is written and signed: keys in the order of their code points, no spaces, UTF-8,
 * as the server's orjson does it. Its numbers are whole and small; one that is not comes out as other bytes, and is found.
 */

/** @param {unknown} value @returns {Uint8Array<ArrayBuffer>} */
export function canonical(value) {
  return new TextEncoder().encode(written(value));
}

/** @param {unknown} value @returns {string} */
function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort(byCodePoint);
  return `{${names.map((name) => `${JSON.stringify(name)}:${written(value[name])}`).join(",")}}`;
}

/** JavaScript compares halves of pairs; UTF-8, and so the server, whole code points. @param {string} one @param {string} other */
function byCodePoint(one, other) {
  const [left, right] = [[...one], [...other]];
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const apart = /** @type {number} */ (left[at].codePointAt(0)) - /** @type {number} */ (right[at].codePointAt(0));
    if (apart) return apart;
  }
  return left.length - right.length;
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads JSON strictly: UTF-8 without a mark in front, whole letters. Throws for anything else. @param {Uint8Array<ArrayBuffer>} bytes @returns {unknown} */
export function parse(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  return JSON.parse(text, (name, value) => {
    const whole = name.isWellFormed() && (typeof value !== "string" || value.isWellFormed());
    if (!whole) throw new SyntaxError("half of a letter stands alone");
    return value;
  });
}

/** Where two files part, or -1 where they are the same. @param {Uint8Array} one @param {Uint8Array} other */
export function firstDifference(one, other) {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at += 1) if (one[at] !== other[at]) return at;
  return one.length === other.length ? -1 : shorter;
}
