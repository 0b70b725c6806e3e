"""Beginning an export: allowed, and written into the audit log before the first row is read."""

from datetime import UTC, datetime

from promptassay.audit.services import record
from promptassay.core.errors import Conflict
from promptassay.portability.exporting import Order, is_busy
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability


def begin_export(actor: Actor, *, workspace_name: str) -> Order:
    """Note that this person takes everything; the rows are read when this transaction is over.

    Conflict while this process makes as many exports as it may.
    """
    actor.require(Ability.WORKSPACE_EXPORT)
    if is_busy():
        raise Conflict(
            "Several exports are being made at this moment.",
            why="Each takes a connection to the database for as long as it is downloaded.",
            next_step="Try again in a minute.",
        )
    record(actor, "workspace.exported", target=("workspace", actor.workspace_id))
    return Order(actor.workspace_id, workspace_name, actor.label, datetime.now(UTC))
