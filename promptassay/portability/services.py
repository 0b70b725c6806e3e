"""Beginning an export: allowed, and written into the audit log before the first row is read."""

from datetime import UTC, datetime

from promptassay.audit.services import record
from promptassay.portability.exporting import Order
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability


def begin_export(actor: Actor, *, workspace_name: str) -> Order:
    """Note that this person takes everything; the rows are read when this transaction is over."""
    actor.require(Ability.WORKSPACE_EXPORT)
    record(actor, "workspace.exported", target=("workspace", actor.workspace_id))
    return Order(actor.workspace_id, workspace_name, actor.label, datetime.now(UTC))
