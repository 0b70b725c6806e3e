"""Background jobs: how they are enqueued with the data they need, and how they learn that the worker stops.

A job's arguments are ids and nothing else: the queue is a global table.
"""

import asyncio
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

_stopping: asyncio.Event | None = None


def enqueue(name: str, **ids: str | UUID) -> int:
    """Put a job in the queue inside the caller's transaction: it exists exactly if the data does.

    Returns the job's number.
    """
    arguments: dict[str, Any] = {key: str(value) for key, value in ids.items()}
    return app.configure_task(name, allow_unknown=False).defer(**arguments)


def stopping() -> asyncio.Event:
    """Set when this process's worker is about to stop: jobs put down their work in good order and return."""
    global _stopping
    if _stopping is None:
        _stopping = asyncio.Event()
    return _stopping
