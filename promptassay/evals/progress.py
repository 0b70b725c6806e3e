"""The live progress of a run: what the page shows while it goes on, and the stream that keeps it fresh."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from time import monotonic
from typing import Final
from uuid import UUID

from django.template.loader import render_to_string

from promptassay.core.errors import AppError
from promptassay.core.sse import PING, event
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.evals.models import Run
from promptassay.evals.queries.runs import get_run
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability
from promptassay.workspaces.queries import belonging

POLL_SECONDS: Final = 0.5
PING_SECONDS: Final = 15.0
STREAM_SECONDS: Final = 600.0
"""How long one stream lasts; the browser then opens the next one and passes the door again."""


@dataclass(frozen=True)
class Progress:
    """A run's counters and what follows from them; `rate` in cells a second, `left_ms` in milliseconds.

    `waits_s` is for how many whole seconds a provider wants no more calls; 0 when none does.
    """

    run: Run
    rate: float | None
    left_ms: float | None
    waits_s: int = 0

    @property
    def failed(self) -> int:
        """Cells whose verdict is bad (or that had nothing to check)."""
        return self.run.done - self.run.passed - self.run.errors

    @property
    def key(self) -> tuple[object, ...]:
        """Changes exactly when there is something new to show."""
        return (self.run.status, self.run.done, self.run.errors, self.run.calls, self.waits_s)


def progress_of(run: Run, now: datetime | None = None) -> Progress:
    """How far a run is, and how long the rest takes at the speed so far."""
    if run.started_at is None or run.is_over:
        return Progress(run, None, None)
    now = now or datetime.now(UTC)
    waits = ceil(max(0.0, (run.waits_until - now).total_seconds())) if run.waits_until else 0
    if run.done == 0:
        return Progress(run, None, None, waits)
    rate = run.done / max(0.001, (now - run.started_at).total_seconds())
    return Progress(run, rate, (run.total - run.done) / rate * 1000, waits)


async def follow(actor: Actor, run_id: UUID) -> AsyncIterator[bytes]:
    """Server-sent events: `progress` with HTML whenever it changed, `done` at the end, a comment to stay alive.

    Ends without a word when the person leaves the workspace or the run is deleted.
    """
    seen: tuple[object, ...] | None = None
    begun = said = monotonic()
    while monotonic() - begun < STREAM_SECONDS:
        try:
            progress, html = await in_thread(_look, actor, run_id, seen)
        except AppError:
            return
        if html is not None:
            seen, said = progress.key, monotonic()
            yield event("progress", html)
        if progress.run.is_over:
            yield event("done", None)
            return
        if monotonic() - said > PING_SECONDS:
            said = monotonic()
            yield PING
        await asyncio.sleep(POLL_SECONDS)


def _look(actor: Actor, run_id: UUID, seen: tuple[object, ...] | None) -> tuple[Progress, str | None]:
    """The run's state, and its HTML if that is new; the door is asked again each time."""
    with with_workspace(actor.workspace_id, person_id=actor.user_id):
        role = belonging(actor.workspace_id, actor.user_id).role
        Actor(actor.user_id, actor.workspace_id, role).require(Ability.CONTENT_READ)
        progress = progress_of(get_run(run_id))
    if progress.key == seen:
        return progress, None
    return progress, render_to_string("evals/run_show.html#progress", {"progress": progress})
