"""Entries of the audit log as sentences: who did what, with a link to what it was done to."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.urls import reverse

from promptassay.audit import queries as audit
from promptassay.audit.models import Entry
from promptassay.prompts.queries import library
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

# Looks the present names of things up, by their ids as text; what is gone has none.
Names = Callable[[Collection[str]], Mapping[str, str]]


@dataclass(frozen=True)
class Kind:
    """A kind of thing that entries are about: the page of one, and how to find their names. Without a page, no link."""

    page: str = ""
    names: Names | None = None


@dataclass(frozen=True)
class Line:
    """`who` did `before` the thing `name` (a link when `url`) `after`, at a time, and `times` over without a break."""

    who: str
    before: str
    name: str
    url: str
    after: str
    at: datetime
    times: int = 1


# Entries in a row that read the same become one line.
_ENTRIES_FOR_A_LINE: Final = 4
_NO_TIME: Final = datetime.min.replace(tzinfo=UTC)
# What everybody who may read content may see; all else only those who read the audit log, and one's own.
_CONTENT: Final = {"prompt", "bulk", "folder", "tag"}
_kinds: dict[str, Kind] = {}
# Action -> what stands before and after the thing's name; {names} come from the entry's data.
_phrases: dict[str, tuple[str, str]] = {
    "prompt.created": ("created", ""),
    "prompt.described": ("changed the details of", ""),
    "prompt.archived": ("archived", ""),
    "prompt.unarchived": ("took", "out of the archive"),
    "prompt.moved": ("moved", "to another folder"),
    "prompt.tagged": ("changed the tags of", ""),
    "version.saved": ("saved v{number} of", ""),
    "label.moved": ("moved the label {label} to v{to} of", ""),
    "label.overridden": ("moved the protected label {label} without evidence to v{to} of", ""),
    "label.protected": ("protected the label {label} of", ""),
    "label.unprotected": ("lifted the protection of the label {label} of", ""),
    "label.deleted": ("removed the label {label} of", ""),
    "branch.created": ("began the branch {branch} of", ""),
    "branch.merged": ("merged the branch {branch} of", ""),
    "branch.updated": ("brought the main line into the branch {branch} of", ""),
    "branch.closed": ("closed the branch {branch} of", ""),
    "branch.reopened": ("reopened the branch {branch} of", ""),
    "rule.silenced": ("silenced the lint rule {rule} in", ""),
    "rule.heard": ("let the lint rule {rule} speak again in", ""),
    "rule.silenced_everywhere": ("silenced the lint rule {rule} in the whole workspace", ""),
    "rule.heard_everywhere": ("let the lint rule {rule} speak again in the whole workspace", ""),
    "annotation.created": ("began a thread of notes on", ""),
    "annotation.answered": ("answered a note on", ""),
    "annotation.comment_edited": ("edited a note on", ""),
    "annotation.comment_deleted": ("deleted a note on", ""),
    "annotation.resolved": ("resolved a thread of notes on", ""),
    "annotation.reopened": ("reopened a thread of notes on", ""),
    "folder.created": ("created the folder", ""),
    "folder.renamed": ("renamed a folder to", ""),
    "folder.moved": ("moved the folder", ""),
    "folder.deleted": ("deleted the folder", ""),
    "tag.created": ("created the tag", ""),
    "tag.changed": ("changed the tag", ""),
    "tag.deleted": ("deleted the tag", ""),
    "prompts.moved": ("moved {count} prompts to another folder", ""),
    "prompts.tagged": ("put the tag “{tag}” on {count} prompts", ""),
    "prompts.untagged": ("took the tag “{tag}” off {count} prompts", ""),
    "prompts.archived": ("archived {count} prompts", ""),
    "prompts.unarchived": ("took {count} prompts out of the archive", ""),
    "prompts.duplicated": ("duplicated {count} prompts", ""),
    "prompts.undone": ("undid that for {count} prompts", ""),
    "prompts.copied_in": ("copied {count} prompts into this workspace, among them", ""),
    "prompts.copied_out": ("copied {count} prompts to another workspace, among them", ""),
    "workspace.created": ("created this workspace", ""),
    "member.added": ("added a member as {role}", ""),
    "workspace.renamed": ("renamed the workspace to “{to}”", ""),
    "key.added": ("added the provider key", ""),
    "key.renamed": ("renamed a provider key to", ""),
    "key.rotated": ("rotated the provider key", ""),
    "key.deleted": ("removed the provider key", ""),
    "key.tested": ("tested the provider key", ""),
    "key.refreshed": ("looked for new models of the provider key", ""),
    "key.models_named": ("named the models of the provider key", ""),
    "data_key.renewed": ("renewed the data key", ""),
    "data_key.rewrapped": ("moved the data key under a new master key", ""),
}
FRAGMENT_PHRASES: Final = {
    "fragment.created": ("created the fragment", ""),
    "fragment.described": ("changed the details of the fragment", ""),
    "fragment.saved": ("saved v{number} of the fragment", ""),
    "fragment.deleted": ("deleted the fragment", ""),
}
# What happens every day by itself is no news.
_UPKEEP: Final = ("key.refreshed",)
# Acts on many, and on the workspace itself, name no single thing.
_NAMELESS: Final = {"bulk", "workspace"}


def describe(kind: str, *, page: str, names: Names, phrases: Mapping[str, tuple[str, str]]) -> None:
    """Let an app above tell of its own kind of content; done once, in an AppConfig's `ready`."""
    _kinds[kind] = Kind(page, names)
    _CONTENT.add(kind)
    put_into_words(phrases)


