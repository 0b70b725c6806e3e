"""Two sequences side by side: which items of one stand for which of the other, with bounded effort."""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

ANCHORS_FROM = 1_000
MAX_EDITS = 500
MIN_EDITS = 4
SPARSE_FROM = 20_000


@dataclass(slots=True)
class Effort:
    """Steps that an alignment may still take, about 0.2 µs each. Shared by all alignments of one diff."""

    left: int


@dataclass(frozen=True, slots=True)
class Block:
    """`size` equal items, from index `left` of one sequence and `right` of the other."""

    left: int
    right: int
    size: int


def align(a: Sequence[Hashable], b: Sequence[Hashable], effort: Effort) -> list[Block]:
    """Return blocks of equal items, in order in both; as many items as can be if the effort suffices."""
    shorter = min(len(a), len(b))
    head = 0
    while head < shorter and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < shorter - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    blocks = [Block(0, 0, head)] if head else []
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    if middle_a and middle_b:
        pairs = _middle(middle_a, middle_b, effort)
        blocks += _joined([(x + head, y + head) for x, y in pairs])
    if tail:
        blocks.append(Block(len(a) - tail, len(b) - tail, tail))
    return blocks


def _middle(a: Sequence[Hashable], b: Sequence[Hashable], effort: Effort) -> list[tuple[int, int]]:
    """Return pairs of indexes of equal items. Items that only one side has are left out first."""
    common = set(a) & set(b)
    if not common:
        return []
    numbers = {item: number for number, item in enumerate(common)}
    kept_a = [index for index, item in enumerate(a) if item in common]
    kept_b = [index for index, item in enumerate(b) if item in common]
    items_a = [numbers[a[index]] for index in kept_a]
    items_b = [numbers[b[index]] for index in kept_b]
    pairs: list[tuple[int, int]] = []
    from_a = from_b = 0
    for anchor_a, anchor_b in [*_anchors(items_a, items_b), (len(items_a), len(items_b))]:
        part = _shortest(items_a[from_a:anchor_a], items_b[from_b:anchor_b], effort)
        pairs += [(kept_a[from_a + x], kept_b[from_b + y]) for x, y in part]
        if anchor_a < len(items_a) and anchor_b < len(items_b):
            pairs.append((kept_a[anchor_a], kept_b[anchor_b]))
        from_a, from_b = anchor_a + 1, anchor_b + 1
    return pairs


def _anchors(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """Return the longest rising chain of items that are unique on both sides; none for short sequences."""
    if len(a) + len(b) < ANCHORS_FROM:
        return []
    places_a, places_b = _unique(a), _unique(b)
    unique = sorted((places_a[item], place) for item, place in places_b.items() if item in places_a)
    tops: list[int] = []  # the smallest end in b of a chain of each length
    ends: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, place) in enumerate(unique):
        length = bisect_left(tops, place)
        if length == len(tops):
            tops.append(place)
            ends.append(number)
        else:
            tops[length] = place
            ends[length] = number
        before.append(ends[length - 1] if length else -1)
    chain: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(unique[number])
        number = before[number]
    return chain[::-1]


def _unique(items: list[int]) -> dict[int, int]:
    places: dict[int, int] = {}
    for index, item in enumerate(items):
        places[item] = -1 if item in places else index
    return {item: place for item, place in places.items() if place >= 0}


def _shortest(a: list[int], b: list[int], effort: Effort) -> list[tuple[int, int]]:
    """Return pairs along a shortest edit path, found in legs that the effort keeps short."""
    if len(a) + len(b) > SPARSE_FROM:
        return _nearest(a, b)
    pairs: list[tuple[int, int]] = []
    x = y = 0
    while x < len(a) and y < len(b):
        # A leg of d edits takes about d * d / 2 steps and comes d items further at least.
        edits = max(MIN_EDITS, min(MAX_EDITS, 2 * effort.left // (len(a) + len(b))))
        x, y = _leg(a, b, x, y, edits, effort, pairs)
    return pairs


def _leg(
    a: list[int], b: list[int], x0: int, y0: int, edits: int, effort: Effort, pairs: list[tuple[int, int]]
) -> tuple[int, int]:
    """Go from (x0, y0) as far as `edits` edits reach; add the pairs met; return where it ended.

    This is the greedy algorithm of Myers (1986): `reach` holds, for each diagonal k = x - y, the furthest x.
    """
    width, height = len(a) - x0, len(b) - y0
    zero = edits + 1
    reach = [0] * (2 * edits + 3)
    reach[zero + 1] = 0
    history: list[list[int]] = []
    best = best_k = -1
    for d in range(edits + 1):
        history.append(reach[zero - d - 1 : zero + d + 2])
        best = -1
        for k in range(-d, d + 1, 2):
            if k == -d or (k != d and reach[zero + k - 1] < reach[zero + k + 1]):
                x = reach[zero + k + 1]
            else:
                x = reach[zero + k - 1] + 1
            y = x - k
            while x < width and y < height and a[x0 + x] == b[y0 + y]:
                x += 1
                y += 1
            reach[zero + k] = x
            if x <= width and y <= height and x + y > best:
                best, best_k = x + y, k
        effort.left -= d + 1
        if best == width + height:
            break
    x = reach[zero + best_k]
    end = (x0 + x, y0 + x - best_k)
    pairs += _path(history, x, best_k, x0, y0)
    return end


def _path(history: list[list[int]], x: int, k: int, x0: int, y0: int) -> list[tuple[int, int]]:
    """Go back from x on diagonal k through the reaches before each edit; return the pairs, in order."""
    found: list[tuple[int, int]] = []
    for d in range(len(history) - 1, -1, -1):
        reach = history[d]
        middle = d + 1
        if k == -d or (k != d and reach[middle + k - 1] < reach[middle + k + 1]):
            before_k = k + 1
            start = reach[middle + before_k]
        else:
            before_k = k - 1
            start = reach[middle + before_k] + 1
        if d == 0:
            start = 0
        while x > start:
            x -= 1
            found.append((x0 + x, y0 + x - k))
        x = reach[middle + before_k]
        k = before_k
    return found[::-1]


def _nearest(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """Pair each item with its next equal a few places ahead: coarse, in linear time, for long ones."""
    pairs: list[tuple[int, int]] = []
    y = 0
    for x, item in enumerate(a):
        ahead = b[y : y + 8]
        if item in ahead:
            y += ahead.index(item)
            pairs.append((x, y))
            y += 1
    return pairs


def _joined(pairs: list[tuple[int, int]]) -> list[Block]:
    blocks: list[Block] = []
    start = 0
    for index in range(1, len(pairs) + 1):
        if index < len(pairs) and pairs[index] == (pairs[index - 1][0] + 1, pairs[index - 1][1] + 1):
            continue
        blocks.append(Block(*pairs[start], index - start))
        start = index
    return blocks
