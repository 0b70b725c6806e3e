"""Word by word: what changed within a line, as segments to show."""

import re
from typing import Literal, NamedTuple, TypeAlias

from promptassay.language.align import Block, Effort, align

SegmentKind: TypeAlias = Literal["equal", "delete", "insert"]

MAX_WORDS = 80_000
MAX_CHARACTERS = 250_000
SHORT = 80
CALL_STEPS = 50
# Below this share of equal characters two lines are shown as wholly replaced: the words they share are noise.
MIN_LIKENESS = 0.25

# Kana and ideographs, written without spaces, are words of one character each.
_WORD = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|\s+|.", re.DOTALL)


class Segment(NamedTuple):
    """A piece of a changed line: both sides have the equal ones, left the deleted, right the inserted."""

    kind: SegmentKind
    text: str


def split_words(text: str) -> list[str]:
    """Return the words, the blanks between them and single other characters; joined they are `text`."""
    return _WORD.findall(text)


def diff_words(left: str, right: str, effort: Effort) -> tuple[Segment, ...]:
    """Return the segments that turn `left` into `right`: of words, or coarser ones where those cost too much.

    Two lines that have little in common are one deleted and one inserted segment.
    """
    if effort.left <= 0 or len(left) + len(right) > MAX_CHARACTERS:
        return _changed(left, right) if len(left) + len(right) < SHORT else _ends(left, right)
    a, b = split_words(left), split_words(right)
    effort.left -= CALL_STEPS + len(a) + len(b)
    if len(a) + len(b) > MAX_WORDS:
        return _ends(left, right)
    blocks = align(a, b, effort)
    if _likeness(a, blocks, left, right) < MIN_LIKENESS:
        return _changed(left, right)
    return _segments(a, b, blocks)


def _segments(a: list[str], b: list[str], blocks: list[Block]) -> tuple[Segment, ...]:
    """Write blocks of equal words as segments; blanks between two changes go with the changes."""
    segments: list[Segment] = []
    deleted, inserted = "", ""
    x = y = 0
    for block in blocks:
        deleted += "".join(a[x : block.left])
        inserted += "".join(b[y : block.right])
        x, y = block.left + block.size, block.right + block.size
        equal = "".join(a[block.left : x])
        if (deleted or inserted) and equal.isspace() and x < len(a) and y < len(b):
            deleted += equal
            inserted += equal
            continue
        segments += _changed(deleted, inserted)
        segments.append(Segment("equal", equal))
        deleted, inserted = "", ""
    segments += _changed(deleted + "".join(a[x:]), inserted + "".join(b[y:]))
    return tuple(segments)


def _changed(deleted: str, inserted: str) -> tuple[Segment, ...]:
    pair = (Segment("delete", deleted), Segment("insert", inserted))
    return tuple(segment for segment in pair if segment.text)


def _ends(left: str, right: str) -> tuple[Segment, ...]:
    """Set apart what the two lines begin and end with, character by character; the rest is one change."""
    head = _common(left, right)
    tail = _common(left[head:][::-1], right[head:][::-1])
    changed = _changed(left[head : len(left) - tail], right[head : len(right) - tail])
    before, after = left[:head], left[len(left) - tail :]
    ends = (Segment("equal", before), *changed, Segment("equal", after))
    return tuple(segment for segment in ends if segment.text)


def _common(left: str, right: str) -> int:
    """Return the length of the common beginning, by halving: comparing slices is far faster than a loop."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _likeness(a: list[str], blocks: list[Block], left: str, right: str) -> float:
    """Return the share of characters that are equal, blanks not counted; 1 if there are none."""
    equal = sum(_visible("".join(a[block.left : block.left + block.size])) for block in blocks)
    longer = max(_visible(left), _visible(right))
    return equal / longer if longer else 1.0


def _visible(text: str) -> int:
    return sum(map(len, text.split()))
