"""Keeping what a provider's list of models says, and how asking for it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from promptassay.audit.services import record
from promptassay.providers import queries
from promptassay.providers.listed import merge
from promptassay.providers.models import ProviderKey
from promptassay.providers.wire import ModelInfo
from promptassay.workspaces.actor import Actor, System
from promptassay.workspaces.permissions import Ability


@dataclass(frozen=True)
class Listing:
    """A key after its provider was asked: the models that are new in the list, and those that are gone from it."""

    key: ProviderKey
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def record_list(
    actor: Actor | System,
    key_id: UUID,
    *,
    result: str,
    models: Sequence[ModelInfo] | None = None,
    action: str = "key.tested",
) -> Listing:
    """Store how asking for the models ended: `ok` or the failure's kind, and the models that the provider listed.

    After a failure (`models` is None) the models of the last time stay. `action` names the act in the audit log.
    """
    actor.require(Ability.KEYS_MANAGE)
    key = queries.get_key_to_list(key_id)
    key.tested_at, key.test_result = datetime.now(UTC), result
    change = None
    if models is not None:
        change = merge(key.listed, models, key.tested_at.date())
        key.listed, key.model_names, key.listed_at = change.listed, change.names, key.tested_at
    key.save(update_fields=["tested_at", "test_result", "model_names", "listed", "listed_at"])
    counts = {"added": len(change.added), "gone": len(change.gone)} if change else {}
    data = {"name": key.name, "result": result, **{word: number for word, number in counts.items() if number}}
    record(actor, action, target=("provider_key", key.id), data=data)
    return Listing(key, change.added, change.gone) if change else Listing(key)
