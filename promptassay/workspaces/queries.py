"""Reading workspaces: which ones a person belongs to, with which role, and what they should know of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator

from promptassay.accounts.queries import account_ids, emails_of
from promptassay.core.database import first_row, row_as
from promptassay.core.errors import NotFound
from promptassay.core.tenancy import with_person
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import DataKey, Membership, Notification, Workspace
from promptassay.workspaces.permissions import Role

NOTIFICATIONS_ON_A_PAGE: Final = 50
UNREAD_COUNTED: Final = 100


@dataclass(frozen=True)
class Belonging:
    """A workspace as one of its members sees it."""

    workspace: Workspace
    role: Role


@dataclass(frozen=True)
class Member:
    """A person in the current workspace."""

    user_id: UUID
    email: str
    role: Role
    since: datetime


# Asked at every request of every page and stream.
_FIELDS = Workspace._meta.concrete_fields
_BELONGING = f"""
SELECT m.role, {", ".join(f"w.{field.column}" for field in _FIELDS)}
FROM workspaces_membership m JOIN workspaces_workspace w ON w.id = m.workspace_id
WHERE m.workspace_id = $1 AND m.user_id = $2
"""  # noqa: S608 - our own columns


def belonging(workspace_id: UUID, user_id: UUID) -> Belonging:
    """The workspace and the person's role in it; NotFound for strangers, as for ids that do not exist."""
    row = first_row(_BELONGING, [workspace_id, user_id])
    if row is None:
        raise NotFound()
    return Belonging(row_as(Workspace, _FIELDS, row[1:]), Role(str(row[0])))


def workspaces_of(user_id: UUID) -> list[Belonging]:
    """All workspaces of a person, the personal one first, then by name."""
    with with_person(user_id):
        rows = list(Membership.objects.select_related("workspace").filter(user_id=user_id))
    rows.sort(key=lambda row: (row.workspace.kind != Workspace.Kind.PERSONAL, row.workspace.name.lower()))
    return [Belonging(row.workspace, Role(row.role)) for row in rows]


def every_workspace(*, canaries: bool) -> Iterator[UUID]:
    """The id of each workspace that anybody belongs to; through the people, since no context shows them all.

    With `canaries` the two that the product's own probes attack are among them: whoever looks after keys needs them,
    whoever acts for people does not.
    """
    seen: set[UUID] = set()
    for person_id in account_ids(canaries=canaries):
        with with_person(person_id):
            found = list(Membership.objects.filter(user_id=person_id).values_list("workspace_id", flat=True))
        yield from (each for each in found if each not in seen)
        seen.update(found)


def members(workspace_id: UUID) -> list[Member]:
    """The people of a workspace that the context shows, owners first, then by address."""
    rows = list(Membership.objects.filter(workspace_id=workspace_id))
    emails = emails_of(row.user_id for row in rows)
    found = [
        Member(row.user_id, emails[row.user_id], Role(row.role), row.created_at)
        for row in rows
        if row.user_id in emails
    ]
    order = {role: index for index, role in enumerate(Role)}
    return sorted(found, key=lambda member: (order[member.role], member.email))


def personal_workspace(user_id: UUID) -> Workspace:
    """The one workspace that was made with the account."""
    for item in workspaces_of(user_id):
        if item.workspace.kind == Workspace.Kind.PERSONAL:
            return item.workspace
    raise NotFound("This account has no personal workspace.")


def data_key(workspace_id: UUID) -> DataKey | None:
    """The wrapped data key of the current workspace, if one was made."""
    return DataKey.objects.filter(workspace_id=workspace_id).first()


def member_ids(workspace_id: UUID, user_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the given people who belong to the workspace."""
    rows = Membership.objects.filter(workspace_id=workspace_id, user_id__in=set(user_ids))
    return set(rows.values_list("user_id", flat=True))


def unread_count(user_id: UUID) -> int:
    """How many notifications of the current workspace a person has not read, counted up to 100.

    Asked by every page with a frame: one statement, answered from an index that holds unread ones only.
    """
    return Notification.objects.filter(user_id=user_id, read_at=None)[:UNREAD_COUNTED].count()


def page_of_notifications(actor: Actor, *, page: int | str = 1) -> Page[Notification]:
    """One page of the actor's notifications in the current workspace, newest first, 50 each; nobody else's."""
    mine = Notification.objects.filter(user_id=actor.user_id).order_by("-created_at", "-id")
    return Paginator(mine, NOTIFICATIONS_ON_A_PAGE).get_page(page)


def get_notification(actor: Actor, notification_id: UUID) -> Notification:
    """One of the actor's notifications; NotFound for anybody else's, as for none."""
    found = Notification.objects.filter(pk=notification_id, user_id=actor.user_id).first()
    if found is None:
        raise NotFound()
    return found
