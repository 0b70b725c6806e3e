// @ts-check
/** The blocks of an answer in plain text: what stands between fences, and paragraphs. */

/** @typedef {{text: string, isCode: boolean}} Block */

/** @param {string} text @returns {Block[]} in order, without blank ones */
export function blocksOf(text) {
  /** @type {Block[]} */
  const blocks = [];
  let fence = "";
  /** @type {string[]} */
  let lines = [];
  const end = (/** @type {boolean} */ isCode) => {
    const block = lines.join("\n").replace(/^\n+|\n+$/g, "");
    if (block.trim()) blocks.push({ text: block, isCode });
    lines = [];
  };
  for (const line of text.split("\n")) {
    const opened = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    if (!fence && opened) {
      end(false);
      fence = opened;
    } else if (fence && opened.startsWith(fence) && !line.trim().replace(/[`~]/g, "")) {
      end(true);
      fence = "";
    } else if (!fence && !line.trim()) end(false);
    else lines.push(line);
  }
  end(!!fence);
  return blocks;
}
