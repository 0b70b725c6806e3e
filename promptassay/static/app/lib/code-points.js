// @ts-check
/** Offsets in a text: the server counts Unicode code points, the browser UTF-16 units. */

/** Where each code point of a text starts, in UTF-16 units; the last entry is the length. @param {string} text */
export function unitsOf(text) {
  const offsets = [];
  let at = 0;
  for (const char of text) {
    offsets.push(at);
    at += char.length;
  }
  offsets.push(at);
  return offsets;
}

/** How many code points stand before an offset in UTF-16 units. @param {string} text @param {number} offset */
export function pointsBefore(text, offset) {
  let count = 0;
  for (const _ of text.slice(0, offset)) count += 1;
  return count;
}
