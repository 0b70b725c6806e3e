"""Rounds of measurements: every minute by the queue's clock, and by the worker itself when the queue does not come."""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from datetime import datetime
from time import perf_counter
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.providers.gateway import Gateway
from promptassay.providers.process import gateway
from promptassay.providers.queries import providers_of_keys
from promptassay.trust.status import clock, probes, services, snapshot
from promptassay.trust.status.components import COMPONENTS, MAIL, PROVIDERS, SUPABASE
from promptassay.trust.status.record import Sample, Verdict
from promptassay.workspaces.queries import every_workspace

log = logging.getLogger("promptassay.status")

# By the 20th second of a minute its job is overdue: the queue is away, or every slot of it is taken.
_OVERDUE_S: Final = 20.0
# The limits of writing a round down, and of looking for the providers that are used.
_KEEP_S: Final = 10.0
_LOOK_S: Final = 50.0
# Of a worker's time, at most one part in so many goes into looking for the providers that are used.
_LOOK_SHARE: Final = 200
# A day's worth of samples that could not be written down.
_UNKEPT: Final = 24 * 60 * len(COMPONENTS)


class Prober:
    """What one worker process knows between two rounds."""

    def __init__(self) -> None:
        self.done: datetime | None = None
        self.unkept: deque[Sample] = deque(maxlen=_UNKEPT)
        self.used: frozenset[str] = frozenset()
        self.look_at = 0.0

    async def round(self, now: datetime, through: Gateway) -> bool:
        """Measure every component once, one after the other, and write it down; False when somebody else does.

        While the database is away the samples wait here, and the status file tells them.
        """
        minute = services.minute_of(now)
        if self.done is not None and minute <= self.done:
            return False
        self.done = minute
        try:
            written = await probes.write_database(minute, now)
        except probes.AnothersRound:
            return False
        there = written.verdict is not Verdict.FAIL
        samples = [written, *(await self._of_database(minute, now, there=there))]
        if settings.SUPABASE_URL:
            samples.append(await probes.supabase(through, now))
        if settings.MAIL_CONFIGURED:
            samples.append(await probes.mail(now))
        used = await self._used(ask=there)
        samples += [await probes.provider(each, through, now) for each in PROVIDERS if each.id in used]
        samples.append(await probes.decoy_as_scheduled(through, now))
        rehearsed = await probes.rehearse(through, now)
        self.unkept.extend(samples)
        unused = unused_components(used)
        try:
            async with asyncio.timeout(_KEEP_S):
                await in_thread(services.keep, list(self.unkept), now=now, unused=unused, rehearsed=rehearsed)
            self.unkept.clear()
        except (DatabaseError, InterfaceError, TimeoutError) as error:
            log.warning("the measurements wait: the database does not take them (%s)", type(error).__name__)
        # Not in the pool for the database, which may hang.
        await asyncio.to_thread(snapshot.write_file, now, list(self.unkept), unused, rehearsed)
        return True

    async def _of_database(self, minute: datetime, now: datetime, *, there: bool) -> list[Sample]:
        """Reading and the queue; of a database that cannot be reached the queue is not asked as well."""
        read = await probes.read_database(minute, now)
        if not there and read.verdict is Verdict.FAIL:
            return [read]
        return [read, await probes.oldest_job(now)]

    async def _used(self, *, ask: bool) -> frozenset[str]:
        """The providers to measure: those that the operator names, and those that a workspace has a key for."""
        begun = perf_counter()
        if ask and begun >= self.look_at:
            with suppress(DatabaseError, InterfaceError, TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    self.used = frozenset(await in_thread(used_providers))
            ended = perf_counter()
            self.look_at = ended + _LOOK_SHARE * (ended - begun)
        return self.used | frozenset(settings.STATUS_PROVIDERS)


_prober = Prober()


async def run_round() -> bool:
    """A round for the current minute in this process; False when it was made already."""
    return await _prober.round(clock.now(), gateway())


async def watch(stopping: asyncio.Event) -> None:
    """Make the rounds that the queue does not bring, until the worker stops."""
    while not stopping.is_set():
        second = clock.now().timestamp() % 60
        with suppress(TimeoutError):
            async with asyncio.timeout((_OVERDUE_S - second) % 60 or 60):
                await stopping.wait()
                return
        try:
            await run_round()
        except Exception as error:  # noqa: BLE001 - the next minute is another one
            log.error("a round of measurements failed: %s", type(error).__name__)


def used_providers() -> set[str]:
    """The built-in providers that any workspace has a key for; stops looking when it has found them all."""
    wanted = {each.id for each in PROVIDERS}
    found: set[str] = set()
    for workspace_id in every_workspace(canaries=False):
        with with_workspace(workspace_id):
            found |= providers_of_keys() & wanted
        if found == wanted:
            break
    return found


def unused_components(used: frozenset[str]) -> list[str]:
    """The components that are not used here, and so not measured."""
    providers = {each.id for each in PROVIDERS}
    return [
        each.id
        for each in COMPONENTS
        if not each.built
        or (each == MAIL and not settings.MAIL_CONFIGURED)
        or (each == SUPABASE and not settings.SUPABASE_URL)
        or (each.id in providers and each.id not in used)
    ]
