"""What the demo provider's panels see in a prompt: its sentences, its form, and what the lint finds."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from promptassay.language.lint import Finding, LintContext, Span, lint
from promptassay.language.lint.rules.undelimited_input import is_input
from promptassay.language.messages import Message
from promptassay.language.nodes import Escape, Text, Variable
from promptassay.language.parse import parse
from promptassay.providers.demo.instructions import Instructions, read_prompt
from promptassay.providers.wire import Message as WireMessage

# What cannot be known from the texts alone: the workspace's fragments, what cases feed, and the model.
SILENT: Final = frozenset({"unknown-fragment", "unused-variable", "over-budget", "model-mismatch"})
# Characters of each message that are read closely: enough for a demonstration, and it keeps every search short.
READ: Final = 60_000
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])[ \t]+(?=[^\sa-z])|\n+")
_PARAGRAPH: Final = re.compile(r"[^\n]+(?:\n(?![ \t]*(?:\n|[-*•#|<`]|\d+[.)]))[^\n]+)*")
_HEADING: Final = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+\S|\*\*[^\n*]{1,60}\*\*:?[ \t]*$)", re.MULTILINE)
_LIST: Final = re.compile(r"^[ \t]*(?:[-*•]|\d+[.)])[ \t]+\S", re.MULTILINE)
_TAG: Final = re.compile(r"<([A-Za-z][\w-]{0,40})>")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True)
class Place:
    """A piece of a message: index from 0, code points."""

    index: int
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """One prompt, read once; what is not asked for is not computed."""

    messages: tuple[Message, ...]

    @cached_property
    def context(self) -> LintContext:
        """The prompt as the lint reads it."""
        return LintContext(tuple(Message(one.role, one.content[:READ]) for one in self.messages))

    @cached_property
    def lint(self) -> list[Finding]:
        """What the product's own rules find."""
        return lint(self.context, silenced=SILENT)

    @cached_property
    def instructions(self) -> Instructions:
        """The choices, rules, examples and the form that the prompt states."""
        return read_prompt(WireMessage(one.role, one.content) for one in self.context.messages)

    @cached_property
    def told(self) -> str:
        """What instructs, without what is shown or filled in, in lower case; of all messages."""
        return "\n".join(self.context.prose[index].text for index in self.context.instructing)

    @cached_property
    def word_count(self) -> int:
        """The words that instruct."""
        return sum(1 for _ in islice(_WORD.finditer(self.told), 20_000))

    @cached_property
    def is_english(self) -> bool:
        """Whether the rules about wording can read it."""
        latin = sum(map(str.isascii, self.told))
        return latin * 10 >= len(self.told) * 9 and all(
            self.context.prose[index].is_english for index in self.context.instructing
        )

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The variables that hold somebody else's text; without one of such a name, the longest message's last."""
        return tuple(name for name in self.context.variables if is_input(name))

    @cached_property
    def has_sections(self) -> bool:
        """Whether headings, tags or lists divide the text."""
        return any(
            pattern.search(self.messages[index].content[:READ])
            for index in self.context.instructing
            for pattern in (_HEADING, _LIST, _TAG)
        )

    @cached_property
    def headings(self) -> int:
        """How many headings there are in what instructs."""
        return sum(len(_HEADING.findall(self.messages[index].content[:READ])) for index in self.context.instructing)

    def sentences(self, index: int) -> Iterator[Place]:
        """The sentences and lines of a message, without the blanks around them; placeholders are never cut."""
        source = self.context.messages[index].content
        at = 0
        for match in _SENTENCE_END.finditer(closed(source)):
            yield from _trimmed(index, source, at, match.start())
            at = match.end()
        yield from _trimmed(index, source, at, len(source))

    def paragraphs(self, index: int) -> Iterator[Place]:
        """Runs of lines that are no list, heading, table, tag or fence."""
        for match in _PARAGRAPH.finditer(self.context.messages[index].content):
            if not _LIST.match(match[0]) and not _HEADING.match(match[0]) and match[0].lstrip()[:1] not in "<`|{[":
                yield Place(index, *match.span())

    def text(self, place: Place | Span) -> str:
        """What stands at a place."""
        index = place.message_index if isinstance(place, Span) else place.index
        return self.messages[index].content[place.start : place.end]


def read(messages: Sequence[Message]) -> Reading:
    """A prompt to look at."""
    return Reading(tuple(messages))


def words_of(text: str) -> int:
    """How many words a text has."""
    return sum(1 for _ in _WORD.finditer(text))


def closed(text: str) -> str:
    """The text, as long as it is, with letters in place of everything that is filled in."""
    return "".join(node.raw if isinstance(node, Text) else "x" * len(node.raw) for node in parse(text))


def placeholders(text: str) -> list[str]:
    """Everything that is filled in, or opens as if it were, as it is written; in the order of the alphabet."""
    return sorted(node.raw for node in parse(text) if not isinstance(node, Text | Escape))


def variables(text: str) -> dict[str, str | None]:
    """Each variable of a text with its default."""
    return {node.name: node.default for node in parse(text) if isinstance(node, Variable)}


def _trimmed(index: int, source: str, start: int, end: int) -> Iterator[Place]:
    piece = source[start:end]
    if kept := piece.strip():
        begin = start + piece.index(kept)
        yield Place(index, begin, begin + len(kept))
