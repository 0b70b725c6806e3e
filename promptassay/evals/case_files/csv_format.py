"""Cases as CSV: what spreadsheets export, and what people paste from them."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from promptassay.core.errors import ValidationFailed
from promptassay.evals.case_files.decoding import decode
from promptassay.evals.case_files.formulas import arm, disarm, is_disarmed, is_formula
from promptassay.evals.case_files.rows import (
    EXPECTED,
    MAX_FILE_BYTES,
    MAX_ROWS,
    NAME,
    SHOWN,
    CaseImport,
    CaseRow,
    check_count,
    column_of,
    from_cells,
    meanings,
    named,
    refuse,
    wanted,
)
from promptassay.evals.checks.wording import count, listed

DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}
_HEADER_BYTES: Final = 100_000  # of the text in which the header is looked for
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")

# The csv module has one limit for the whole process, lower than ours; nothing else in the product reads CSV.
csv.field_size_limit(MAX_FILE_BYTES)


def read_csv(data: bytes, variables: Sequence[str], *, taken: Collection[str] = ()) -> CaseImport:
    """The cases of a CSV file with a header; raises ValidationFailed for anything that cannot be read.

    variables: the names that the prompt needs, each a column. The columns `name` and `expected` are optional;
    where the prompt has a variable of such a name, the column is the variable, and `case:name` or
    `case:expected` is the other. Separators are comma, semicolon or tab. taken: names the suite already has.
    """
    text = decode(data)
    hinted = _has_hint(text)
    delimiter = text[4] if hinted else _delimiter(text, variables)
    records = _records(text, delimiter)
    if hinted:
        next(records)
    line, header = next(((line, cells) for line, cells in records if any(map(str.strip, cells))), (0, []))
    if not header:
        raise refuse("The file is empty.", "Its first line names the columns.", wanted(variables))
    columns = _columns(header, variables, delimiter)
    if text.count("\n") + text.count("\r") > MAX_ROWS:
        # Enough lines for too many rows: count them first, keeping none.
        check_count(sum(at > line and _holds_any(cells) for at, cells in _records(text, delimiter)))
    rows = [from_cells(line, columns, cells) for line, cells in _table(records, len(columns))]
    if not rows:
        raise refuse("The file has a header and no rows.", "", "Add one row for each case.")
    notes = _notes(rows)
    return CaseImport(tuple(named([_armed(row) for row in rows], taken)), tuple(notes))


def write_csv(rows: Sequence[CaseRow], variables: Sequence[str] | None = None) -> bytes:
    """The cases as CSV that spreadsheets open safely and `read_csv` reads back to the same cases.

    UTF-8 with a byte order mark, every cell quoted, formulas disarmed by a leading '. variables: the columns
    in their order; by default those of the rows, in the order in which they first appear.
    """
    if variables is None:
        variables = list(dict.fromkeys(name for row in rows for name in row.variables))
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column_of("name", variables), *variables, column_of("expected", variables)])
    for row in rows:
        cells = [row.name, *(row.variables.get(name, "") for name in variables), row.expected]
        writer.writerow([disarm(cell) for cell in cells])
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _has_hint(text: str) -> bool:
    """Whether the first line is Excel's `sep=;`, which names the separator and is no part of the table."""
    return text[:4].lower() == "sep=" and text[4:5] in DELIMITERS and text[5:6] in ("\r", "\n")


def _delimiter(text: str, variables: Sequence[str]) -> str:
    """The separator under which the header names most of the known columns, then most columns at all."""
    known = {*variables, "name", "expected", NAME, EXPECTED}
    start = text.lstrip("\r\n")[:_HEADER_BYTES]

    def fitness(delimiter: str) -> tuple[int, int]:
        header = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])
        return len({cell.strip() for cell in header} & known), len(header)

    return max(DELIMITERS, key=fitness)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line on which it begins; blank lines are records without cells."""
    # Line by line from the text itself: a StringIO would be a second copy of up to four times its size.
    lines = (match.group() for match in _LINE.finditer(text))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise _broken(line, str(problem)) from None
        yield line, cells
        line = reader.line_num + 1


def _broken(line: int, problem: str) -> ValidationFailed:
    if "unexpected end of data" in problem:
        return refuse(
            f"A quotation mark is never closed, in the row that begins on line {line:,}.",
            "Everything after it would be one cell.",
            "Close it. Inside a quoted cell, write a quotation mark twice.",
        )
    return refuse(
        f"The row that begins on line {line:,} is not CSV.",
        "Text follows the closing quotation mark of a cell.",
        "Inside a quoted cell, write a quotation mark twice.",
    )


def _columns(header: list[str], variables: Sequence[str], delimiter: str) -> list[str]:
    """The meaning of each column; unnamed ones at the end, which spreadsheets like to add, are left out."""
    names = [cell.strip() for cell in header]
    while names[-1] == "":
        names.pop()
    try:
        return meanings(names, variables)
    except ValidationFailed as problem:
        read = f"The header was read as {count(len(names), 'column')} separated by {DELIMITERS[delimiter]}."
        raise refuse(problem.message, problem.why, f"{problem.next_step} {read}") from None


def _table(records: Iterator[tuple[int, list[str]]], width: int) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, all of the header's width; raises ValidationFailed with line numbers."""
    rows: list[tuple[int, list[str]]] = []
    ragged: list[str] = []
    for line, cells in records:
        if not _holds_any(cells):
            continue
        if len(cells) < width or any(cells[width:]):
            ragged.append(f"line {line:,} has {len(cells):,}")
        rows.append((line, cells[:width]))
    if ragged:
        more = f" and {count(len(ragged) - SHOWN, 'more row')}" if len(ragged) > SHOWN else ""
        raise refuse(
            f"The header has {count(width, 'column')}, and {listed(ragged[:SHOWN])}{more}.",
            "Every row needs as many cells as the header.",
            "Put cells that hold the separator or a line break in quotation marks.",
        )
    return rows


def _holds_any(cells: Sequence[str]) -> bool:
    """Whether a record is a row: spreadsheets add empty ones, but in a single column an empty cell is a value."""
    return len(cells) == 1 or any(cells)


def _notes(rows: Sequence[CaseRow]) -> list[str]:
    cells = [cell for row in rows for cell in (row.name, *row.variables.values(), row.expected)]
    notes = []
    if formulas := sum(map(is_formula, cells)):
        looks = "looks" if formulas == 1 else "look"
        notes.append(f"{count(formulas, 'cell')} {looks} like a formula and came in as plain text.")
    if disarmed := sum(map(is_disarmed, cells)):
        where = count(disarmed, "cell")
        notes.append(f"The ' that keeps a spreadsheet from running a formula was taken off {where}.")
    return notes


def _armed(row: CaseRow) -> CaseRow:
    values = {name: arm(cell) for name, cell in row.variables.items()}
    return replace(row, name=arm(row.name), variables=values, expected=arm(row.expected))