def put_into_words(phrases: Mapping[str, tuple[str, str]]) -> None:
    """Let an app above say what its acts on known things are called: the words before a thing's name, and after."""
    _phrases.update(phrases)


def recent_lines(actor: Actor, *, limit: int) -> list[Line]:
    """The newest entries that this person may see, newest first: one statement, and one for each kind of thing."""
    everything = actor.can(Ability.AUDIT_READ)
    kinds = None if everything else _CONTENT
    entries = audit.recent(limit * _ENTRIES_FOR_A_LINE, kinds=kinds, own=actor.user_id, upkeep=_UPKEEP)
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        wanted[entry.target_type].add(entry.target_id)
    names = {kind: _names(kind, ids) for kind, ids in wanted.items()}
    lines = [_line(actor, entry, names[entry.target_type].get(entry.target_id, "")) for entry in entries]
    runs = (list(same) for _, same in groupby(lines, key=lambda line: replace(line, at=_NO_TIME)))
    return [replace(same[0], times=len(same)) for same in runs][:limit]


def _names(kind: str, ids: Collection[str]) -> Mapping[str, str]:
    if kind == "prompt":
        return {str(key): title for key, title in library.titles_of(UUID(each) for each in ids).items()}
    known = _kinds.get(kind)
    return known.names(ids) if known and known.names else {}


def _line(actor: Actor, entry: Entry, name: str) -> Line:
    page = "prompts:prompt-show" if entry.target_type == "prompt" else _kinds.get(entry.target_type, Kind()).page
    before, after = _phrases.get(entry.action, _unknown(entry.action))
    data: dict[str, Any] = defaultdict(lambda: "…", entry.data)
    shown = name or str(entry.data.get("title") or entry.data.get("name") or "")
    return Line(
        who="You" if entry.actor_id == actor.user_id else entry.actor_label or "The system",
        before=before.format_map(data),
        name="" if entry.target_type in _NAMELESS else shown,
        # Only what still exists has a page.
        url=reverse(page, args=[actor.workspace_id, entry.target_id]) if name and page else "",
        after=after.format_map(data),
        at=entry.at,
    )


def _unknown(action: str) -> tuple[str, str]:
    """Words for an action that nobody described: `label.moved` becomes “moved a label:”."""
    noun, _, verb = action.partition(".")
    return f"{verb.replace('_', ' ')} ({noun.replace('_', ' ')})", ""
