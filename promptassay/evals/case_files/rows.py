"""What every format of case files shares: limits, the meaning of columns, and the names of cases."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks.wording import closest, count, listed, quoted

MAX_FILE_BYTES: Final = 10 * 1024 * 1024
MAX_ROWS: Final = 5000
MAX_CELL_BYTES: Final = 200 * 1024
MAX_NAME: Final = 200
SHOWN: Final = 5  # lines that one message names

NAME: Final = "case:name"
EXPECTED: Final = "case:expected"
_SHORT: Final = {"name": NAME, "expected": EXPECTED}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of a file. `expected` is empty where nothing is expected; `line` counts from 1."""

    name: str
    variables: Mapping[str, str]
    expected: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class CaseImport:
    """The cases of a file in its order, and sentences about what was done to them."""

    rows: tuple[CaseRow, ...]
    warnings: tuple[str, ...]


def refuse(message: str, why: str, next_step: str) -> ValidationFailed:
    """The error for a file that cannot be used."""
    sentence = " ".join(part for part in (message, why) if part)
    return ValidationFailed(message, why=why, next_step=next_step, details={"file": sentence})


def column_of(short: str, variables: Collection[str]) -> str:
    """The column of `name` or `expected`: the long form where the prompt has a variable of the short one."""
    return _SHORT[short] if short in variables else short


def wanted(variables: Sequence[str]) -> str:
    """A sentence that lists the columns."""
    optional = [column_of("name", variables), column_of("expected", variables)]
    columns = listed(f"`{each}`" for each in (*variables, *optional))
    return f"The columns are {columns}; the last two can be left out."


def check_count(rows: int) -> None:
    """ValidationFailed with the figures for more rows than a file may have."""
    if rows > MAX_ROWS:
        raise refuse(
            f"The file has {rows:,} cases.",
            f"The limit is {MAX_ROWS:,}.",
            "Split it, or take a sample of its rows.",
        )


def meanings(header: Sequence[str], variables: Sequence[str], *, noun: str = "column") -> list[str]:
    """What each column holds: a variable's name, NAME or EXPECTED; ValidationFailed for any other header."""
    known = {each: each for each in (*_SHORT.values(), *variables)}
    known.update({short: long for short, long in _SHORT.items() if short not in variables})
    unknown = [each for each in header if each not in known]
    missing = [each for each in variables if each not in header]
    if unknown:
        hints = [f"For {quoted(each, 40)}: {near}" for each in unknown if each and (near := closest(each, missing))]
        names = listed(quoted(each, 40) if each else "without a name" for each in unknown)
        raise refuse(
            f"{_subject(noun, unknown)} {names} {_is(unknown)} not known.",
            wanted(variables),
            " ".join([*hints, "Rename or remove what does not belong."]),
        )
    if missing:
        raise refuse(
            f"{_subject(noun, missing)} {listed(f'`{each}`' for each in missing)} {_is(missing)} missing.",
            f"Every variable of the prompt needs a {noun}.",
            "Add what is missing to every case.",
        )
    found = [known[each] for each in header]
    twice = [each for each in header if found.count(known[each]) > 1]
    if twice:
        names = listed(dict.fromkeys(f"`{each}`" for each in twice))
        raise refuse(f"The {noun} {names} stands more than once.", "", "Remove or rename one of them.")
    return found


def _subject(noun: str, names: Sequence[str]) -> str:
    return f"The {noun}" if len(names) == 1 else f"The {noun}s"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def from_cells(line: int, columns: Sequence[str], cells: Iterable[str]) -> CaseRow:
    """A case from one row; ValidationFailed for a cell that is too large or holds a NUL character."""
    by_column = dict(zip(columns, cells, strict=True))
    for column, cell in by_column.items():
        if "\0" in cell:
            raise refuse(f"The cell `{column}` on line {line:,} holds a NUL character.", "", "Remove it.")
        if len(cell) * 4 > MAX_CELL_BYTES and (size := len(cell.encode())) > MAX_CELL_BYTES:
            raise refuse(
                f"The cell `{column}` on line {line:,} is {size / 1024:,.0f} KB large.",
                f"The limit is {MAX_CELL_BYTES // 1024} KB.",
                "Shorten it.",
            )
    name, expected = by_column.pop(NAME, ""), by_column.pop(EXPECTED, "")
    return CaseRow(name, by_column, expected, line)


def named(rows: Sequence[CaseRow], taken: Collection[str]) -> list[CaseRow]:
    """Every row with a name of its own: on one line, at most 200 characters; a row without one is numbered.

    ValidationFailed with the lines for a name that stands twice, or that the suite has already.
    """
    asked = [" ".join(row.name.split())[:MAX_NAME].strip() for row in rows]
    _refuse_twice(rows, asked, set(taken))
    used = {*taken, *asked}
    result: list[CaseRow] = []
    number = 0
    for at, (row, name) in enumerate(zip(rows, asked, strict=True), 1):
        if not name:
            number = max(at, number)
            while (name := f"Case {number}") in used:
                number += 1
            used.add(name)
        result.append(replace(row, name=name))
    return result


def _refuse_twice(rows: Sequence[CaseRow], names: Sequence[str], taken: set[str]) -> None:
    first: dict[str, int] = {}
    problems: list[str] = []
    for row, name in zip(rows, names, strict=True):
        if not name:
            continue
        if name in taken:
            problems.append(f"line {row.line:,} has {quoted(name, 40)}, which the suite has already")
        elif name in first:
            problems.append(f"line {row.line:,} has {quoted(name, 40)}, like line {first[name]:,}")
        first.setdefault(name, row.line)
    if problems:
        more = f"; and {len(problems) - SHOWN:,} more" if len(problems) > SHOWN else ""
        raise refuse(
            f"{count(len(problems), 'case')} of the file {_has(len(problems))} the name of another case.",
            f"{_sentence(problems)}{more}.",
            "Give each case a name of its own, or leave the name empty to have it numbered. To bring in a changed "
            "export, replace the cases that are there.",
        )


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


def _sentence(problems: Sequence[str]) -> str:
    text = "; ".join(problems[:SHOWN])
    return text[:1].upper() + text[1:]
