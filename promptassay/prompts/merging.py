"""A branch's content merged into the main line's: what each side changed, where they disagree, and the choices made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast

from promptassay.language.hashing import canonical_json
from promptassay.language.merge import (
    Added,
    MergedMessage,
    MergedValue,
    Piece,
    Side,
    merge_messages,
    merge_values,
)
from promptassay.language.messages import Message, to_json
from promptassay.prompts.content import PromptContent

Take: TypeAlias = Literal["ours", "theirs", "both", "edit"]
TAKES: Final = ("ours", "theirs", "both", "edit")
CONTEXT_LINES: Final = 3


@dataclass(frozen=True)
class SideWords:
    """What a side of a merge is called: in a sentence, at the head of a column, and as where a change comes from."""

    name: str
    title: str
    source: str


@dataclass(frozen=True)
class Choice:
    """How one conflict is settled: with our text, theirs, both after each other, or `text`."""

    take: Take
    text: str = ""


@dataclass(frozen=True)
class Conflict:
    """A place where both sides changed the same differently; `key` names it in forms, `takes` how it can be settled.

    The three texts are what is shown; a side that has nothing there is None.
    """

    key: str
    kind: Literal["text", "role", "removed", "added", "value"]
    base: str | None
    ours: str | None
    theirs: str | None
    takes: tuple[Take, ...]
    choice: Choice | None

    @property
    def edited(self) -> str:
        """What the field for one's own text holds: what was typed, else both texts to start from."""
        if self.choice is not None and self.choice.take == "edit":
            return self.choice.text
        return "\n".join(text for text in (self.ours, self.theirs) if text)


@dataclass(frozen=True)
class Part:
    """A run of lines of a merged message, or a conflict. `before` is what it replaces; `hidden` lines are folded."""

    side: Side
    lines: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    conflict: Conflict | None = None
    hidden: int = 0


@dataclass(frozen=True)
class Section:
    """One message of the merge, as it is shown; `state` says who changed, added or removed it."""

    role: str
    side: Side
    state: Literal["changed", "added", "removed"]
    parts: tuple[Part, ...] = ()
    conflict: Conflict | None = None


@dataclass(frozen=True)
class Setting:
    """A setting of the merge that anybody changed."""

    name: str
    side: Side
    before: str | None
    after: str | None
    conflict: Conflict | None = None


@dataclass
class Merge:
    """The merge as far as the choices go. `content` may be used when `open` is empty."""

    content: PromptContent
    sections: list[Section]
    settings: list[Setting]
    conflicts: list[Conflict]

    @property
    def open(self) -> list[Conflict]:
        """The conflicts without a choice."""
        return [each for each in self.conflicts if each.choice is None]

    @property
    def is_clean(self) -> bool:
        """Whether nothing has to be chosen."""
        return not self.conflicts


@dataclass
class _Walk:
    choices: Mapping[str, Choice]
    conflicts: list[Conflict] = field(default_factory=list)

    def meet(
        self,
        kind: Literal["text", "role", "removed", "added", "value"],
        texts: tuple[str | None, str | None, str | None],
        *takes: Take,
    ) -> Conflict:
        """The next conflict, with its choice if there is one that fits. Keys count, so equal inputs give equal keys."""
        key = f"c{len(self.conflicts) + 1}"
        choice = self.choices.get(key)
        if choice is not None and choice.take not in takes:
            choice = None
        conflict = Conflict(key, kind, *texts, takes, choice)
        self.conflicts.append(conflict)
        return conflict


def merge_contents(
    base: PromptContent, ours: PromptContent, theirs: PromptContent, choices: Mapping[str, Choice] | None = None
) -> Merge:
    """Merge what `ours` (the main line) and `theirs` (the branch) made of `base`.

    choices: by the keys of the conflicts; the same three contents always give the same keys. While a conflict is
    open, `content` holds the main line's side of it.
    """
    walk = _Walk(choices or {})
    sections: list[Section] = []
    messages: list[Message] = []
    for slot in merge_messages(base.language_messages, ours.language_messages, theirs.language_messages):
        shown, made = _added(slot, walk) if isinstance(slot, Added) else _kept(slot, walk)
        sections += shown
        messages += made
    values = [_values(walk, name, *(_part(each, name) for each in (base, ours, theirs))) for name in _PARTS]
    (settings, _), (schema, _), (tools, _) = values
    content = PromptContent(to_json(messages), settings, schema.get("response schema"), [tools[name] for name in tools])
    return Merge(content, sections, [each for _, shown in values for each in shown], walk.conflicts)


_PARTS: Final = ("settings", "response_schema", "tools")


def _part(content: PromptContent, part: str) -> dict[str, Any]:
    """The named values of one part of a content."""
    if part == "settings":
        return content.settings
    if part == "tools":
        return {tool["name"]: tool for tool in content.tools}
    return {} if content.response_schema is None else {"response schema": content.response_schema}


