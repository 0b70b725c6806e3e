"""What differs between two versions: lines with their words marked, messages, settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from promptassay.language.align import Effort, align
from promptassay.language.hashing import canonical_json
from promptassay.language.messages import Message
from promptassay.language.words import Segment, diff_words, split_words

RowKind: TypeAlias = Literal["equal", "insert", "delete", "replace"]

LINE_EFFORT = 200_000
WORD_EFFORT = 250_000
# Changed lines are paired by likeness in groups of at most this many possible pairs, else in order.
MAX_PAIRS = 2_500
MIN_SHARED_WORDS = 0.3
MAX_SETTING_DEPTH = 8


class DiffRow(NamedTuple):
    """One row of a diff. A side that has no line in it has None for number (from 1) and text.

    `segments` mark the words of a row that is `replace`: the equal and deleted ones joined are `left`, the
    equal and inserted ones are `right`. Other rows have none.
    """

    kind: RowKind
    left_number: int | None
    right_number: int | None
    left: str | None
    right: str | None
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageDiff:
    """Two messages that stand for each other, or one alone; indexes from 0; None on a side without one.

    A `replace` differs in content, role or both.
    """

    kind: RowKind
    left_index: int | None
    right_index: int | None
    left: Message | None
    right: Message | None
    rows: tuple[DiffRow, ...]


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that differs; `name` is a path such as `reasoning.effort`; the absent side is None."""

    name: str
    kind: Literal["insert", "delete", "replace"]
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class _Efforts:
    lines: Effort
    words: Effort


def _efforts() -> _Efforts:
    return _Efforts(Effort(LINE_EFFORT), Effort(WORD_EFFORT))


def diff_lines(a: str, b: str) -> list[DiffRow]:
    """Return the rows that show `a` beside `b`. Lines end at line feeds; an empty text has no line.

    The effort is bounded: beyond it the rows stay right, but fewer lines and words are found equal.
    """
    return _rows(a, b, _efforts())


def diff_messages(a: Sequence[Message], b: Sequence[Message]) -> list[MessageDiff]:
    """Return the messages of `a` beside those of `b`, paired by equality, else by position or role."""
    efforts = _efforts()
    result: list[MessageDiff] = []
    x = y = 0
    for block in align(a, b, efforts.lines):
        result += _message_gap(a, b, range(x, block.left), range(y, block.right), efforts)
        for offset in range(block.size):
            result.append(_message_diff(a, b, block.left + offset, block.right + offset, efforts))
        x, y = block.left + block.size, block.right + block.size
    result += _message_gap(a, b, range(x, len(a)), range(y, len(b)), efforts)
    return result


