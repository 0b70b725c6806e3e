"""Three-way merge of texts, messages and settings: what two sides made of one base, and where they disagree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from promptassay.language.align import Effort, align
from promptassay.language.diff import diff_messages
from promptassay.language.hashing import canonical_json
from promptassay.language.messages import Message

Side: TypeAlias = Literal["same", "both", "ours", "theirs", "conflict"]

LINE_EFFORT: Final = 200_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of lines of a merge. Joined over all pieces, `base`, `ours` and `theirs` are the three texts.

    `side` says who changed it: nobody (same), both in the same way, one, or both differently (conflict).
    """

    side: Side
    base: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def merged(self) -> tuple[str, ...] | None:
        """The lines that both sides' changes give; None in a conflict."""
        return _chosen(self.side, self.ours, self.theirs)


@dataclass(frozen=True, slots=True)
class MergedMessage:
    """A message of the base with what became of it on both sides; None on a side that removed it.

    `pieces` merge its content where both sides kept it, else there are none. `side` is `conflict` where one side
    removed what the other changed; `role` is where both changed the role differently.
    """

    side: Side
    base: Message
    ours: Message | None
    theirs: Message | None
    role: Side
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """Messages that were added at one place: by one side, by both alike, or by both differently (conflict)."""

    side: Side
    ours: tuple[Message, ...]
    theirs: tuple[Message, ...]


Slot: TypeAlias = MergedMessage | Added


@dataclass(frozen=True, slots=True)
class MergedValue:
    """A named value on three sides; a side holds `(value,)`, or `()` where it has none."""

    name: str
    side: Side
    base: tuple[Any, ...]
    ours: tuple[Any, ...]
    theirs: tuple[Any, ...]


def merge_lines(base: str, ours: str, theirs: str) -> list[Piece]:
    """Merge two changes of a text line by line. Lines end at line feeds; an empty text is one empty line.

    Changes that touch or overlap are a conflict unless they are equal. Sides may be swapped: so are the pieces then.
    """
    return _merge_sequences(base.split("\n"), ours.split("\n"), theirs.split("\n"))


def merge_messages(base: Sequence[Message], ours: Sequence[Message], theirs: Sequence[Message]) -> list[Slot]:
    """Merge two changes of a list of messages: each message of the base in order, added ones between them."""
    kept_ours, new_ours = _paired(base, ours)
    kept_theirs, new_theirs = _paired(base, theirs)
    slots: list[Slot] = []
    for index in range(len(base) + 1):
        slots += _added(new_ours[index], new_theirs[index])
        if index < len(base):
            slots.append(_merged(base[index], kept_ours.get(index), kept_theirs.get(index)))
    return slots


def merge_values(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[MergedValue]:
    """Merge two changes of named values, by name; equal is what the content hash takes as equal."""
    names = [*ours, *(name for name in theirs if name not in ours)]
    names += [name for name in base if name not in ours and name not in theirs]
    merged = []
    for name in names:
        sides = [(each[name],) if name in each else () for each in (base, ours, theirs)]
        keys = [canonical_json(list(side)) for side in sides]
        merged.append(MergedValue(name, _side(keys[0], keys[1], keys[2]), *sides))
    return merged


def _merge_sequences(base: list[str], ours: list[str], theirs: list[str]) -> list[Piece]:
    """Lines that all three share hold the merge together; what lies between is taken, agreed or in conflict."""
    to_ours, to_theirs = _matches(base, ours), _matches(base, theirs)
    anchors = [(index, to_ours[index], to_theirs[index]) for index in to_ours if index in to_theirs]
    pieces: list[Piece] = []
    same: list[str] = []
    b = x = y = 0
    for next_b, next_x, next_y in [*anchors, (len(base), len(ours), len(theirs))]:
        gap = (tuple(base[b:next_b]), tuple(ours[x:next_x]), tuple(theirs[y:next_y]))
        if any(gap):
            pieces += _same(same)
            same = []
            pieces += _gap(*gap)
        same += base[next_b : next_b + 1]
        b, x, y = next_b + 1, next_x + 1, next_y + 1
    return [*pieces, *_same(same)]


def _matches(base: list[str], other: list[str]) -> dict[int, int]:
    """Which line of the other stands for which of the base, rising in both."""
    blocks = align(base, other, Effort(LINE_EFFORT))
    return {block.left + i: block.right + i for block in blocks for i in range(block.size)}


def _same(lines: list[str]) -> list[Piece]:
    kept = tuple(lines)
    return [Piece("same", kept, kept, kept)] if lines else []


def _gap(base: tuple[str, ...], ours: tuple[str, ...], theirs: tuple[str, ...]) -> list[Piece]:
    """What lies between two shared lines. What both sides wrote alike around a conflict is not part of it."""
    side = _side(base, ours, theirs)
    if side != "conflict":
        return [Piece(side, base, ours, theirs)]
    shorter = min(len(ours), len(theirs))
    head = 0
    while head < shorter and ours[head] == theirs[head]:
        head += 1
    tail = 0
    while tail < shorter - head and ours[-1 - tail] == theirs[-1 - tail]:
        tail += 1
    middle = Piece("conflict", base, ours[head : len(ours) - tail], theirs[head : len(theirs) - tail])
    pieces = [Piece("both", (), ours[:head], ours[:head])] if head else []
    end = ours[len(ours) - tail :]
    return [*pieces, middle, *([Piece("both", (), end, end)] if tail else [])]


def _paired(base: Sequence[Message], other: Sequence[Message]) -> tuple[dict[int, Message], list[tuple[Message, ...]]]:
    """The other side's message for each of the base that it kept, and those it added before each and at the end."""
    kept: dict[int, Message] = {}
    added: list[list[Message]] = [[] for _ in range(len(base) + 1)]
    place = 0
    for each in diff_messages(base, other):
        if each.left_index is None:
            assert each.right is not None
            added[place].append(each.right)
            continue
        place = each.left_index + 1
        if each.right is not None:
            kept[each.left_index] = each.right
    return kept, [tuple(messages) for messages in added]


def _added(ours: tuple[Message, ...], theirs: tuple[Message, ...]) -> list[Slot]:
    if not ours and not theirs:
        return []
    return [Added(_side((), ours, theirs), ours, theirs)]


def _merged(base: Message, ours: Message | None, theirs: Message | None) -> MergedMessage:
    if ours is None or theirs is None:
        return MergedMessage(_side(base, ours, theirs), base, ours, theirs, "same")
    role = _side(base.role, ours.role, theirs.role)
    pieces = tuple(merge_lines(base.content, ours.content, theirs.content))
    open_ends = role == "conflict" or any(piece.side == "conflict" for piece in pieces)
    side = _side(base, ours, theirs)
    # Both changed it: where the changes lie apart nothing is open, and the message is simply changed by both.
    return MergedMessage("conflict" if open_ends else "both" if side == "conflict" else side,
                         base, ours, theirs, role, pieces)  # fmt: skip


def _side(base: object, ours: object, theirs: object) -> Side:
    if ours == theirs:
        return "same" if ours == base else "both"
    if theirs == base:
        return "ours"
    return "theirs" if ours == base else "conflict"


def _chosen(side: Side, ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...] | None:
    if side == "conflict":
        return None
    return theirs if side == "theirs" else ours
