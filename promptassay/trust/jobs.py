"""The doors through which the queue comes: rounds of proofs here, and those that parts of the app declare."""

import asyncio
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from procrastinate.contrib.django import app

from promptassay.core.threads import in_thread
from promptassay.trust import services
from promptassay.trust.status.jobs import measure

__all__ = ["measure", "prove_round"]

# Worker and web process start together, and the worker is ready first: so long a round waits for the other.
_STARTING_S: Final = 20.0
_AGAIN_S: Final = 0.5


@app.periodic(cron="*/5 * * * *")
@app.task(name="trust.prove_round", queue="upkeep", queueing_lock="trust.prove_round")
async def prove_round(timestamp: int) -> None:
    """Run every probe once. `timestamp` is the queue's."""
    await _until_somebody_listens()
    await in_thread(services.prove_all)


async def _until_somebody_listens() -> None:
    """Wait for a web process that is starting; a round goes on without one, and its proofs by HTTP say so."""
    parts = urlsplit(settings.INTERNAL_URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    with suppress(TimeoutError):
        async with asyncio.timeout(_STARTING_S):
            while not await _listens(parts.hostname or "", port):  # noqa: ASYNC110 - another process has no event
                await asyncio.sleep(_AGAIN_S)


async def _listens(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
