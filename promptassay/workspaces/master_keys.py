"""The master keys of an instance: which one is in use, who holds which, and moving every data key to a new one.

All of it runs as the app role, workspace by workspace: row security is forced on the tables' owner too, so that no
role sees all data keys at once, and this needs none that does.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from promptassay.audit.services import record
from promptassay.core.errors import Conflict
from promptassay.core.keyring import Keyring
from promptassay.core.tenancy import with_workspace
from promptassay.core.vault import MasterKey, VaultError, opens, rewrap
from promptassay.workspaces import queries
from promptassay.workspaces.actor import System
from promptassay.workspaces.models import DataKey, KeyHolder, MasterKeyInUse
from promptassay.workspaces.services import key_in_use

NOTED_EVERY_S: Final = 5.0
ALIVE_S: Final = 20.0  # a process that said nothing for so long has ended, or cannot reach the database
_FORGOTTEN_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True)
class Holder:
    """A process that serves, and the ids of the master keys that it holds."""

    name: str
    master_ids: list[str]
    seen_at: datetime


@dataclass
class Survey:
    """Every workspace's data key: how many open under which master key, and those that do not."""

    under: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    damaged: list[UUID] = field(default_factory=list)

    def elsewhere(self, target: MasterKey) -> int:
        """How many open under another master key than `target`."""
        return self.under.total() - self.under[target.id]


@dataclass
class Rotation:
    """What one run of a rotation did. `damaged` workspaces' data keys open under no key and were left alone."""

    target: str
    rewrapped: int = 0
    already: int = 0
    lost: int = 0
    damaged: list[UUID] = field(default_factory=list)


# --- Who holds which ------------------------------------------------------------------------------------------


def note_holder(holder_id: UUID, name: str, keys: Keyring) -> None:
    """Read the keys of this process again, and let the others know which ones it holds."""
    keys.reload()
    told = {"name": name[:120], "master_ids": keys.ids, "seen_at": Now()}
    KeyHolder.objects.update_or_create(id=holder_id, defaults=told)
    KeyHolder.objects.filter(seen_at__lt=Now() - _FORGOTTEN_AFTER).delete()


def forget_holder(holder_id: UUID) -> None:
    """The process ends."""
    KeyHolder.objects.filter(id=holder_id).delete()


def holders() -> list[Holder]:
    """The processes that serve at the moment, by name."""
    alive = KeyHolder.objects.filter(seen_at__gt=Now() - timedelta(seconds=ALIVE_S)).order_by("name")
    return [Holder(row.name, row.master_ids, row.seen_at) for row in alive]


def in_use() -> MasterKeyInUse | None:
    """The master key in use; None before the first data key was made."""
    return MasterKeyInUse.objects.first()


# --- Looking --------------------------------------------------------------------------------------------------


def survey(keys: Keyring) -> Survey:
    """Look at every data key, and try to open it. Nothing is written."""
    found = Survey()
    for workspace_id, row in _data_keys():
        master = keys.find(row.master_id)
        if master is None:
            found.unknown[row.master_id] += 1
        elif opens(master, bytes(row.wrapped), str(workspace_id)):
            found.under[master.id] += 1
        else:
            found.damaged.append(workspace_id)
    return found


def _data_keys() -> Iterator[tuple[UUID, DataKey]]:
    for workspace_id in queries.every_workspace(canaries=True):
        with with_workspace(workspace_id):
            row = queries.data_key(workspace_id)
        if row is not None:
            yield workspace_id, row


# --- Rotating -------------------------------------------------------------------------------------------------


def refuse_missing_keys(keys: Keyring, found: Survey) -> None:
    """Raise Conflict when a data key, or the key in use, needs a master key that is not given."""
    used = in_use()
    missing = sorted(set(found.unknown) | ({used.master_id} - set(keys.ids) if used else set()))
    if missing:
        raise Conflict(
            f"The master key {missing[0]} is not given; {_data_keys_count(found.unknown.total())} under such a key.",
            why=f"Given: {', '.join(keys.ids)}. Nothing was written.",
            next_step="Put the old key into PROMPTASSAY_MASTER_KEY_PREVIOUS. If it is lost for ever, so are the "
            "provider keys under it: `promptassay keys rotate --abandon-lost` goes on without them.",
        )


