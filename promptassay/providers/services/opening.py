"""Opening provider keys for a call: each use stands in the ledger before the key is read."""

from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from django.conf import settings

from promptassay.core.database import first_row, row_as
from promptassay.core.errors import ProviderKeyMissing
from promptassay.core.ids import uuid7
from promptassay.core.secret import Secret
from promptassay.core.vault import MasterKey, VaultError, unseal
from promptassay.providers import queries
from promptassay.providers.connector import is_allowed, origin_of
from promptassay.providers.models import ProviderKey
from promptassay.providers.private_hosts import private_hosts
from promptassay.providers.queries import ModelChoice
from promptassay.providers.references import parse_reference
from promptassay.providers.wire import ProviderName, Target
from promptassay.workspaces.actor import Actor, System
from promptassay.workspaces.models import DataKey
from promptassay.workspaces.permissions import Ability


def open_target(
    actor: Actor, reference: str, *, purpose: str, subject_id: UUID | None = None, calls: int = 1
) -> Target:
    """Decrypt the key behind a reference for `calls` calls, and write that into the key-use ledger first.

    Raises ProviderKeyMissing when the key is gone or does not open, ValidationFailed for a bad reference,
    Forbidden for a role that may not call models.
    """
    parsed = parse_reference(reference)
    if parsed.key_id is None:
        return Target(provider="demo", key_id="demo")
    return open_key(actor, parsed.key_id, purpose=purpose, subject_id=subject_id, calls=calls)


def open_choice(
    actor: Actor, reference: str, *, purpose: str, subject_id: UUID | None = None
) -> tuple[ModelChoice, Target]:
    """As `open_target` for one call, together with what can be said of the model; the key is read once."""
    parsed = parse_reference(reference)
    if parsed.key_id is None:
        return queries.demo_choice(parsed.model), Target(provider="demo", key_id="demo")
    key = _require_key(actor, parsed.key_id)
    target = _noted_target(actor, key, purpose=purpose, subject_id=subject_id, calls=1)
    return queries.choice_of(key, parsed.model), target


def open_key(
    actor: Actor | System, key_id: UUID, *, purpose: str, subject_id: UUID | None = None, calls: int = 1
) -> Target:
    """As `open_target`, for a call that names no model."""
    key = _require_key(actor, key_id)
    return _noted_target(actor, key, purpose=purpose, subject_id=subject_id, calls=calls)


# What the provider listed may be long, and no call needs it.
_KEY_FIELDS = [field for field in ProviderKey._meta.concrete_fields if field.name != "listed"]
_BESIDE = [DataKey._meta.get_field("wrapped"), DataKey._meta.get_field("master_id")]
_KEY_WITH_DATA_KEY = f"""
SELECT d.wrapped, d.master_id, {", ".join(f"k.{field.column}" for field in _KEY_FIELDS)}
FROM providers_key k LEFT JOIN workspaces_datakey d ON d.workspace_id = k.workspace_id WHERE k.id = $1
"""  # noqa: S608 - our own columns
# Between a person's click and the first word of the answer: one statement reads the key, one notes its use.
# The note commits without waiting for the disk: it survives the crash of any process of ours, and a crash of the
# database's machine may lose its last half second. It is worth less than the milliseconds a person would wait.
_NOTE_USE = """
INSERT INTO providers_keyuse (id, workspace_id, at, key_id, key_name, origin, user_id, purpose, subject_id, calls)
VALUES ($1, $2, clock_timestamp(), $3, $4, $5, $6, $7, $8, $9)
RETURNING set_config('synchronous_commit', 'off', true)
"""


def _require_key(actor: Actor | System, key_id: UUID) -> ProviderKey:
    actor.require(Ability.AI_USE)
    key = sealed_key(key_id)
    if key is None:
        raise ProviderKeyMissing(
            "The provider key is gone.",
            why="It was deleted, or it belongs to another workspace.",
            next_step="Choose another model, or add a key under Settings, Provider keys.",
        )
    return key


def _noted_target(
    actor: Actor | System, key: ProviderKey, *, purpose: str, subject_id: UUID | None, calls: int
) -> Target:
    """The opened key, once its use stands in the ledger."""
    secret = opened(actor, key)
    use_id = uuid7()
    values: list[Any] = [use_id, actor.workspace_id, key.id, key.name, key.origin, actor.user_id]
    first_row(_NOTE_USE, [*values, purpose, subject_id, calls])
    return Target(
        provider=cast(ProviderName, key.provider),
        base_url=key.base_url,
        secret=secret,
        key_id=str(key.id),
        private_allowed=is_allowed(key.base_url, private_hosts()),
        use_id=use_id,
    )


def sealed_key(key_id: UUID) -> ProviderKey | None:
    """A key with its workspace's data key beside it, as `opened` takes it."""
    row = first_row(_KEY_WITH_DATA_KEY, [key_id])
    if row is None:
        return None
    key = row_as(ProviderKey, _KEY_FIELDS, row[len(_BESIDE) :])
    beside = row_as(DataKey, _BESIDE, row[: len(_BESIDE)])
    vars(key).update(wrapped=beside.wrapped, master_id=beside.master_id)
    return key


def opened(actor: Actor | System, key: ProviderKey) -> Secret:
    """The key itself; ProviderKeyMissing unless the row is what was sealed and leads where it led then."""
    wrapped: bytes | None = getattr(key, "wrapped", None)
    master: MasterKey | None = settings.MASTER_KEYS.find(getattr(key, "master_id", None) or "")
    if wrapped is not None and master is None:
        raise ProviderKeyMissing(
            f"The provider key “{key.name}” does not open.",
            why="This server does not have the master key under which it was saved.",
            next_step="Ask the operator to put that master key back: `promptassay keys status` names it.",
        )
    if wrapped is not None and master is not None and _leads_where_it_says(key):
        with suppress(VaultError):
            return unseal(master, bytes(wrapped), str(actor.workspace_id), bytes(key.sealed), key.seal_context)
    raise ProviderKeyMissing(
        f"The provider key “{key.name}” does not open.",
        why="Its row in the database is not as it was saved.",
        next_step="Delete it under Settings, Provider keys, and add it again; tell the operator.",
    )


def _leads_where_it_says(key: ProviderKey) -> bool:
    """Calls go to `base_url`, the seal is bound to `origin`: the two must name one place."""
    try:
        return origin_of(key.base_url) == key.origin
    except ValueError:
        return False
