"""Finds the places of a quote in the text that was sent: the very words, or the same words with other white space."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

PLACES_MAX: Final = 20
_TOKEN: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A stretch of one message: `message` counts from 0, `start` and `end` are in code points."""

    message: int
    start: int
    end: int

    def to_json(self) -> dict[str, int]:
        """The place as the page takes it."""
        return {"message": self.message, "start": self.start, "end": self.end}


class _Text:
    """One message, and the same with every run of white space as one blank. The second is made when it is needed."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _words(self) -> tuple[str, list[int], list[int]]:
        """The words joined by blanks, where each begins there, and where it begins in the text."""
        joined: list[str] = []
        starts: list[int] = []
        origins: list[int] = []
        at = 0
        for found in _TOKEN.finditer(self.text):
            joined.append(found[0])
            starts.append(at)
            origins.append(found.start())
            at += len(found[0]) + 1
        return " ".join(joined), starts, origins

    def exact(self, quote: str) -> list[tuple[int, int]]:
        """Where these very characters stand."""
        return _occurrences(self.text, quote)

    def alike(self, quote: str) -> list[tuple[int, int]]:
        """Where these words stand with any white space between them; `quote` has single blanks."""
        squeezed, starts, origins = self._words
        found = []
        for start, end in _occurrences(squeezed, quote):
            first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
            found.append((origins[first] + start - starts[first], origins[last] + end - starts[last]))
        return found


class Sought:
    """The messages of a prompt, to find quotes in. Linear in the text for each quote, whatever either holds."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
        self._sought = [_Text(text) for text in texts]

    def places(self, quote: str, message: int) -> list[Place]:
        """Where a quote stands: in the named message (from 0), or, if it is not there, in the others; at most 20.

        The very characters go before the same words with other white space. An empty quote is nowhere.
        """
        words = " ".join(quote.split())
        if not words:
            return []
        named = [message] if 0 <= message < len(self._sought) else []
        others = [index for index in range(len(self._sought)) if index not in named]
        for indexes in (named, others):
            found = [Place(index, *span) for index in indexes for span in self._sought[index].exact(quote)]
            found = found or [Place(index, *span) for index in indexes for span in self._sought[index].alike(words)]
            if found:
                return found[:PLACES_MAX]
        return []

    def end_of(self, message: int) -> Place | None:
        """The empty place behind the last character of a message; None when there is no such message."""
        if not 0 <= message < len(self.texts):
            return None
        length = len(self.texts[message])
        return Place(message, length, length)


def _occurrences(text: str, wanted: str) -> list[tuple[int, int]]:
    """Where `wanted` begins and ends in `text`, overlapping ones too; a few more than are shown."""
    found: list[tuple[int, int]] = []
    at = text.find(wanted)
    while at >= 0 and len(found) <= PLACES_MAX:
        found.append((at, at + len(wanted)))
        at = text.find(wanted, at + 1)
    return found
