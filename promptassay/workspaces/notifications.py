"""Notifications as people read them: the words and the place of each come from the app that owns its kind."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page

from promptassay.accounts.queries import emails_of
from promptassay.workspaces import queries
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import Notification


@dataclass(frozen=True)
class Subject:
    """What a notification is about: its name, and the address of its place in the product."""

    name: str
    url: str


# Looks subjects of one kind up by their ids; what is gone, or may not be seen, is left out.
Subjects = Callable[[Actor, Collection[UUID]], Mapping[UUID, Subject]]


@dataclass(frozen=True)
class Kind:
    """`once` and `many` are what happened, between who and the subject's name; `many` has {count} in it."""

    once: str
    many: str
    subjects: Subjects


@dataclass(frozen=True)
class Notice:
    """One line: `who` `did` the thing `name`, which is at `url`; without a name it is gone."""

    id: UUID
    who: str
    did: str
    name: str
    url: str
    at: datetime
    unread: bool


_kinds: dict[str, Kind] = {}


def describe(kind: str, *, once: str, many: str, subjects: Subjects) -> None:
    """Give a kind its words; done once, in the `ready` of the app that sends it."""
    _kinds[kind] = Kind(once, many, subjects)


def page_of_notices(actor: Actor, *, page: int | str = 1) -> tuple[Page[Notification], list[Notice]]:
    """One page of the actor's own notifications, newest first: a few statements, and some for each kind."""
    found = queries.page_of_notifications(actor, page=page)
    rows = list(found.object_list)
    people = emails_of(row.actor_id for row in rows if row.actor_id)
    subjects = {
        name: kind.subjects(actor, {row.subject_id for row in rows if row.kind == name})
        for name, kind in _kinds.items()
        if any(row.kind == name for row in rows)
    }
    return found, [_notice(row, people, subjects.get(row.kind, {}).get(row.subject_id)) for row in rows]


def _notice(row: Notification, people: Mapping[UUID, str], subject: Subject | None) -> Notice:
    kind = _kinds.get(row.kind)
    did = row.kind.replace("_", " ") if kind is None else kind.once if row.times == 1 else kind.many
    return Notice(
        id=row.id,
        who=people.get(row.actor_id, "somebody who left") if row.actor_id else "PromptAssay",
        did=did.replace("{count}", str(row.times)),
        name=subject.name if subject else "",
        url=subject.url if subject else "",
        at=row.created_at,
        unread=row.read_at is None,
    )
