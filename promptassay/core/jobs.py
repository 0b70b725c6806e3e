"""Background jobs: how they are enqueued with the data they need, and how they learn that the worker stops.

A job's arguments are ids and nothing else: the queue is a global table.
"""

import asyncio
from typing import Any
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

_stopping: asyncio.Event | None = None


def enqueue(name: str, **ids: str | UUID) -> int:
    """Put a job in the queue inside the caller's transaction: it exists exactly if the data does.

    Returns the job's number.
    """
    arguments: dict[str, Any] = {key: str(value) for key, value in ids.items()}
    return app.configure_task(name, allow_unknown=False).defer(**arguments)


def enqueue_once(name: str, *, after: float = 0.0, **ids: str | UUID) -> bool:
    """The same unless a job of this name with these ids waits already; it starts `after` so many seconds or later."""
    arguments: dict[str, Any] = {key: str(value) for key, value in ids.items()}
    lock = ":".join([name, *arguments.values()])
    task = app.configure_task(name, allow_unknown=False, queueing_lock=lock, schedule_in={"seconds": round(after)})
    try:
        with transaction.atomic():
            task.defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def stopping() -> asyncio.Event:
    """Set when this process's worker is about to stop: jobs put down their work in good order and return."""
    global _stopping
    if _stopping is None:
        _stopping = asyncio.Event()
    return _stopping
