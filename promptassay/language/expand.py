"""Fragments written out: messages to runs of literal text and holes, with every problem found on the way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from promptassay.language.errors import (
    SHOWN_PROBLEMS,
    ExpansionTooLarge,
    FragmentCycle,
    FragmentDepth,
    FragmentError,
    Place,
    Problem,
    UnknownFragment,
    UnknownPin,
)
from promptassay.language.fragments import FragmentSource, Loaded, PinMissing
from promptassay.language.messages import Message
from promptassay.language.nodes import Escape, FragmentRef, Malformed, Node, Text, Variable
from promptassay.language.parse import parse

MAX_DEPTH = 5
MAX_BYTES = 2 * 1024 * 1024
MAX_REFERENCES = 10_000


@dataclass(frozen=True, slots=True)
class Hole:
    """An unbound variable; `slug` is the fragment whose text it stands in, None for the message itself."""

    name: str
    default: str | None
    raw: str
    slug: str | None


Piece: TypeAlias = str | Hole


@dataclass(frozen=True, slots=True)
class FragmentUse:
    """A version of a fragment that takes part in a prompt."""

    slug: str
    number: int


@dataclass(slots=True)
class Expansion:
    """What became of the messages: one list of pieces each, and what was met.

    Of `problems` and `errors` the first 100 are kept; `problem_count` counts all. Where there is a problem
    or an error, the source of the placeholder stands in the pieces. `unknown_slots` pairs a fragment's slug
    with the name of a slot that a reference binds and the fragment does not have.
    """

    pieces: list[list[Piece]] = field(default_factory=list)
    fragments_used: list[FragmentUse] = field(default_factory=list)
    unknown_slots: dict[tuple[str, str], None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    errors: list[FragmentError] = field(default_factory=list)


def expand(messages: Sequence[Message], fragments: FragmentSource) -> Expansion:
    """Write out all fragments of `messages`. Raises only ExpansionTooLarge: other failures are in the answer.

    The caps count source text, so that a reference to nothing but references is as dear as text.
    """
    expander = _Expander(fragments)
    for index, message in enumerate(messages):
        expander.message(index, message.content)
    return expander.result


@dataclass(slots=True)
class _Frame:
    """One fragment being written out: its name in paths, its version, what is bound and what was taken."""

    label: str
    use: FragmentUse
    bound: dict[str, str]
    taken: set[str]


class _Expander:
    def __init__(self, source: FragmentSource) -> None:
        self.result = Expansion()
        self._source = source
        self._loaded: dict[tuple[str, int | None], Loaded] = {}
        self._parsed: dict[FragmentUse, tuple[Node, ...]] = {}
        self._bytes = 0
        self._references = 0
        self._frames: list[_Frame] = []
        self._message_index = 0
        self._place = Place(0, 0, 0)
        self._pieces: list[Piece] = []

    def message(self, index: int, content: str) -> None:
        self._message_index = index
        self._pieces = []
        self.result.pieces.append(self._pieces)
        self._charge(content)
        self._walk(parse(content), content)

    def _walk(self, nodes: Sequence[Node], source: str) -> None:
        for node in nodes:
            if isinstance(node, Text):
                self._pieces.append(node.raw)
            elif isinstance(node, Escape):
                self._pieces.append(node.value)
            elif isinstance(node, Variable):
                self._pieces.append(self._variable(node))
            elif isinstance(node, FragmentRef):
                self._reference(node)
            else:
                self._pieces.append(node.raw)
                self._problem(node, source)

    def _variable(self, node: Variable) -> Piece:
        # The innermost binding wins; an outer one also reaches the slots of the fragments inside it.
        for frame in reversed(self._frames):
            if node.name in frame.bound:
                frame.taken.add(node.name)
                return frame.bound[node.name]
        return Hole(node.name, node.default, node.raw, self._frames[-1].use.slug if self._frames else None)

    def _reference(self, node: FragmentRef) -> None:
        if not self._frames:
            self._place = Place(self._message_index, node.start, node.end)
        self._references += 1
        if self._references > MAX_REFERENCES:
            self._too_large(f"The prompt takes in more than {MAX_REFERENCES:,} fragments.")
        found = self._load(node)
        if isinstance(found, FragmentError):
            if len(self.result.errors) < SHOWN_PROBLEMS:
                self.result.errors.append(found)
            self._pieces.append(node.raw)
            return
        use, text = found
        frame = _Frame(node.label, use, {slot.name: slot.value for slot in node.slots}, set())
        self._frames.append(frame)
        self._charge(text)
        nodes = self._parsed.get(use)
        if nodes is None:
            nodes = self._parsed[use] = parse(text)
            self.result.fragments_used.append(use)
        self._walk(nodes, text)
        self._frames.pop()
        for name in frame.bound:
            if name not in frame.taken:
                self.result.unknown_slots[use.slug, name] = None

    def _load(self, node: FragmentRef) -> tuple[FragmentUse, str] | FragmentError:
        """Return the version that is meant and its text, or why it cannot be taken in."""
        key = (node.slug, node.pin)
        if key not in self._loaded:
            self._loaded[key] = self._source.load(node.slug, node.pin)
        loaded = self._loaded[key]
        path = (*self._path(), node.label)
        if loaded is None:
            return UnknownFragment(path, self._place)
        if isinstance(loaded, PinMissing):
            return UnknownPin(path, self._place, loaded.newest)
        use = FragmentUse(loaded.slug, loaded.number)
        if any(frame.use == use for frame in self._frames):
            return FragmentCycle(path, self._place)
        if len(self._frames) == MAX_DEPTH:
            return FragmentDepth(path, self._place, MAX_DEPTH)
        return use, loaded.text

    def _path(self) -> tuple[str, ...]:
        return tuple(frame.label for frame in self._frames)

    def _problem(self, node: Malformed, source: str) -> None:
        self.result.problem_count += 1
        if len(self.result.problems) >= SHOWN_PROBLEMS:
            return
        line_start = source.rfind("\n", 0, node.start) + 1
        self.result.problems.append(
            Problem(
                self._message_index,
                self._path(),
                node.start,
                node.end,
                line=source.count("\n", 0, line_start) + 1,
                column=node.start - line_start + 1,
                code=node.code,
                reason=node.reason,
                raw=node.raw,
            )
        )

    def _charge(self, text: str) -> None:
        self._bytes += byte_length(text)
        if self._bytes > MAX_BYTES:
            self._too_large(
                f"The prompt's text is longer than {MAX_BYTES // 1024**2} MB with its fragments written out."
            )

    def _too_large(self, message: str) -> None:
        raise ExpansionTooLarge(message, self._message_index, self._path())


def byte_length(text: str) -> int:
    """Return the length of `text` in UTF-8, without encoding it where that is not needed."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
