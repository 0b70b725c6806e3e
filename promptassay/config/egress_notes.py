"""What a process that serves does about the egress ledger: it writes down every few seconds what it has counted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.db import Error

from promptassay.core.threads import in_thread, repeated
from promptassay.providers import departures


@asynccontextmanager
async def counted() -> AsyncIterator[None]:
    """For the time of the block, and once more at its end, when the last call is over."""
    try:
        async with repeated(departures.EVERY_S, departures.write_down):
            yield
    finally:
        with contextlib.suppress(Error, TimeoutError):
            await asyncio.wait_for(in_thread(departures.write_down), 2)