def _values(
    walk: _Walk, part: str, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> tuple[dict[str, Any], list[Setting]]:
    made: dict[str, Any] = {}
    shown: list[Setting] = []
    for each in merge_values(base, ours, theirs):
        chosen, conflict = _chosen_value(walk, each), None
        if each.side == "conflict":
            conflict = walk.conflicts[-1]
        if chosen:
            made[each.name] = chosen[0]
        if each.side != "same":
            name = f"tool {each.name}" if part == "tools" else each.name.replace("_", " ")
            shown.append(Setting(name, each.side, _shown(each.base), _shown(chosen), conflict))
    return made, shown


def _chosen_value(walk: _Walk, value: MergedValue) -> tuple[Any, ...]:
    if value.side != "conflict":
        return value.theirs if value.side == "theirs" else value.ours
    conflict = walk.meet("value", (_shown(value.base), _shown(value.ours), _shown(value.theirs)), "ours", "theirs")
    return value.theirs if conflict.choice and conflict.choice.take == "theirs" else value.ours


def _shown(side: tuple[Any, ...]) -> str | None:
    return canonical_json(side[0]).decode("utf-8", "replace") if side else None


def _added(slot: Added, walk: _Walk) -> tuple[list[Section], list[Message]]:
    """Messages that were added: all of them where one side did, or both alike."""
    if slot.side != "conflict":
        made = slot.theirs if slot.side == "theirs" else slot.ours
        return [Section(each.role, slot.side, "added", (_whole(each, slot.side),)) for each in made], list(made)
    texts = (None, _all_text(slot.ours), _all_text(slot.theirs))
    conflict = walk.meet("added", texts, "ours", "theirs", "both")
    take = conflict.choice.take if conflict.choice else "ours"
    chosen = {"ours": slot.ours, "theirs": slot.theirs, "both": slot.ours + slot.theirs}[take]
    return [Section("", "conflict", "added", conflict=conflict)], list(chosen)


def _kept(slot: MergedMessage, walk: _Walk) -> tuple[list[Section], list[Message]]:
    """A message of the base: merged where both kept it, else gone, or in conflict with its change."""
    if slot.ours is None or slot.theirs is None:
        return _removed(slot, walk)
    role = slot.theirs.role if slot.role == "theirs" else slot.ours.role
    conflict = None
    if slot.role == "conflict":
        conflict = walk.meet("role", (slot.base.role, slot.ours.role, slot.theirs.role), "ours", "theirs")
        if conflict.choice and conflict.choice.take == "theirs":
            role = slot.theirs.role
    lines: list[str] = []
    parts: list[Part] = []
    for piece in slot.pieces:
        made, shown = _piece(piece, walk)
        lines += made
        parts += shown
    section = Section(role, slot.side, "changed", tuple(parts), conflict)
    return [section], [Message(role, "\n".join(lines))]


def _removed(slot: MergedMessage, walk: _Walk) -> tuple[list[Section], list[Message]]:
    if slot.side != "conflict":
        return [Section(slot.base.role, slot.side, "removed", (Part(slot.side, before=_lines(slot.base)),))], []
    texts = (slot.base.content, _content(slot.ours), _content(slot.theirs))
    conflict = walk.meet("removed", texts, "ours", "theirs")
    kept = slot.theirs if conflict.choice and conflict.choice.take == "theirs" else slot.ours
    return [Section(slot.base.role, "conflict", "removed", conflict=conflict)], [kept] if kept else []


def _piece(piece: Piece, walk: _Walk) -> tuple[tuple[str, ...], list[Part]]:
    if piece.side == "same":
        return piece.base, _folded(piece.base)
    merged = piece.merged
    if merged is not None:
        return merged, [Part(piece.side, merged, piece.base)]
    texts = ("\n".join(piece.base), "\n".join(piece.ours), "\n".join(piece.theirs))
    conflict = walk.meet("text", texts, "ours", "theirs", "both", "edit")
    return _settled(piece, conflict.choice), [Part("conflict", conflict=conflict)]


def _settled(piece: Piece, choice: Choice | None) -> tuple[str, ...]:
    if choice is None or choice.take == "ours":
        return piece.ours
    if choice.take == "theirs":
        return piece.theirs
    if choice.take == "both":
        return piece.ours + piece.theirs
    return tuple(choice.text.split("\n")) if choice.text else ()


def _folded(lines: tuple[str, ...]) -> list[Part]:
    """Lines that nobody changed, long runs of them folded to their ends."""
    hidden = len(lines) - 2 * CONTEXT_LINES
    if hidden <= 1:
        return [Part("same", lines)]
    return [Part("same", lines[:CONTEXT_LINES]), Part("same", hidden=hidden), Part("same", lines[-CONTEXT_LINES:])]


def _whole(message: Message, side: Side) -> Part:
    return Part(side, _lines(message))


def _lines(message: Message) -> tuple[str, ...]:
    return tuple(message.content.split("\n"))


def _all_text(messages: tuple[Message, ...]) -> str:
    return "\n\n".join(f"{each.role}: {each.content}" for each in messages)


def _content(message: Message | None) -> str | None:
    return message.content if message else None


def read_choices(post: Mapping[str, str]) -> dict[str, Choice]:
    """The choices of a form: `take-c1` is ours, theirs, both or edit, `text-c1` one's own text."""
    found: dict[str, Choice] = {}
    for name, value in post.items():
        if name.startswith("take-") and value in TAKES:
            key = name.removeprefix("take-")
            found[key] = Choice(cast("Take", value), post.get(f"text-{key}", "").replace("\r\n", "\n"))
    return found
