"""The one resolver: messages with their fragments written out and their variables filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from promptassay.language.errors import ExpansionTooLarge, MalformedTemplate, MissingVariables
from promptassay.language.expand import MAX_BYTES, Expansion, FragmentUse, Hole, byte_length, expand
from promptassay.language.fragments import NO_FRAGMENTS, FragmentSource
from promptassay.language.messages import Message
from promptassay.language.variables import PromptVariable, variables_of

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Resolved:
    """Messages ready for a model, and what went into them.

    `variables` are all unbound ones in order of first appearance, whether given or not; `missing` names
    those without value and default. `fragments_used` is in order of first use. `unknown_slots` pairs a
    fragment's slug with a slot that a reference binds and the fragment does not have.
    """

    messages: tuple[Message, ...]
    variables: tuple[PromptVariable, ...]
    fragments_used: tuple[FragmentUse, ...]
    missing: tuple[str, ...]
    unknown_slots: tuple[tuple[str, str], ...]


def resolve_messages(
    messages: Sequence[Message],
    *,
    variables: Mapping[str, str],
    fragments: FragmentSource = NO_FRAGMENTS,
    fragment_vars: Mapping[str, str] = _NOTHING,
    strict: bool = True,
) -> Resolved:
    """Resolve `messages`. Values are literal text: nothing in them is parsed.

    A variable in a message takes its value from `variables`, one in a fragment's text from the slots bound
    around it, then `fragment_vars`, then `variables`. Without a value it takes its own default, else the
    first default written for its name. An empty text is a value. With `strict` a variable without either
    raises MissingVariables; without, its placeholder stays as it was written and is listed in `missing`.

    Raises MalformedTemplate, UnknownFragment, UnknownPin, FragmentCycle, FragmentDepth, ExpansionTooLarge
    (also where the resolved text of all messages would pass 2 MB of UTF-8).
    """
    expansion = expand(messages, fragments)
    raise_first(expansion)
    found = variables_of(expansion.pieces)
    defaults = {variable.name: variable.default for variable in found}
    missing: dict[str, None] = {}
    resolved: list[Message] = []
    size = 0
    for index, (message, pieces) in enumerate(zip(messages, expansion.pieces, strict=True)):
        parts: list[str] = []
        for piece in pieces:
            if isinstance(piece, Hole):
                value = _value(piece, variables, fragment_vars, defaults)
                if value is None:
                    missing[piece.name] = None
                part = piece.raw if value is None else value
            else:
                part = piece
            size += byte_length(part)
            if size > MAX_BYTES:
                raise ExpansionTooLarge(f"The resolved text is longer than {MAX_BYTES // 1024**2} MB.", index)
            parts.append(part)
        resolved.append(Message(message.role, "".join(parts)))
    if strict and missing:
        raise MissingVariables(tuple(missing))
    return Resolved(
        tuple(resolved),
        found,
        tuple(expansion.fragments_used),
        tuple(missing),
        tuple(expansion.unknown_slots),
    )


def raise_first(expansion: Expansion) -> None:
    """Raise what is wrong with an expansion, if anything: malformed placeholders, else its first error."""
    if expansion.problems:
        raise MalformedTemplate(expansion.problems, expansion.problem_count)
    if expansion.errors:
        raise expansion.errors[0]


def _value(
    hole: Hole,
    variables: Mapping[str, str],
    fragment_vars: Mapping[str, str],
    defaults: Mapping[str, str | None],
) -> str | None:
    if hole.slug is not None and hole.name in fragment_vars:
        return fragment_vars[hole.name]
    if hole.name in variables:
        return variables[hole.name]
    return defaults[hole.name] if hole.default is None else hole.default
