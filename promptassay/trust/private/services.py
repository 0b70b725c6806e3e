"""Checking the wall around a workspace's own rows, when somebody in it asks: begun, made, written down."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from promptassay.audit.services import record
from promptassay.core.database import first_row
from promptassay.core.tenancy import with_workspace
from promptassay.trust.build import build
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.private import queries
from promptassay.trust.private.attacks import attack
from promptassay.trust.private.models import IsolationCheck
from promptassay.trust.probes import Outcome
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

log = logging.getLogger("promptassay.trust")
PAUSE: Final = timedelta(minutes=1)
KEPT: Final = 20
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('promptassay.trust.check:' || $1, 0))"


def begin_check(actor: Actor) -> tuple[IsolationCheck, bool]:
    """A check to be made now, or the last one where that is less than a minute old; and which of the two it is.

    All but the newest 20 are forgotten. The attack itself runs after this transaction: `make_check`.
    """
    actor.require(Ability.CONTENT_READ)
    first_row(_LOCK, [actor.workspace_id])
    now = datetime.now(UTC)
    last = queries.last_check()
    if last is not None and now - last.started < PAUSE:
        return last, False
    check = IsolationCheck.objects.create(
        workspace_id=actor.workspace_id, started=now, user_id=actor.user_id, build=build()
    )
    newest = IsolationCheck.objects.order_by("-started").values("id")[:KEPT]
    IsolationCheck.objects.exclude(id__in=newest).delete()
    return check, True


def make_check(actor: Actor, check_id: UUID, *, attacking: Callable[..., Outcome] = attack) -> None:
    """Attack the workspace's rows and write down what came of it, in the check and in the audit log.

    Runs outside of any transaction: each attack has its own. An attack that falls over is an error, never green.
    """
    try:
        outcome = attacking(actor.workspace_id, canary_id=ensure_canaries().a)
    except Exception as error:  # whatever it is, the page must not stay green
        log.exception("a check of isolation fell over")
        outcome = Outcome("error", {}, f"The check fell over: {type(error).__name__}.")
    with with_workspace(actor.workspace_id):
        IsolationCheck.objects.filter(pk=check_id).update(
            ended=datetime.now(UTC), verdict=outcome.verdict, counts=dict(outcome.counts), found=outcome.found
        )
        record(
            actor,
            "isolation.checked",
            target=("workspace", actor.workspace_id),
            data={"verdict": outcome.verdict, **{name.replace(" ", "_"): n for name, n in outcome.counts.items()}},
        )
