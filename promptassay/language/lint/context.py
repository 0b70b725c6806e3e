"""Everything that a rule may look at: messages parsed once, the variables, fragments, settings and the model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from promptassay.language.errors import ExpansionTooLarge
from promptassay.language.expand import Expansion, expand
from promptassay.language.fragments import NO_FRAGMENTS, FragmentSource
from promptassay.language.lint.base import Edit, Span
from promptassay.language.lint.prose import Prose, read_prose
from promptassay.language.messages import Message, Role
from promptassay.language.nodes import FragmentRef, Node, Text, Variable
from promptassay.language.parse import parse
from promptassay.language.variables import variables_of


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the lint knows of the target model; sizes in tokens, None where unknown.

    `refuses` names settings that make a call fail, and of `tools`, `response_schema`, `system` and
    `prefill` (a last message by the assistant) those that the model does not take. `does_worse_with` names
    habits: `step-by-step` (told to reason aloud although it reasons by itself).
    """

    name: str
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    refuses: frozenset[str] = frozenset()
    does_worse_with: frozenset[str] = frozenset()
    retires_on: date | None = None


@dataclass(frozen=True)
class LintContext:
    """One prompt as it is linted.

    `declared` are the variables that are fed by test cases. `fragment_slugs` are those that a reference may
    be mended to. `token_counts` has one entry for each message, or is empty; estimates will do.
    `token_budget` is the prompt's own. `today` is needed to tell how far off a retirement is. What is
    computed from these is computed once, when a rule first asks.
    """

    messages: tuple[Message, ...]
    declared: tuple[str, ...] = ()
    fragments: FragmentSource = NO_FRAGMENTS
    fragment_slugs: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    has_schema: bool = False
    has_tools: bool = False
    model: ModelFacts | None = None
    token_counts: tuple[int, ...] = ()
    token_budget: int | None = None
    today: date | None = None

    @cached_property
    def nodes(self) -> tuple[tuple[Node, ...], ...]:
        """The nodes of each message."""
        return tuple(parse(message.content) for message in self.messages)

    @cached_property
    def instructing(self) -> tuple[int, ...]:
        """Messages that instruct: not the assistant's, and no user message that the assistant has answered."""
        last = max((index for index, message in enumerate(self.messages) if message.role == "assistant"), default=-1)
        return tuple(
            index
            for index, message in enumerate(self.messages)
            if message.role == "system" or (message.role == "user" and index > last)
        )

    @cached_property
    def prose(self) -> tuple[Prose, ...]:
        """The English of each message, without what it quotes, shows or holds as code."""
        return tuple(
            read_prose(message.content, nodes) for message, nodes in zip(self.messages, self.nodes, strict=True)
        )

    @cached_property
    def references(self) -> bool:
        """Whether any message refers to a fragment."""
        return any(isinstance(node, FragmentRef) for nodes in self.nodes for node in nodes)

    @cached_property
    def expansion(self) -> Expansion | ExpansionTooLarge | None:
        """The messages with their fragments written out; None where there are none."""
        if not self.references:
            return None
        try:
            return expand(self.messages, self.fragments)
        except ExpansionTooLarge as error:
            return error

    @cached_property
    def whole(self) -> bool:
        """Whether all fragments could be written out, so that what is not in sight is not there."""
        return self.expansion is None or (isinstance(self.expansion, Expansion) and not self.expansion.errors)

    @cached_property
    def variables(self) -> Mapping[str, list[Span]]:
        """Where each variable stands in the messages themselves, names in order of first appearance."""
        places: dict[str, list[Span]] = {}
        for index, nodes in enumerate(self.nodes):
            for node in nodes:
                if isinstance(node, Variable):
                    places.setdefault(node.name, []).append(Span(index, node.start, node.end))
        return places

    @cached_property
    def fragment_variables(self) -> frozenset[str]:
        """Variables that come out of fragments."""
        if not isinstance(self.expansion, Expansion):
            return frozenset()
        return frozenset(found.name for found in variables_of(self.expansion.pieces) if found.fragment is not None)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The text of each message, as long as it is, with blanks in place of all that opens like a placeholder."""
        return tuple(
            "".join(node.raw if isinstance(node, Text) else " " * len(node.raw) for node in nodes)
            for nodes in self.nodes
        )

    @cached_property
    def from_fragments(self) -> str:
        """The text that fragments bring along, together with what stands around it; empty without fragments."""
        if not isinstance(self.expansion, Expansion):
            return ""
        texts = (piece for pieces in self.expansion.pieces for piece in pieces if isinstance(piece, str))
        return "\n".join(texts).replace("{{", "  ")  # left of malformed placeholders

    def quote(self, span: Span) -> str:
        """The text under a span."""
        return self.messages[span.message_index].content[span.start : span.end]

    def rename(self, old: str, new: str) -> tuple[Edit, ...]:
        """Edits that give the variable `old` the name `new` wherever it stands in the messages."""
        return tuple(
            # Only blanks stand between the braces and the name.
            Edit(span.message_index, at, at + len(old), new)
            for span in self.variables.get(old, ())
            for at in (self.messages[span.message_index].content.index(old, span.start),)
        )


def prompt(*texts: str | tuple[Role, str], **rest: Any) -> LintContext:
    """A context from texts, the user's unless paired with a role: the short way to write samples and tests."""
    messages = tuple(Message("user", text) if isinstance(text, str) else Message(*text) for text in texts)
    return LintContext(messages, **rest)