def refuse_no_new_key(keys: Keyring) -> None:
    """Raise Conflict when the only key that is given is the one in use already."""
    used = in_use()
    if len(keys.ids) == 1 and (used is None or used.master_id == keys.present.id):
        raise Conflict(
            "There is no new master key to rotate to.",
            why=f"Given is {keys.present.id} alone, which is in use. Nothing was written.",
            next_step="Make a new key (openssl rand -base64 32). On all machines, set PROMPTASSAY_MASTER_KEY to it and "
            "PROMPTASSAY_MASTER_KEY_PREVIOUS to the present one; start the servers again; then run this again.",
        )


def without(key_id: str) -> list[str]:
    """The names of the processes that serve and do not hold the key."""
    return [holder.name for holder in holders() if key_id not in holder.master_ids]


def promote(target: MasterKey) -> None:
    """Wrap new data keys under `target` from now on.

    Waits for the transactions that make one at this moment: once this has returned, none is made under another key.
    Raises Conflict when a process that serves does not hold it.
    """
    with transaction.atomic():
        MasterKeyInUse.objects.bulk_create([MasterKeyInUse(master_id=target.id)], ignore_conflicts=True)
        row = MasterKeyInUse.objects.select_for_update().get()
        missing = without(target.id)
        if missing:
            raise Conflict(
                f"{_some(missing)} not have the new master key {target.id} yet.",
                why="Provider keys would stop opening there. Nothing was written.",
                next_step="Start it again with the new key as PROMPTASSAY_MASTER_KEY and the present one as "
                "PROMPTASSAY_MASTER_KEY_PREVIOUS, then run this again.",
            )
        if row.master_id != target.id:
            row.master_id, row.since = target.id, Now()
            row.save(update_fields=["master_id", "since"])


def rewrap_all(keys: Keyring, target: MasterKey, tell: Callable[[Rotation], None] = lambda done: None) -> Rotation:
    """Move every data key to `target`, each in its own short transaction with an audit entry.

    Can be stopped anywhere and run again; several at once share the work. Raises Conflict when another rotation
    has put another key in use meanwhile. `tell` is called after each workspace.
    """
    done = Rotation(target.id)
    for workspace_id in queries.every_workspace(canaries=True):
        _rewrap(workspace_id, keys, target, done)
        tell(done)
    return done


def _rewrap(workspace_id: UUID, keys: Keyring, target: MasterKey, done: Rotation) -> None:
    with with_workspace(workspace_id):
        if key_in_use(keys).id != target.id:
            raise Conflict(
                "Another rotation has begun.",
                why=f"The key in use is no longer {target.id}.",
                next_step="Let that one end; `promptassay keys status` tells how far it is.",
            )
        row = DataKey.objects.select_for_update().filter(workspace_id=workspace_id).first()
        if row is None:
            return
        if row.master_id == target.id:
            done.already += 1
            return
        master = keys.find(row.master_id)
        if master is None:
            done.lost += 1
            return
        before = row.master_id
        try:
            row.wrapped, row.master_id = rewrap(master, target, bytes(row.wrapped), str(workspace_id)), target.id
        except VaultError:
            done.damaged.append(workspace_id)
            return
        row.save(update_fields=["wrapped", "master_id"])
        data = {"from": before, "to": target.id}
        record(System(workspace_id), "data_key.rewrapped", target=("workspace", workspace_id), data=data)
        done.rewrapped += 1


def _data_keys_count(count: int) -> str:
    return "1 data key is" if count == 1 else f"{count} data keys are"


def _some(names: list[str]) -> str:
    if len(names) == 1:
        return f"The process “{names[0]}” does"
    return f"{len(names)} processes, among them “{names[0]}”, do"
