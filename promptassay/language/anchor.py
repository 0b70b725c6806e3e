"""Where a quoted span of a prompt stands in a later text, or that its text is gone; never a guess in between.

A span is found again by its quote where that is unmistakable, else by what stood around it, else by most of its words.
Two places that could both be meant are no answer. All offsets are in code points.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final

from promptassay.language.align import Effort, align
from promptassay.language.words import split_words

CONTEXT: Final = 64
# Characters of the context that lead to a place; the rest of it only weighs.
LEAD: Final = 20
NEXT_TO: Final = 10
HITS: Final = 24
COPIES: Final = 500
FAR: Final = 10_000_000
# A quote that long, and once unlike anything else in the text, may move anywhere and be known by itself.
TELLING: Final = 16
# Likenesses from 0 to 1 that a place must reach.
CONTEXT_IF_ALONE, CONTEXT_IF_COMMON = 0.6, 0.65
CHANGED_IN_PLACE, CHANGED_WORDS = 0.5, 0.75
CLOSE_CALL, CLOSE_CONTEXT = 0.1, 0.15
# Longer texts are compared by words.
BY_CHARACTERS: Final = 200
RARE_WORDS, PLACES_OF_A_WORD, WINDOWS, MIN_WORDS = 12, 64, 6, 4
STEPS: Final = 40_000
# Stands for the end of a text: no text that can be stored holds it.
_EDGE: Final = "\0"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A span as it stood: `quote` is `text[start:end]` of message `message` (from 0), `before` and `after` up to
    CONTEXT characters around it, `length` the message's length. `rivals` says what else the text held that could be
    taken for the span were it gone: 0 nothing, 1 something like it, 2 the same words. The quote stood `copies` times in
    its message, `nth` times before the span; 0 copies stand for too many to count.
    """

    message: int
    start: int
    end: int
    quote: str
    before: str
    after: str
    length: int
    rivals: int
    nth: int
    copies: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an anchor's span stands now. `exact` is False where its text has changed."""

    message: int
    start: int
    end: int
    exact: bool


