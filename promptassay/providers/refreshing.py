"""Asking a provider for its list of models, with the key opened before and the answer kept after the call."""

from uuid import UUID

from promptassay.core.errors import AppError, NotFound, ProviderFailure, ProviderKeyMissing
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.providers import services
from promptassay.providers.gateway import Gateway
from promptassay.providers.queries import get_key
from promptassay.providers.wire import ModelInfo, Target
from promptassay.workspaces.actor import System

PURPOSE = "models"


async def ask(gateway: Gateway, target: Target) -> tuple[list[ModelInfo] | None, ProviderFailure | None]:
    """The models that the key may use, or the failure; never both."""
    try:
        return await gateway.list_models(target), None
    except ProviderFailure as failure:
        return None, failure


async def refresh(workspace_id: UUID, key_id: UUID, gateway: Gateway) -> None:
    """Ask for the product itself, as upkeep: in the ledger and the audit log like any use, a failure as the key's
    state. Does nothing when the key is gone meanwhile.
    """
    actor = System(workspace_id)
    target = await in_thread(_open, actor, key_id)
    if target is None:
        return
    models, failure = await ask(gateway, target)
    await in_thread(_keep, actor, key_id, failure.kind if failure else "ok", models)


def _open(actor: System, key_id: UUID) -> Target | None:
    with with_workspace(actor.workspace_id):
        try:
            get_key(key_id)
            return services.open_key(actor, key_id, purpose=PURPOSE)
        except NotFound:
            return None
        except ProviderKeyMissing:
            services.record_list(actor, key_id, result="sealed", action="key.refreshed")
            return None


def _keep(actor: System, key_id: UUID, result: str, models: list[ModelInfo] | None) -> None:
    with with_workspace(actor.workspace_id):
        try:
            services.record_list(actor, key_id, result=result, models=models, action="key.refreshed")
        except AppError:  # deleted while its provider was asked
            return
