"""What a process that serves does about master keys: it reads them again and says which ones it holds."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from django.conf import settings
from django.db import Error

from promptassay.core.ids import uuid7
from promptassay.core.threads import in_thread, repeated
from promptassay.workspaces.master_keys import NOTED_EVERY_S, forget_holder, note_holder


@asynccontextmanager
async def noted(kind: str) -> AsyncIterator[None]:
    """For the time of the block, say every few seconds which master keys this process holds."""
    holder, name = uuid7(), f"{kind} {os.getpid()} on {socket.gethostname()}"

    try:
        async with repeated(NOTED_EVERY_S, partial(note_holder, holder, name, settings.MASTER_KEYS)):
            yield
    finally:
        with contextlib.suppress(Error, TimeoutError):
            await asyncio.wait_for(in_thread(forget_holder, holder), 2)
