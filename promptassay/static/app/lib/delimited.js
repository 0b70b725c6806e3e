// @ts-check
/** Comma- or tab-separated text, as spreadsheets put it on the clipboard (RFC 4180 quoting). */

/** @param {string} text @param {string} delimiter one character @returns {string[][]} rows of fields; no trailing empty row */
export function parseDelimited(text, delimiter) {
  /** @type {string[][]} */
  const rows = [[]];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (char === '"' && field === "") quoted = true;
    else if (char === delimiter) {
      rows[rows.length - 1].push(field);
      field = "";
    } else if (char === "\n" || char === "\r") {
      if (char === "\r" && text[i + 1] === "\n") i++;
      rows[rows.length - 1].push(field);
      rows.push([]);
      field = "";
    } else field += char;
  }
  if (field !== "" || rows[rows.length - 1].length) rows[rows.length - 1].push(field);
  else rows.pop();
  return rows;
}

/**
 * The table in a clipboard text, or null when it is better taken as plain text. Tabs make a table. Commas do so
 * only when the first line names known columns, because a pasted letter has commas too.
 *
 * @param {string} text
 * @param {string[]} columns names of the table's columns
 * @returns {string[][] | null}
 */
export function tableIn(text, columns) {
  if (text.includes("\t")) return parseDelimited(text, "\t");
  const rows = parseDelimited(text, ",");
  const known = new Set(columns.map((name) => name.toLowerCase()));
  const named = rows[0]?.filter((name) => known.has(name.trim().toLowerCase())).length ?? 0;
  return rows.length > 1 && named > 0 && named === rows[0].length ? rows : null;
}
