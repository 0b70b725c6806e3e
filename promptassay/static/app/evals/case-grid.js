// @ts-check
/**
 * Edits cases in a table that is a normal form: a Django formset with prefix `data-prefix`, one `<tr data-row>` per form, cells of
 * textareas, `<th data-column="ticket">` naming each column, `<template data-row-template>` holding an empty row with `__prefix__`.
 * Enter goes down (Shift+Enter makes a new line), arrows leave a cell at its edge. Pasting a table fills rows and columns. Without
 * scripts the spare rows and DELETE boxes of the formset do the work.
 */

import { tableIn } from "app/lib/delimited";
import { listKeys } from "app/lib/key-list";
import { toast } from "app/lib/toast";

/** @typedef {HTMLTextAreaElement | HTMLInputElement} Cell */

const CELLS = 'textarea, input:not([type="hidden"], [type="checkbox"])';

/** @param {HTMLElement} form */
export default function caseGrid(form) {
  const body = /** @type {HTMLElement} */ (form.querySelector("table.grid-edit tbody"));
  const template = /** @type {HTMLTemplateElement} */ (form.querySelector("[data-row-template]"));
  const total = /** @type {HTMLInputElement} */ (form.querySelector(`[name="${form.dataset.prefix}-TOTAL_FORMS"]`));
  const columns = [...form.querySelectorAll("th[data-column]")].map((each) => /** @type {HTMLElement} */ (each).dataset.column ?? "");

  const rows = () => /** @type {HTMLElement[]} */ ([...body.querySelectorAll("[data-row]:not([hidden])")]);
  /** @param {Element} row */
  const cells = (row) => /** @type {Cell[]} */ ([...row.querySelectorAll(CELLS)]);

  for (const box of form.querySelectorAll("[data-row-delete]")) /** @type {HTMLElement} */ (box).hidden = true;
  for (const button of form.querySelectorAll("[data-row-remove], [data-row-add]")) /** @type {HTMLElement} */ (button).hidden = false;
  form.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-row-remove], [data-row-add]");
    const row = /** @type {HTMLElement | null} */ (button?.closest("[data-row]"));
    if (button?.matches("[data-row-add]")) cells(addRow())[0]?.focus();
    else if (button && row) removeRow(row);
  });
  body.addEventListener("keydown", move);
  listKeys("In the table of cases", [
    { keys: ["enter"], label: "The row below, or a new one" },
    { keys: ["mod+arrowdown", "mod+arrowup"], label: "The cell below, above" },
    { keys: ["mod+arrowright", "mod+arrowleft"], label: "The cell after, before" },
  ]);
  body.addEventListener("paste", paste);

  function addRow() {
    const index = Number(total.value);
    total.value = String(index + 1);
    const holder = document.createElement("tbody");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", String(index)).replaceAll("__number__", String(rows().length + 1));
    const row = /** @type {HTMLElement} */ (holder.querySelector("[data-row]"));
    for (const box of row.querySelectorAll("[data-row-delete]")) /** @type {HTMLElement} */ (box).hidden = true;
    for (const button of row.querySelectorAll("[data-row-remove]")) /** @type {HTMLElement} */ (button).hidden = false;
    body.append(row);
    changed();
    return row;
  }

  /** @param {HTMLElement} row @param {boolean} [removed] */
  function mark(row, removed = true) {
    const box = /** @type {HTMLInputElement | null} */ (row.querySelector('input[type="checkbox"][name$="-DELETE"]'));
    if (box) box.checked = removed;
    row.hidden = removed;
    rows().forEach((each, at) => {
      const number = each.querySelector("[data-row-number]");
      if (number) number.textContent = String(at + 1);
    });
    changed();
  }

  /** @param {HTMLElement} row */
  function removeRow(row) {
    const all = rows();
    const next = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1];
    mark(row);
    (next ? cells(next)[0] : /** @type {HTMLElement | null} */ (form.querySelector("[data-row-add]")))?.focus();
    toast("Row removed", { action: "Undo", onAction: () => mark(row, false) });
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const cell = /** @type {Cell} */ (event.target);
    const row = cell.closest("[data-row]");
    if (event.isComposing || !row || !cell.matches(CELLS)) return;
    const atStart = cell.selectionStart === 0 && cell.selectionEnd === 0;
    const atEnd = cell.selectionStart === cell.value.length && cell.selectionEnd === cell.value.length;
    const step = { Enter: [1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    if (!step || event.shiftKey || event.altKey || event.metaKey) return;
    const leaves = event.key === "Enter" || event.ctrlKey || (event.key === "ArrowUp" || event.key === "ArrowLeft" ? atStart : atEnd);
    if (!leaves) return;
    const all = rows();
    const [down, right] = step;
    const at = all.indexOf(/** @type {HTMLElement} */ (row));
    const target = all[at + down] ?? (event.key === "Enter" ? addRow() : undefined);
    const next = target && cells(target)[cells(row).indexOf(cell) + right];
    if (!next && event.key !== "Enter") return;
    event.preventDefault();
    next?.focus();
  }

  /** @param {ClipboardEvent} event */
  function paste(event) {
    const cell = /** @type {Cell} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (cell.closest("[data-row]"));
    const table = row && tableIn(event.clipboardData?.getData("text/plain") ?? "", columns);
    if (!row || !table) return;
    event.preventDefault();
    const lower = columns.map((name) => name.toLowerCase());
    const named = table[0].map((name) => lower.indexOf(name.trim().toLowerCase()));
    const hasHead = named.every((at) => at >= 0);
    const first = cells(row).indexOf(cell);
    const undo = fill(row, hasHead ? table.slice(1) : table, (column) => (hasHead ? named[column] : first + column));
    const count = hasHead ? table.length - 1 : table.length;
    toast(`Filled ${count} ${count === 1 ? "row" : "rows"} from the clipboard`, { action: "Undo", onAction: undo });
  }

  /**
   * @param {HTMLElement} from first row to fill
   * @param {string[][]} table
   * @param {(column: number) => number} place where each column of the table goes
   * @returns {() => void} undoes it
   */
  function fill(from, table, place) {
    /** @type {[Cell, string][]} */
    const before = [];
    /** @type {HTMLElement[]} */
    const added = [];
    let at = rows().indexOf(from);
    const all = rows();
    for (const values of table) {
      const row = all[at++] ?? added[added.push(addRow()) - 1];
      const fields = cells(row);
      values.forEach((value, column) => {
        const field = fields[place(column)];
        if (!field) return;
        before.push([field, field.value]);
        field.value = value;
      });
    }
    changed();
    return () => {
      for (const [field, value] of before.reverse()) field.value = value;
      for (const row of added) mark(row);
      changed();
    };
  }

  function changed() {
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
