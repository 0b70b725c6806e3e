"""Writing workspaces: the personal one with each account, names, the wrapped data key, and notifications."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from promptassay.accounts.events import AccountCreated
from promptassay.accounts.models import User
from promptassay.audit.services import record
from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.core.events import emit
from promptassay.core.ids import uuid7
from promptassay.core.keyring import Keyring
from promptassay.core.tenancy import with_workspace
from promptassay.core.vault import MasterKey, new_data_key
from promptassay.workspaces import queries
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.events import DemoRequested
from promptassay.workspaces.models import DataKey, MasterKeyInUse, Membership, Notification, Workspace
from promptassay.workspaces.permissions import Role

NAME_LIMIT = 80
# How long a notification stays after it was read.
KEEP_READ: Final = timedelta(days=90)


def create_personal_workspace(event: AccountCreated) -> Workspace:
    """The workspace that every account has from its first second, with the person as its owner."""
    workspace = Workspace(id=uuid7(), kind=Workspace.Kind.PERSONAL, name=_first_name(event.email))
    with with_workspace(workspace.id, person_id=event.user_id):
        workspace.save(force_insert=True)
        Membership.objects.create(workspace=workspace, user_id=event.user_id, role=Role.OWNER)
        actor = Actor(user_id=event.user_id, workspace_id=workspace.id, role=Role.OWNER, label=event.email)
        record(actor, "workspace.created", target=("workspace", workspace.id), data={"kind": workspace.kind})
    return workspace


def create_canary_workspace(actor: Actor, *, name: str) -> Workspace:
    """The actor's current workspace, which no person is a member of: what the product's own probes attack."""
    workspace = Workspace(id=actor.workspace_id, kind=Workspace.Kind.TEAM, name=name)
    workspace.save(force_insert=True)
    record(actor, "workspace.created", target=("workspace", workspace.id), data={"kind": workspace.kind})
    return workspace


def seat_canary(actor: Actor, canary: User, *, role: Role) -> None:
    """Make a canary, as which the product's own probes act, a member of the current workspace, once."""
    assert canary.is_canary
    _, made = Membership.objects.get_or_create(
        workspace_id=actor.workspace_id, user_id=canary.pk, defaults={"role": role}
    )
    if made:
        record(actor, "member.added", target=("user", canary.pk), data={"role": role.value})


def rename_workspace(actor: Actor, *, name: str) -> Workspace:
    """Give the current workspace another name."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_LIMIT:
        raise ValidationFailed(
            "The name is missing or too long.", why=f"It has {len(name)} characters; 1 to {NAME_LIMIT} fit."
        )
    workspace = Workspace.objects.get(pk=actor.workspace_id)
    before, workspace.name = workspace.name, name
    workspace.save(update_fields=["name"])
    record(actor, "workspace.renamed", target=("workspace", workspace.id), data={"from": before, "to": name})
    return workspace


def request_demo(actor: Actor) -> None:
    """Ask the apps above to fill the current workspace with the example content, in this transaction."""
    emit(DemoRequested(actor))


def ensure_data_key(actor: Actor, keys: Keyring) -> DataKey:
    """The workspace's wrapped data key, made at its first use. Raises Conflict as `key_in_use`."""
    found = queries.data_key(actor.workspace_id)
    if found is not None:
        return found
    master = key_in_use(keys)
    try:
        with transaction.atomic():
            return DataKey.objects.create(
                workspace_id=actor.workspace_id,
                wrapped=new_data_key(master, str(actor.workspace_id)),
                master_id=master.id,
            )
    except IntegrityError:  # somebody else made it in the same moment
        return DataKey.objects.get(workspace_id=actor.workspace_id)


def renew_data_key(actor: Actor, keys: Keyring) -> DataKey:
    """Replace the data key by one under the master key in use; whatever the old one sealed never opens again."""
    master = key_in_use(keys)
    found = DataKey.objects.select_for_update().get(workspace_id=actor.workspace_id)
    before = found.master_id
    found.wrapped, found.master_id = new_data_key(master, str(actor.workspace_id)), master.id
    found.save(update_fields=["wrapped", "master_id"])
    data = {"from": before, "to": master.id}
    record(actor, "data_key.renewed", target=("workspace", actor.workspace_id), data=data)
    return found


def key_in_use(keys: Keyring) -> MasterKey:
    """The master key that wraps new data keys; it stays in use until the caller's transaction ends.

    The first one to be asked for is the oldest of this process's: all others have that one too, whatever is being
    rolled out. Raises Conflict when this process does not hold the one in use.
    """
    MasterKeyInUse.objects.bulk_create([MasterKeyInUse(master_id=keys.oldest.id)], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT master_id FROM workspaces_masterkey FOR SHARE")
        (in_use,) = cursor.fetchall()[0]
    found = keys.find(in_use)
    if found is None:
        raise Conflict(
            "The key cannot be sealed.",
            why="The master key in use is one that this server does not have.",
            next_step="Ask the operator for `promptassay keys status`, which names the master keys and who has them.",
        )
    return found


def _first_name(email: str) -> str:
    local = email.split("@", 1)[0].split("+", 1)[0].replace(".", " ").replace("_", " ").strip()
    return (local.title() or "Personal")[:NAME_LIMIT]


def notify(actor: Actor, *, recipients: Iterable[UUID], kind: str, subject_id: UUID) -> int:
    """Let people know of something in the current workspace; returns how many were told.

    Not the actor, and only members. Who has not read of the same yet is told once more on the same line. Without an
    audit record: it follows from an act that has one.
    """
    wanted = queries.member_ids(actor.workspace_id, set(recipients) - {actor.user_id})
    now = datetime.now(UTC)
    unread = Notification.objects.filter(user_id__in=wanted, kind=kind, subject_id=subject_id, read_at=None)
    told = set(unread.select_for_update().values_list("user_id", flat=True)) if wanted else set()
    if told:
        unread.update(times=F("times") + 1, created_at=now, actor_id=actor.user_id)
    Notification.objects.bulk_create(
        Notification(
            workspace_id=actor.workspace_id,
            user_id=each,
            kind=kind,
            subject_id=subject_id,
            actor_id=actor.user_id,
            created_at=now,
        )
        for each in sorted(wanted - told)
    )
    return len(wanted)


def mark_read(actor: Actor, notification: Notification) -> None:
    """The actor has seen it. One's own affair, so without an audit record."""
    _read(actor, Notification.objects.filter(pk=notification.pk))


def mark_all_read(actor: Actor, *, until: datetime | None = None) -> int:
    """The actor has seen all of theirs in the current workspace; those newer than `until` came after they looked."""
    return _read(actor, Notification.objects.filter(**({"created_at__lte": until} if until else {})))


def _read(actor: Actor, notifications: QuerySet[Notification]) -> int:
    """The number that was unread. What the actor read long ago goes with it, so that no list grows for ever."""
    now = datetime.now(UTC)
    Notification.objects.filter(user_id=actor.user_id, read_at__lt=now - KEEP_READ).delete()
    return notifications.filter(user_id=actor.user_id, read_at=None).update(read_at=now)


def forget_notifications(subject_ids: Iterable[UUID]) -> None:
    """Take away what was told of things that are gone."""
    Notification.objects.filter(subject_id__in=list(subject_ids)).delete()
