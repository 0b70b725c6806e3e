"""Background jobs: their names, how they are enqueued with the data they need, and the app that runs them.

A job's arguments are ids and nothing else: the queue is a global table.
"""

from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app


def enqueue(name: str, **ids: str | UUID) -> int:
    """Put a job in the queue inside the caller's transaction: it exists exactly if the data does.

    Returns the job's number.
    """
    arguments: dict[str, Any] = {key: str(value) for key, value in ids.items()}
    return app.configure_task(name, allow_unknown=False).defer(**arguments)
