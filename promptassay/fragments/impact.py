"""What a new text of a fragment would do: every resolved prompt before and after, and what is left alone."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from promptassay.core.errors import ValidationFailed
from promptassay.fragments.models import Fragment
from promptassay.fragments.queries.source import Key, WorkspaceFragments, changed_source, source
from promptassay.fragments.queries.uses import Holder, Node, holders_of, reached_from, where_used
from promptassay.fragments.text import hash_of
from promptassay.fragments.users import VersionKey, prompts
from promptassay.language.errors import (
    ExpansionTooLarge,
    FragmentCycle,
    FragmentDepth,
    FragmentError,
    LanguageError,
    show_path,
)
from promptassay.language.expand import expand
from promptassay.language.folding import Comparison, compare_messages
from promptassay.language.fragments import FragmentSource, FragmentText
from promptassay.language.messages import Message
from promptassay.language.parse import reference_text

PROMPTS_SHOWN: Final = 50
LINES_SHOWN: Final = 4_000
# Resolved text that is compared; beyond it the prompts are named without a comparison.
CHARACTERS_COMPARED: Final = 4_000_000
_FATAL = (FragmentCycle, FragmentDepth)


@dataclass(frozen=True)
class Affected:
    """A version of a prompt whose resolved text changes. `trouble` is what cannot be resolved afterwards.

    `was_broken` says that it could not be resolved before either.
    """

    holder: Holder
    comparison: Comparison | None
    trouble: str = ""
    was_broken: bool = False


@dataclass(frozen=True)
class Impact:
    """What saving would change. `total` counts all affected versions of prompts, `affected` the first 50.

    `versions` are all of them; `after` are the fragments as they would be. `left_alone` refer to it with a pin.
    `digest` names the text and the affected versions: it differs when they do.
    """

    affected: list[Affected]
    total: int
    left_alone: list[Holder]
    digest: str
    versions: tuple[VersionKey, ...] = ()
    after: WorkspaceFragments = field(default_factory=WorkspaceFragments, repr=False)

    @property
    def hidden(self) -> int:
        """How many affected versions are not shown."""
        return self.total - len(self.affected)


def impact_of(fragment: Fragment, text: str) -> Impact:
    """Resolve every watched version of a prompt that takes in the fragment's newest text, as it is and as it would be.

    Watched are the latest version and those that a label points at. A handful of statements, whatever their number.
    """
    holders = holders_of(reached_from([(fragment.slug, 0)]))
    after = changed_source(FragmentText(fragment.slug, fragment.current_version + 1, text))
    return Impact(
        affected=list(_compared(holders[:PROMPTS_SHOWN], source(), after)),
        total=len(holders),
        left_alone=_left_alone(fragment.slug, holders),
        digest=_digest(holders, text),
        versions=tuple((each.prompt.id, each.number) for each in holders),
        after=after,
    )


def check_change(slug: str, number: int, text: str) -> None:
    """Refuse a text that would make some fragment contain itself, nest too deep or grow too large, with the path.

    number: the version that the text would become. Every fragment that takes this one in is tried, with its pins:
    what goes wrong in a prompt goes wrong in one of them. What was wrong before is no obstacle.
    """
    nodes = sorted(reached_from([(slug, 0)]), key=lambda node: node[1] > 0)  # the shorter names first
    keys: list[Key] = [(each, pin or None) for each, pin in nodes]
    after = changed_source(FragmentText(slug, number, text), keys)
    before: WorkspaceFragments | None = None
    for node in nodes:
        error = _fatal(node, after)
        if error is None:
            continue
        if before is None:
            before = source()
            before.want(keys)
        if node[0] == slug or not isinstance(_fatal(node, before), type(error)):
            raise _refused(error)


def _fatal(node: Node, fragments: FragmentSource) -> LanguageError | None:
    """What is wrong with the path that starts at a fragment."""
    try:
        expansion = expand([Message("user", reference_text(node[0], node[1] or None))], fragments)
    except ExpansionTooLarge as error:
        return error
    return next((each for each in expansion.errors if isinstance(each, _FATAL)), None)


def _refused(error: LanguageError) -> ValidationFailed:
    path = getattr(error, "path", ())
    why = f"The references go {show_path(path)}." if isinstance(error, FragmentError) else error.why
    return ValidationFailed(
        error.message,
        why=why,
        next_step=error.next_step,
        details={"text": f"{error.message} {why}", "path": list(path)},
    )


def _trouble(error: LanguageError) -> str:
    """What is wrong, with the way there: which message it stands in is no matter here."""
    if isinstance(error, FragmentError):
        if len(error.path) == 1:
            return error.message
        return f"{error.message} The references go {show_path(error.path)}."
    return f"{error.message} {error.why}"


def _compared(holders: Sequence[Holder], before: FragmentSource, after: FragmentSource) -> Iterable[Affected]:
    texts = prompts().messages([(each.prompt.id, each.number) for each in holders])
    characters, lines = CHARACTERS_COMPARED, LINES_SHOWN
    for holder in holders:
        messages = texts.get((holder.prompt.id, holder.number), ())
        left, broken = resolved(messages, before)
        right, trouble = resolved(messages, after)
        characters -= sum(len(each.content) for each in (*left, *right))
        if characters < 0 or lines <= 0:
            yield Affected(holder, None, trouble, bool(broken))
            continue
        comparison = Comparison(compare_messages(left, right, lines=lines), [])
        lines -= sum(len(message.rows) for message in comparison.messages)
        yield Affected(holder, comparison, trouble, bool(broken))


def resolved(messages: Sequence[Message], fragments: FragmentSource) -> tuple[tuple[Message, ...], str]:
    """Messages with their fragments written out and their variables as written, and the first thing that is wrong."""
    try:
        expansion = expand(messages, fragments)
    except LanguageError as error:
        return tuple(messages), _trouble(error)
    written = tuple(
        Message(message.role, "".join(piece if isinstance(piece, str) else piece.raw for piece in pieces))
        for message, pieces in zip(messages, expansion.pieces, strict=True)
    )
    if expansion.errors:
        return written, _trouble(expansion.errors[0])
    if expansion.problems:
        problem = expansion.problems[0]
        place = f" in {' → '.join(problem.path)}" if problem.path else ""
        return written, f"Line {problem.line}, column {problem.column}{place}: {problem.reason}."
    return written, ""


def _left_alone(slug: str, affected: Sequence[Holder]) -> list[Holder]:
    """The watched versions that refer to the fragment with a pin only."""
    changed = {(each.prompt.id, each.number) for each in affected}
    pins = {line.pin for line in where_used(slug) if line.pin}
    pinned = holders_of({(slug, pin): () for pin in sorted(pins)})
    return [each for each in pinned if (each.prompt.id, each.number) not in changed]


def _digest(holders: Sequence[Holder], text: str) -> str:
    names = sorted(f"{each.prompt.id}:{each.number}" for each in holders)
    return hashlib.sha256("\n".join([hash_of(text), *names]).encode()).hexdigest()[:32]
