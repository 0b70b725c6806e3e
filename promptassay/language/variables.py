"""The variables of a prompt: which there are, where they come from, and how to rename one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from promptassay.language.expand import Hole, Piece, expand
from promptassay.language.fragments import NO_FRAGMENTS, FragmentSource
from promptassay.language.messages import Message
from promptassay.language.nodes import FragmentRef, Variable
from promptassay.language.parse import is_name, parse


@dataclass(frozen=True, slots=True)
class PromptVariable:
    """A variable of a prompt.

    `default` is the first one written for it anywhere, None if there is none. `fragment` is the slug of the
    fragment in which the variable first appears, None where that is a message.
    """

    name: str
    default: str | None
    fragment: str | None


def variables_of(pieces: Iterable[Sequence[Piece]]) -> tuple[PromptVariable, ...]:
    """Return the variables of expanded messages, in order of first appearance."""
    found: dict[str, PromptVariable] = {}
    for message in pieces:
        for piece in message:
            if not isinstance(piece, Hole):
                continue
            known = found.get(piece.name)
            if known is None:
                found[piece.name] = PromptVariable(piece.name, piece.default, piece.slug)
            elif known.default is None and piece.default is not None:
                found[piece.name] = PromptVariable(known.name, piece.default, known.fragment)
    return tuple(found.values())


def find_variables(messages: Sequence[Message], fragments: FragmentSource = NO_FRAGMENTS) -> tuple[PromptVariable, ...]:
    """Return the variables of `messages`; what is broken is passed over. Raises ExpansionTooLarge."""
    return variables_of(expand(messages, fragments).pieces)


def find_references(text: str) -> tuple[FragmentRef, ...]:
    """Return the fragment references that stand in `text` itself, in order."""
    return tuple(node for node in parse(text) if isinstance(node, FragmentRef))


def rename_variable(text: str, old: str, new: str) -> str:
    """Return `text` with the variable `old` renamed; the rest is kept. ValueError if `new` is no name."""
    if not is_name(new):
        raise ValueError(f"not a name: {new!r}")
    parts: list[str] = []
    for node in parse(text):
        if isinstance(node, Variable) and node.name == old:
            # The first match is the name itself: only blanks stand between it and the braces.
            parts.append(node.raw.replace(old, new, 1))
        else:
            parts.append(node.raw)
    return "".join(parts)