def diff_settings(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[SettingChange]:
    """Return the settings that differ, by name. Values are equal if the content hash takes them as equal."""
    left, right = dict(_flat(a)), dict(_flat(b))
    changes: list[SettingChange] = []
    for path in sorted(left.keys() | right.keys()):
        name = ".".join(path)
        if path not in left:
            changes.append(SettingChange(name, "insert", None, right[path]))
        elif path not in right:
            changes.append(SettingChange(name, "delete", left[path], None))
        elif canonical_json(left[path]) != canonical_json(right[path]):
            changes.append(SettingChange(name, "replace", left[path], right[path]))
    return changes


def _flat(settings: Mapping[str, Any], above: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for name, value in settings.items():
        path = (*above, name)
        if isinstance(value, Mapping) and value and len(path) < MAX_SETTING_DEPTH:
            found += _flat(value, path)
        else:
            found.append((path, value))
    return found


def _message_gap(
    a: Sequence[Message], b: Sequence[Message], left: range, right: range, efforts: _Efforts
) -> list[MessageDiff]:
    """Pair messages that differ: one to one where the numbers agree, else those of the same role in order."""
    if len(left) == len(right):
        return [_message_diff(a, b, x, y, efforts) for x, y in zip(left, right, strict=True)]
    blocks = align([a[x].role for x in left], [b[y].role for y in right], efforts.lines)
    pairs = [(left[k.left + i], right[k.right + i]) for k in blocks for i in range(k.size)]
    result: list[MessageDiff] = []
    x, y = left.start, right.start
    for pair_x, pair_y in [*pairs, (left.stop, right.stop)]:
        result += [_message_diff(a, b, index, None, efforts) for index in range(x, pair_x)]
        result += [_message_diff(a, b, None, index, efforts) for index in range(y, pair_y)]
        if pair_x < left.stop:
            result.append(_message_diff(a, b, pair_x, pair_y, efforts))
        x, y = pair_x + 1, pair_y + 1
    return result


def _message_diff(
    a: Sequence[Message], b: Sequence[Message], x: int | None, y: int | None, efforts: _Efforts
) -> MessageDiff:
    left = None if x is None else a[x]
    right = None if y is None else b[y]
    kind: RowKind
    if left is None or right is None:
        kind = "insert" if left is None else "delete"
    else:
        kind = "equal" if left == right else "replace"
    rows = _rows(left.content if left else "", right.content if right else "", efforts)
    return MessageDiff(kind, x, y, left, right, tuple(rows))


def _rows(a: str, b: str, efforts: _Efforts) -> list[DiffRow]:
    left, right = _lines(a), _lines(b)
    rows: list[DiffRow] = []
    x = y = 0
    for block in align(left, right, efforts.lines):
        rows += _gap(left, right, range(x, block.left), range(y, block.right), efforts.words)
        x, y = block.left, block.right
        for offset in range(block.size):
            rows.append(DiffRow("equal", x + offset + 1, y + offset + 1, left[x + offset], right[y + offset]))
        x, y = x + block.size, y + block.size
    rows += _gap(left, right, range(x, len(left)), range(y, len(right)), efforts.words)
    return rows


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _gap(left: list[str], right: list[str], xs: range, ys: range, effort: Effort) -> list[DiffRow]:
    """Return rows for lines that were not found equal: like ones beside each other, the rest in order."""
    rows: list[DiffRow] = []
    x, y = xs.start, ys.start
    for pair_x, pair_y in [*_like_pairs(left, right, xs, ys, effort), (xs.stop, ys.stop)]:
        both = min(pair_x - x, pair_y - y)
        rows += [_replaced(left, right, x + offset, y + offset, effort) for offset in range(both)]
        rows += [DiffRow("delete", n + 1, None, left[n], None) for n in range(x + both, pair_x)]
        rows += [DiffRow("insert", None, n + 1, None, right[n]) for n in range(y + both, pair_y)]
        if pair_x < xs.stop:
            rows.append(_replaced(left, right, pair_x, pair_y, effort))
        x, y = pair_x + 1, pair_y + 1
    return rows


def _replaced(left: list[str], right: list[str], x: int, y: int, effort: Effort) -> DiffRow:
    return DiffRow("replace", x + 1, y + 1, left[x], right[y], diff_words(left[x], right[y], effort))


def _like_pairs(left: list[str], right: list[str], xs: range, ys: range, effort: Effort) -> list[tuple[int, int]]:
    """Return pairs of like lines, in order in both, that share the most words; none if that is too dear."""
    possible = len(xs) * len(ys)
    if possible <= 1 or possible > MAX_PAIRS or effort.left <= 0:
        return []
    words_x = [_word_set(left[x]) for x in xs]
    words_y = [_word_set(right[y]) for y in ys]
    effort.left -= 10 * possible + sum(map(len, words_x)) + sum(map(len, words_y))
    # best[i][j] is the most that lines from i of the left and from j of the right can share.
    best = [[0.0] * (len(ys) + 1) for _ in range(len(xs) + 1)]
    shared = [[_shared(one, other) for other in words_y] for one in words_x]
    for i in range(len(xs) - 1, -1, -1):
        for j in range(len(ys) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], shared[i][j] + best[i + 1][j + 1])
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(xs) and j < len(ys):
        if shared[i][j] > 0 and best[i][j] == shared[i][j] + best[i + 1][j + 1]:
            pairs.append((xs[i], ys[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _word_set(line: str) -> frozenset[str]:
    return frozenset(word for word in split_words(line) if not word.isspace())


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of words that both have, 0 where it is too small to call the lines alike."""
    if not one or not other:
        return 0.0
    share = 2 * len(one & other) / (len(one) + len(other))
    return share if share >= MIN_SHARED_WORDS else 0.0
