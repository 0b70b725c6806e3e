"""Drives one run: keeps as many cells in flight as the suite allows, and everything else off their path.

Cells are leased and results stored in batches, by two statements that overlap with the calls in flight. A killed
driver loses only what was in flight; its leases run out and any other driver goes on.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError

from promptassay.core.errors import AppError
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.evals.engine.cells import LEASE_SECONDS, CellStore, Lease, Progress, Result
from promptassay.evals.engine.execute import Targets, Waits, run_cell
from promptassay.evals.engine.plan import RunPlan, load_plan
from promptassay.providers.gateway import Gateway
from promptassay.providers.services import open_target
from promptassay.providers.wire import Target

log = logging.getLogger("promptassay.evals")
T = TypeVar("T")

FLUSH_SECONDS = 0.05
RENEW_SECONDS = LEASE_SECONDS / 3
WATCH_SECONDS = 1.0
DATABASE_PATIENCE = (0.1, 0.2, 0.5, *[1.0] * 300)


class Driver:
    """One pass over a run. `stopping` is set when the worker shuts down: leases are then given back."""

    def __init__(self, plan: RunPlan, gateway: Gateway, stopping: asyncio.Event) -> None:
        self.plan = plan
        self.gateway = gateway
        self.stopping = stopping
        self.store = CellStore(plan.actor.workspace_id, plan.run_id, plan.actor.user_id)
        self.waiting: deque[tuple[Lease, Targets]] = deque()
        self.flying: dict[asyncio.Task[Result], Lease] = {}
        self.results: list[Result] = []
        self.leasing: asyncio.Task[list[tuple[Lease, Targets]]] | None = None
        self.storing: asyncio.Task[Progress] | None = None
        self.exhausted = False
        self.over = False
        self.ended: list[asyncio.Task[Result]] = []
        self.waits = Waits()
        self.wake = asyncio.Event()

    async def drive(self) -> bool:
        """Work until the run is over (True) or the worker stops (False)."""
        helpers = [asyncio.create_task(self._keep_leases()), asyncio.create_task(self._wake_when_stopping())]
        try:
            while not self.over and not self.stopping.is_set():
                self._start_calls()
                self._start_leasing()
                self._start_storing()
                if self._idle() and await self._finished():
                    break
                await self._wait()
            return self.over or not self.stopping.is_set()
        finally:
            for helper in helpers:
                helper.cancel()
            await self._wind_down()

    def _start_calls(self) -> None:
        while self.waiting and len(self.flying) < self.plan.concurrency:
            lease, targets = self.waiting.popleft()
            task = asyncio.create_task(run_cell(self.plan, lease, targets, self.gateway, self.waits))
            self.flying[task] = lease
            task.add_done_callback(self._landed)

    def _landed(self, task: "asyncio.Task[Result]") -> None:
        self.ended.append(task)
        self.wake.set()

    def _start_leasing(self) -> None:
        # The next batch is fetched while the present one runs: no call waits for the database.
        if self.leasing is None and not self.exhausted and len(self.waiting) <= self.plan.concurrency // 2:
            self.leasing = asyncio.create_task(self._database(self._lease))
            self.leasing.add_done_callback(lambda _: self.wake.set())

    def _start_storing(self) -> None:
        if self.storing is None and self.results:
            batch, self.results = self.results, []
            self.storing = asyncio.create_task(self._database(lambda: self.store.store(batch)))
            self.storing.add_done_callback(lambda _: self.wake.set())

    def _idle(self) -> bool:
        return self.exhausted and not (self.flying or self.waiting or self.results or self.leasing or self.storing)

    async def _wait(self) -> None:
        """Sleep until something ends; results gather for a moment, so that one statement stores many."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), WATCH_SECONDS)
        if self.flying and not self.waiting and self.leasing is None and self.storing is None:
            await asyncio.sleep(FLUSH_SECONDS)
        self.wake.clear()
        self._gather()

    async def _wake_when_stopping(self) -> None:
        await self.stopping.wait()
        self.wake.set()

    def _gather(self) -> None:
        ended, self.ended = self.ended, []
        for task in ended:
            lease = self.flying.pop(task, None)
            if lease is not None and not task.cancelled():
                self.results.append(_result_of(task, lease))
        if self.leasing is not None and self.leasing.done():
            batch = self.leasing.result()
            self.leasing = None
            self.waiting.extend(batch)
            self.exhausted = not batch
        if self.storing is not None and self.storing.done():
            self._note(self.storing.result())
            self.storing = None

    def _note(self, progress: Progress) -> None:
        if progress.status not in ("queued", "running"):
            self.over = True

    def _lease(self) -> list[tuple[Lease, Targets]]:
        leases = self.store.lease(max(self.plan.concurrency, 16))
        if not leases:
            return []
        targets = self._open(leases)
        return [(lease, targets) for lease in leases]

    def _open(self, leases: list[Lease]) -> Targets:
        """Open each model's key for the calls of this batch: one ledger entry says how many."""
        counts: dict[int, int] = {}
        for lease in leases:
            counts[lease.model_index] = counts.get(lease.model_index, 0) + 1
        models = {
            index: self._opened(self.plan.models[index].reference, "run", calls) for index, calls in counts.items()
        }
        judge = self._opened(self.plan.judge.reference, "judge", len(leases)) if self.plan.judge else None
        return Targets(models, judge)

    def _opened(self, reference: str, purpose: str, calls: int) -> Target | AppError:
        try:
            return open_target(self.plan.actor, reference, purpose=purpose, subject_id=self.plan.run_id, calls=calls)
        except AppError as error:
            return error

    async def _finished(self) -> bool:
        """Nothing is left for this driver: close the run, or wait for cells that another driver holds."""
        still_open, hopeless = await self._database(self.store.open_cells)
        if hopeless:
            await self._database(lambda: self._give_up(hopeless))
            return False
        if still_open:
            await asyncio.sleep(WATCH_SECONDS / 2)
            self.exhausted = False
            return False
        await self._database(self.store.finish)
        return True

    def _give_up(self, cells: list[UUID]) -> Progress:
        reason = {
            "kind": "gave_up",
            "message": "This cell was tried several times and the worker stopped each time.",
            "why": "Something in it takes the worker down, such as an answer that needs too much memory.",
            "next_step": "Look at the worker's log, then run the suite again.",
        }
        leases = self.store.adopt(cells)
        return self.store.store([Result(lease, "error", error_kind="gave_up", error=reason) for lease in leases])

    async def _keep_leases(self) -> None:
        """Renew leases in time, notice a cancelled run within a second, and say what the calls wait for."""
        since = told = 0.0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            since += WATCH_SECONDS
            tokens = self._tokens() if since >= RENEW_SECONDS else []
            since = 0.0 if tokens else since
            told = await self._tell_wait(told)
            self._note(await self._database(lambda held=tokens: self.store.renew(held)))  # type: ignore[misc]
            if self.over:
                for task in self.flying:
                    task.cancel()
                return

    async def _tell_wait(self, told: float) -> float:
        """Write down until when the provider wants to be left alone, if that is news; returns what is told now."""
        until, host = self.waits.until, self.waits.host
        left = until - asyncio.get_running_loop().time()
        if left < WATCH_SECONDS or until - told < WATCH_SECONDS:
            return told
        await self._database(lambda: self.store.note_wait(left, host))
        return until

    def _tokens(self) -> list[UUID]:
        held = {lease.token for lease in self.flying.values()} | {lease.token for lease, _ in self.waiting}
        return [*held, *{result.lease.token for result in self.results}]

    async def _wind_down(self) -> None:
        """Stop the calls in flight, keep the results there are, and give the other cells back."""
        for task in self.flying:
            task.cancel()
        await asyncio.gather(*self.flying, return_exceptions=True)
        tasks = [task for task in (self.leasing, self.storing) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.over:
            return
        held = set(self._tokens())
        self._gather()
        held |= set(self._tokens())
        if self.results:
            await self._database(lambda: self.store.store(self.results))
        if held:
            await self._database(lambda: self.store.release(list(held)))

    async def _database(self, function: Callable[[], T]) -> T:
        """Run a statement in the workspace's context, waiting for a database that is away for some minutes."""

        def inside() -> T:
            with with_workspace(self.plan.actor.workspace_id, person_id=self.plan.actor.user_id):
                return function()

        return await patiently(inside)


async def drive_run(workspace_id: UUID, run_id: UUID, gateway: Gateway, stopping: asyncio.Event) -> bool:
    """Drive a run until it is over; False when the worker stopped first and the run has to go on elsewhere."""

    def load() -> RunPlan | None:
        with with_workspace(workspace_id):
            plan = load_plan(workspace_id, run_id)
            if plan is None or not CellStore(workspace_id, run_id, plan.actor.user_id).begin():
                return None
            return plan

    try:
        plan = await patiently(load)
    except AppError as error:
        reason = str(error)
        await patiently(lambda: _stop(workspace_id, run_id, reason))
        return True
    if plan is None:
        return True
    return await Driver(plan, gateway, stopping).drive()


def _stop(workspace_id: UUID, run_id: UUID, message: str) -> None:
    with with_workspace(workspace_id):
        CellStore(workspace_id, run_id, None).stop(message)


async def patiently(function: Callable[[], T]) -> T:
    """Run database work in a thread; while the database is away, try again."""
    for wait in (*DATABASE_PATIENCE, None):
        try:
            return await in_thread(function)
        except (OperationalError, InterfaceError) as error:
            if wait is None:
                raise
            log.warning("the database is away, trying again: %s", type(error.__cause__ or error).__name__)
            await asyncio.sleep(wait)
    raise AssertionError("unreachable")


def _result_of(task: "asyncio.Task[Result]", lease: Lease) -> Result:
    error = task.exception()
    if error is None:
        return task.result()
    # A defect of ours must not stop the run; its text may hold content, so only its type is kept.
    log.error("a cell failed unexpectedly: %s", type(error).__name__, exc_info=None)
    reason = {
        "kind": "internal",
        "message": "PromptAssay failed on this cell.",
        "why": f"An internal error ({type(error).__name__}).",
        "next_step": "Report it with the version of PromptAssay.",
    }
    return Result(lease, "error", error_kind="internal", error=reason)
