"""A comparison of messages ready to be shown: words marked, long runs of equal lines folded, bounded in lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from promptassay.language.diff import DiffRow, MessageDiff, SettingChange, diff_messages
from promptassay.language.messages import Message
from promptassay.language.words import Segment

CONTEXT_LINES: Final = 3
ROWS_SHOWN: Final = 4_000


@dataclass(frozen=True)
class ShownRow:
    """One line of a comparison, or a fold of `hidden` equal lines (then kind is `fold`)."""

    kind: Literal["equal", "insert", "delete", "replace", "fold", "cut"]
    left_number: int | None = None
    right_number: int | None = None
    segments: tuple[Segment, ...] = ()
    hidden: int = 0

    @property
    def left(self) -> list[Segment]:
        """What the left side shows."""
        return [each for each in self.segments if each.kind != "insert"]

    @property
    def right(self) -> list[Segment]:
        """What the right side shows."""
        return [each for each in self.segments if each.kind != "delete"]


@dataclass(frozen=True)
class ShownMessage:
    """Two messages that stand for each other; numbers count from 1, None on a side without one."""

    kind: str
    left_number: int | None
    right_number: int | None
    left_role: str
    right_role: str
    rows: list[ShownRow]


@dataclass(frozen=True)
class Comparison:
    """What differs between two contents."""

    messages: list[ShownMessage]
    settings: list[SettingChange]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.settings and all(each.kind == "equal" for each in self.messages)


def compare_messages(
    left: Sequence[Message], right: Sequence[Message], *, lines: int = ROWS_SHOWN
) -> list[ShownMessage]:
    """Compare two lists of messages; bounded in effort and in the number of lines shown."""
    shown: list[ShownMessage] = []
    for each in diff_messages(left, right):
        message = _message(each, lines)
        lines -= len(message.rows)
        shown.append(message)
    return shown


def _message(each: MessageDiff, budget: int) -> ShownMessage:
    rows = list(_folded(each.rows))
    if len(rows) > budget:
        hidden = len(rows) - max(budget, 0)
        rows = [*rows[: max(budget, 0)], ShownRow("cut", hidden=hidden)]
    return ShownMessage(
        kind=each.kind,
        left_number=None if each.left_index is None else each.left_index + 1,
        right_number=None if each.right_index is None else each.right_index + 1,
        left_role=each.left.role if each.left else "",
        right_role=each.right.role if each.right else "",
        rows=rows,
    )


def _folded(rows: Sequence[DiffRow]) -> Iterable[ShownRow]:
    """The rows with long runs of equal lines folded to their ends."""
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and rows[end].kind == "equal":
            end += 1
        if end == at:
            yield _row(rows[at])
            at += 1
            continue
        head = CONTEXT_LINES if at else 0
        tail = CONTEXT_LINES if end < len(rows) else 0
        hidden = end - at - head - tail
        if hidden <= 1:
            yield from map(_row, rows[at:end])
        else:
            yield from map(_row, rows[at : at + head])
            yield ShownRow("fold", hidden=hidden)
            yield from map(_row, rows[end - tail : end])
        at = end


def _row(row: DiffRow) -> ShownRow:
    segments = row.segments
    if not segments:
        kind: Literal["equal", "delete", "insert"] = row.kind if row.kind != "replace" else "equal"
        text = row.left if row.left is not None else row.right
        segments = (Segment(kind, text or ""),)
    return ShownRow(row.kind, row.left_number, row.right_number, segments)
