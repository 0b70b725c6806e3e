"""Choosing the panels' model, and noting who has read where its text goes."""

from datetime import UTC, datetime
from typing import Any

from promptassay.assist.models import REFERENCE_LIMIT, Consent, WorkbenchModel
from promptassay.assist.panels import Panel
from promptassay.assist.queries import efforts_of, has_consented
from promptassay.audit.services import record
from promptassay.core.errors import AppError, ProviderKeyMissing, ValidationFailed
from promptassay.providers.queries import ModelChoice, describe, get_key
from promptassay.providers.references import parse_reference
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability


class ConsentNeeded(AppError):
    """The person has not read yet where this key sends the text; `details` has `host` and `key`."""

    status = 409
    code = "CONSENT_NEEDED"

    def __init__(self, choice: ModelChoice) -> None:
        super().__init__(
            f"This text goes to {choice.host} with key {choice.key_name}.",
            why="It is the first time that a panel sends text of yours there on this key.",
            next_step="Confirm it once; a new host or another key asks again.",
            details={"host": choice.host, "key": choice.key_name},
        )


def give_consent(actor: Actor, reference: str) -> ModelChoice:
    """Note that the person has read where this model's key sends text; the same note twice is one."""
    actor.require(Ability.AI_USE)
    choice = describe(reference)
    key_id = parse_reference(reference).key_id
    if key_id is None or has_consented(actor, reference):
        return choice
    key = get_key(key_id)
    note = Consent(
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        key_id=key.id,
        origin=key.origin,
        at=datetime.now(UTC),
    )
    Consent.objects.bulk_create([note], ignore_conflicts=True)
    record(actor, "panels.consented", target=("provider_key", key.id), data={"origin": key.origin})
    return choice


def choose_model(actor: Actor, *, reference: str, effort: str, for_workspace: bool) -> None:
    """Choose the panels' model for oneself or as the workspace's default; an empty reference takes the choice back.

    An effort that the model does not have is left out. Raises ProviderKeyMissing and ValidationFailed for a model that
    is not there. One's own choice is one's own affair, so it leaves no audit record.
    """
    actor.require(Ability.WORKSPACE_SETTINGS if for_workspace else Ability.AI_USE)
    user_id = None if for_workspace else actor.user_id
    if not reference:
        WorkbenchModel.objects.filter(user_id=user_id).delete()
    else:
        choice = describe(reference)
        if len(choice.reference) > REFERENCE_LIMIT:
            raise ValidationFailed("The model's name is too long.", next_step="Choose another model.")
        WorkbenchModel.objects.update_or_create(
            user_id=user_id,
            defaults={
                "workspace_id": actor.workspace_id,
                "reference": choice.reference,
                "effort": effort if effort in efforts_of(choice) else "",
                "updated_at": datetime.now(UTC),
            },
        )
    if for_workspace:
        record(actor, "panels.model_chosen", target=("workspace", actor.workspace_id), data={"model": reference})


def provenance_of(panel: Panel, reference: str, instruction: str, accepted: int, offered: int) -> dict[str, Any]:
    """What is kept of how a panel came to a text: never the answer, since what was accepted of it is the version.

    A model whose key is gone meanwhile keeps its name. Raises ValidationFailed for no model at all.
    """
    model = parse_reference(reference).model
    try:
        provider = describe(reference).provider
    except ProviderKeyMissing:
        provider = ""
    return {
        "panel": panel.name,
        "prompt": panel.version,
        "provider": provider,
        "model": model,
        "instruction": instruction,
        "accepted": accepted,
        "offered": offered,
    }
