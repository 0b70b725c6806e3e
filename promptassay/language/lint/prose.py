"""The English of a message as rules read it: lower case, without what is shown, its words indexed."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from promptassay.language.lint.masks import HEADING, label_of, line_start, masked
from promptassay.language.nodes import Node

# Nobody writes one word so often; a text that does is read no further.
MAX_PLACES = 20_000
_LOWER = {code: code + 32 for code in range(65, 91)} | {0x2019: 0x27}
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_BREAK = re.compile(r"\n+|(?<=[.!?;])[ \t]+(?![a-z])")
# Words that English has and the languages around it do not, and the least share of them.
_ENGLISH = ("the", "and", "of", "you", "with", "for", "not", "that", "or", "is", "this", "your", "a", "to", "as", "if")
_ENGLISH_SHARE = 0.08
_FEW_WORDS = 12


@dataclass(frozen=True)
class Prose:
    """`text` has the length of the message, so that offsets are the same; what is shown is made of MASK.

    `source` is the message itself. `cased` is `text` with its capitals.
    """

    source: str
    cased: str
    text: str

    @cached_property
    def words(self) -> dict[str, list[int]]:
        """Where each word of ASCII letters begins, the first places only."""
        places: dict[str, list[int]] = {}
        for match in _WORD.finditer(self.text):
            known = places.get(match.group())
            if known is None:
                places[match.group()] = [match.start()]
            elif len(known) < MAX_PLACES:
                known.append(match.start())
        return places

    @cached_property
    def word_count(self) -> int:
        """How many words there are, of those that are indexed."""
        return sum(map(len, self.words.values()))

    @cached_property
    def is_english(self) -> bool:
        """Whether the words that only English has are frequent; few words get the benefit of the doubt."""
        total = self.word_count
        known = sum(len(self.words.get(word, ())) for word in _ENGLISH)
        distinct = sum(word in self.words for word in _ENGLISH[:12])
        return total < _FEW_WORDS or (distinct >= 2 and known >= total * _ENGLISH_SHARE)

    @cached_property
    def _breaks(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.cased))]

    @cached_property
    def _headings(self) -> list[tuple[int, str]]:
        return [(match.start(), match[2].strip(" #*:.")) for match in HEADING.finditer(self.text)]

    def sentence(self, position: int) -> tuple[int, int]:
        """Return the range of the sentence, or the line, that holds `position`; blanks around it left out."""
        at = bisect_right(self._breaks, position) - 1
        start = self._breaks[at]
        end = self._breaks[at + 1] if at + 1 < len(self._breaks) else len(self.text)
        return start, start + len(self.text[start:end].rstrip())

    def line(self, position: int) -> tuple[int, int]:
        """Return the range of the line that holds `position`."""
        end = self.text.find("\n", position)
        return line_start(self.text, position), len(self.text) if end < 0 else end

    def heading(self, position: int) -> str:
        """Return the Markdown heading above `position`, empty if there is none."""
        at = bisect_right(self._headings, position, key=lambda entry: entry[0]) - 1
        return self._headings[at][1] if at >= 0 else ""

    def label(self, position: int) -> str:
        """Return the label of the line that holds `position`, such as “title” in “- Title: …”."""
        start = line_start(self.text, position)
        stripped = self.text[start:position].lstrip(" \t-*•0123456789.)")
        return label_of(self.text, position - len(stripped)) if ":" in stripped else ""

    def find(self, phrases: "Sequence[str]") -> Iterator[tuple[int, int]]:
        """Yield the ranges of whole `phrases` of lower-case words, in no order."""
        for phrase in phrases:
            for start in self.words.get(first_word(phrase), ()):
                if self.text.startswith(phrase, start) and self.is_whole(start, start + len(phrase)):
                    yield start, start + len(phrase)

    def is_whole(self, start: int, end: int) -> bool:
        """Say whether no word goes on before `start` or after `end`."""
        text = self.text
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        return not (before.isalnum() or before in "-_") and not (after.isalnum() or after in "-_")


def read_prose(content: str, nodes: Sequence[Node]) -> Prose:
    """Read a message and its nodes."""
    cased = masked(content, nodes)
    lower = cased.lower()
    # A few letters, such as “İ”, are longer in lower case: then only those of ASCII are lowered.
    text = lower.replace("’", "'") if len(lower) == len(cased) else cased.translate(_LOWER)
    return Prose(content, cased, text)


def first_word(phrase: str) -> str:
    """Return the word by which a phrase is looked up."""
    match = _WORD.match(phrase)
    if match is None:
        raise ValueError(f"not a phrase of lower-case words: {phrase!r}")
    return match.group()
