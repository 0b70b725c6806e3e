"""The case table as text: how a value is shown in a cell, read back, and told apart from another's edit."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

EMPTY_TEXT = '""'
"""How a cell shows an empty text; a blank cell is no value, so that one forgotten is noticed before a run."""


@dataclass(frozen=True)
class Column:
    """A variable's column. `default` is the prompt's; `used`: the newest version has the variable."""

    name: str
    default: str | None = None
    used: bool = True

    @property
    def required(self) -> bool:
        """Whether every case needs a value here."""
        return self.used and self.default is None


@dataclass
class Row:
    """One row of the table as it was posted, or as it is shown.

    `case_id` is None for a new row; `was` is the digest of the case when the page was made. `cells` holds the
    text of each variable's cell by name. `problem` is the sentence shown with the row after a refusal.
    """

    case_id: UUID | None = None
    was: str = ""
    name: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    expected: str = ""
    remove: bool = False
    problem: str = ""
    checks: int = 0

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was typed."""
        return not (self.name or self.expected or any(self.cells.values()))

    @property
    def digest(self) -> str:
        """Sixteen hex digits that stand for name, cells and expectation."""
        return digest(self.name, self.cells, self.expected)


def shown(value: str | None) -> str:
    """The text of the cell of a value."""
    if value is None:
        return ""
    return EMPTY_TEXT if value == "" else plain(value)


def plain(text: str) -> str:
    """A text with the line ends that browsers keep: they post CR LF whatever stood there."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def merged(before: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, str]:
    """The values after an edit; a cell that still shows what its value looked like leaves the value alone."""
    after = dict(before)
    for name, text in cells.items():
        if text == shown(before.get(name)):
            continue
        if text == "":
            after.pop(name, None)
        else:
            after[name] = "" if text == EMPTY_TEXT else text
    return after


def digest(name: str, cells: Mapping[str, str], expected: str) -> str:
    """The same for the same visible row, whatever columns stand empty beside."""
    filled = {key: text for key, text in sorted(cells.items()) if text}
    return fingerprint([name, filled, expected])


def fingerprint(value: object) -> str:
    """Sixteen hex digits that stand for a JSON value, to notice that somebody else changed it."""
    packed = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def row_of(
    case_id: UUID,
    name: str,
    variables: Mapping[str, str],
    expected: str,
    columns: Sequence[Column],
    checks: int = 0,
) -> Row:
    """The row that shows a case."""
    cells = {column.name: shown(variables.get(column.name)) for column in columns}
    row = Row(case_id, "", name, cells, plain(expected), checks=checks)
    row.was = row.digest
    return row