class Texts:
    """The messages of a prompt, in which any number of anchors are found. Read once, in time linear in their length."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = [f"{_EDGE}{text}{_EDGE}" for text in texts]

    def anchor(self, message: int, start: int, end: int) -> Anchor:
        """Make the anchor of a span. The caller has checked that it lies in the text and is not empty."""
        text = self.texts[message][1:-1]
        quote = text[start:end]
        before, after = text[max(start - CONTEXT, 0) : start], text[end : end + CONTEXT]
        copies = list(_hits(text, quote, 0, COPIES + 1))
        nth, count = (copies.index(start), len(copies)) if len(copies) <= COPIES else (0, 0)
        anchor = Anchor(message, start, end, quote, before, after, len(text), 0, nth, count)
        if count != 1 or any(quote in each for at, each in enumerate(self.texts) if at != message):
            return replace(anchor, rivals=2)
        itself = Place(message, start + 1, end + 1, exact=True)
        like = [*self._by_context(anchor), *self._by_words(anchor, but=itself)]
        return replace(anchor, rivals=int(any(not _overlap(place, itself) for _, place in like)))

    def find(self, anchor: Anchor) -> Place | None:
        """The one place that an anchor's span has now; None when its text is gone, or may be in several places."""
        found = self._unmoved(anchor) or self._by_quote(anchor) or _only_one(self._by_context(anchor))
        if found is None and not anchor.rivals:
            found = _only_one(self._by_words(anchor))
        # One position less: the texts in here begin with their edge.
        return replace(found, start=found.start - 1, end=found.end - 1) if found else None

    def _unmoved(self, anchor: Anchor) -> Place | None:
        """The span where it must be if the text changed on one side of it only: what mostly is the case, and quick."""
        if anchor.message >= len(self.texts):
            return None
        text = self.texts[anchor.message]
        before, after = _around(anchor)
        whole = before + anchor.quote + after
        starts = {at for at in _expected(anchor, text) if text.startswith(whole, max(at - len(before), 0))}
        if len(starts) != 1:
            return None
        start = starts.pop()
        return Place(anchor.message, start, start + len(anchor.quote), exact=True)

    # --- The very quote -----------------------------------------------------------------------------------------

    def _by_quote(self, anchor: Anchor) -> Place | None:
        before, after = _around(anchor)
        telling = anchor.rivals < 2 and len("".join(anchor.quote.split())) >= TELLING
        nth = self._nth(anchor)
        scored = []
        for message, start in self._quotes(anchor, before, after) | nth:
            end = start + len(anchor.quote)
            sides = self._sides(message, start, end, before, after)
            if anchor.rivals < 2 or (message, start) in nth:
                vouched = telling or max(sides) >= CONTEXT_IF_ALONE
            else:
                vouched = min(sides) >= CONTEXT_IF_COMMON and self._touches(message, start, end, before, after)
            if vouched:
                scored.append((sum(sides), self._distance(anchor, message, start), message, start))
        if not scored:
            return None
        best = max(score for score, *_ in scored)
        # Contexts that are all but equally good: the nearest is meant.
        _, _, message, start = min((each for each in scored if each[0] >= best - CLOSE_CONTEXT), key=lambda e: e[1:])
        return Place(message, start, start + len(anchor.quote), exact=True)

    def _quotes(self, anchor: Anchor, before: str, after: str) -> set[tuple[int, int]]:
        """Places of the quote, boundedly many: with its context on both sides, on one, and nearest to where it was."""
        found = set()
        head, tail = before[-LEAD:], after[:LEAD]
        for message, text in enumerate(self.texts):
            for lead, needle in (
                (len(head), head + anchor.quote + tail),
                (len(head), head + anchor.quote),
                (0, anchor.quote + tail),
            ):
                found |= {(message, at + lead) for at in _hits(text, needle, 0)}
            for near in _expected(anchor, text):
                found |= {(message, at) for at in _hits(text, anchor.quote, near)}
                found |= {(message, at) for at in _hits_back(text, anchor.quote, near)}
        return found

    def _nth(self, anchor: Anchor) -> set[tuple[int, int]]:
        """The copy of the quote that is the span by counting, while its message still has as many; at most one."""
        if anchor.message >= len(self.texts) or not anchor.copies:
            return set()
        copies = list(_hits(self.texts[anchor.message], anchor.quote, 0, anchor.copies + 1))
        return {(anchor.message, copies[anchor.nth])} if len(copies) == anchor.copies else set()

    def _touches(self, message: int, start: int, end: int, before: str, after: str) -> bool:
        """Whether the characters next to a place, on both sides, are those that were next to the span."""
        text = self.texts[message]
        return text.endswith(before[-NEXT_TO:], 0, start) and text.startswith(after[:NEXT_TO], end)

    def _sides(self, message: int, start: int, end: int, before: str, after: str) -> tuple[float, float]:
        text = self.texts[message]
        return (
            _likeness(before, text[max(start - len(before), 0) : start]),
            _likeness(after, text[end : end + len(after)]),
        )

    def _distance(self, anchor: Anchor, message: int, start: int) -> int:
        """How far a place is from where the span was, if all that changed lies on one side of it."""
        away = min(abs(start - each) for each in _expected(anchor, self.texts[message]))
        return away if message == anchor.message else away + FAR * (1 + abs(message - anchor.message))

    # --- The same surroundings ----------------------------------------------------------------------------------

    def _by_context(self, anchor: Anchor) -> list[tuple[float, Place]]:
        """What now stands between the old neighbours and still is like the quote, with its likeness."""
        before, after = _around(anchor)
        head, tail = before[-LEAD:], after[:LEAD]
        reach = 2 * len(anchor.quote) + LEAD
        found: list[tuple[float, Place]] = []
        for message, text in enumerate(self.texts):
            for at in _hits(text, head, 0):
                start = at + len(head)
                end = text.find(tail, start, start + reach + len(tail))
                start, end = _trimmed(text, start, end)
                if start < end and self._is_surrounded(anchor, message, start, end):
                    score = _likeness(anchor.quote, text[start:end])
                    found.append((score, Place(message, start, end, exact=text[start:end] == anchor.quote)))
        return [each for each in found if each[0] >= CHANGED_IN_PLACE]

    def _is_surrounded(self, anchor: Anchor, message: int, start: int, end: int) -> bool:
        """Whether the surroundings are the span's own: the nearest are, and all of them where others are like it."""
        return not anchor.rivals or min(self._sides(message, start, end, *_around(anchor))) == 1

    # --- Most of its words --------------------------------------------------------------------------------------

    def _by_words(self, anchor: Anchor, but: Place | None = None) -> list[tuple[float, Place]]:
        """Stretches that hold most of the quote's words, with their likeness; none that overlap `but` or each other."""
        quote = split_words(anchor.quote)
        if sum(not word.isspace() for word in quote) < MIN_WORDS:
            return []
        found: list[tuple[float, Place]] = []
        effort = Effort(STEPS)
        for message, first in self._windows(quote):
            scored = self._best_window(message, first, quote, effort)
            others = [place for _, place in found] + ([but] if but else [])
            if scored and not any(_overlap(scored[1], other) for other in others):
                found.append(scored)
        return [each for each in found if each[0] >= CHANGED_WORDS]

    def _windows(self, quote: list[str]) -> list[tuple[int, int]]:
        """Where the quote's rare words would put its beginning: message and index of the word, the best voted first."""
        places: dict[str, int] = {}
        for index, word in enumerate(quote):
            if word in self._index and not word.isspace():
                places.setdefault(word, index)
        rare = sorted(places, key=lambda word: len(self._index[word]))[:RARE_WORDS]
        votes: dict[tuple[int, int], int] = defaultdict(int)
        step = max(len(quote) // 2, 4)
        for word in rare:
            for message, at in self._index[word][:PLACES_OF_A_WORD]:
                bucket = max(at - places[word], 0) // step
                votes[message, bucket] += 2
                votes[message, bucket + 1] += 1
        best = sorted(votes, key=lambda key: (-votes[key], key))[:WINDOWS]
        return [(message, max(bucket - 1, 0) * step) for message, bucket in best]

    def _best_window(self, message: int, first: int, quote: list[str], effort: Effort) -> tuple[float, Place] | None:
        """The stretch from there on that holds most of the quote's words, and its likeness."""
        words, starts = self._words[message]
        window = words[first : first + 2 * len(quote) + 8]
        pairs = [
            (block.left + each, block.right + each)
            for block in align(quote, window, effort)
            for each in range(block.size)
            if not quote[block.left + each].isspace()
        ]
        if not pairs:
            return None
        # Words met by chance lie far out: a first and a last pair that give the best likeness.
        ends = [(left, right) for left in pairs[:4] for right in pairs[-4:] if left[1] <= right[1]]
        score, left, right = max((_word_likeness(quote, window, pairs, a, b), a[1], b[1]) for a, b in ends)
        begin, last = first + left, first + right
        place = Place(message, starts[begin], starts[last] + len(words[last]), exact=False)
        return score, place

    @cached_property
    def _words(self) -> list[tuple[list[str], list[int]]]:
        """Of each message its words, and where each starts."""
        found = []
        for text in self.texts:
            words, starts, at = split_words(text), [], 0
            for word in words:
                starts.append(at)
                at += len(word)
            found.append((words, starts))
        return found

    @cached_property
    def _index(self) -> dict[str, list[tuple[int, int]]]:
        """Where each word stands: message and index of the word."""
        index: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for message, (words, _) in enumerate(self._words):
            for at, word in enumerate(words):
                index[word].append((message, at))
        return dict(index)


def _around(anchor: Anchor) -> tuple[str, str]:
    """The context, with the text's edge where the span stood near it."""
    before = anchor.before if anchor.start > len(anchor.before) else _EDGE + anchor.before
    return before, anchor.after if anchor.end + len(anchor.after) < anchor.length else anchor.after + _EDGE


def _expected(anchor: Anchor, text: str) -> tuple[int, int]:
    """Where the span starts if all change came after it, and if all came before it."""
    return anchor.start + 1, max(anchor.start + 1 + len(text) - 2 - anchor.length, 0)


def _hits(text: str, needle: str, start: int, most: int = HITS) -> Iterator[int]:
    at = text.find(needle, start)
    for _ in range(most):
        if at < 0:
            return
        yield at
        at = text.find(needle, at + 1)


def _hits_back(text: str, needle: str, end: int) -> Iterator[int]:
    at = text.rfind(needle, 0, end + len(needle))
    for _ in range(HITS):
        if at < 0:
            return
        yield at
        at = text.rfind(needle, 0, at + len(needle) - 1)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without the blanks at its ends; empty for none."""
    if end < 0:
        return 0, 0
    inner = text[start:end]
    return end - len(inner.lstrip()), start + len(inner.rstrip())


def _likeness(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1."""
    if one == other:
        return 1.0
    if not one or not other:
        return 0.0
    if len(one) + len(other) <= 2 * BY_CHARACTERS:
        return SequenceMatcher(None, one, other, autojunk=False).ratio()
    a, b = split_words(one), split_words(other)
    equal = sum(_visible(a[block.left : block.left + block.size]) for block in align(a, b, Effort(STEPS)))
    return equal / max(_visible(a), _visible(b), 1)


def _word_likeness(
    quote: list[str], window: list[str], pairs: list[tuple[int, int]], first: tuple[int, int], last: tuple[int, int]
) -> float:
    """How much of the quote, and of the stretch from the first pair to the last, is in both."""
    equal = _visible([quote[left] for left, right in pairs if first[1] <= right <= last[1]])
    return equal / max(_visible(quote), _visible(window[first[1] : last[1] + 1]), 1)


def _visible(words: Sequence[str]) -> int:
    return sum(len(word) for word in words if not word.isspace())


def _overlap(one: Place, other: Place) -> bool:
    return one.message == other.message and one.start < other.end and other.start < one.end


def _only_one(found: list[tuple[float, Place]]) -> Place | None:
    """The best place, unless another is about as good."""
    ranked = sorted(found, key=lambda each: -each[0])
    if not ranked or (len(ranked) > 1 and ranked[1][0] > ranked[0][0] - CLOSE_CALL):
        return None
    return ranked[0][1]
