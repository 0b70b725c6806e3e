"""The doors through which the queue asks providers for their models: each key about once a day."""

import random
from datetime import timedelta
from typing import Final
from uuid import UUID

from procrastinate.contrib.django import app

from promptassay.core.jobs import enqueue_once
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.providers import queries
from promptassay.providers.process import gateway
from promptassay.providers.refreshing import refresh
from promptassay.workspaces.queries import every_workspace

A_DAY: Final = timedelta(hours=24)
# Keys that fall due together are not asked together.
SPREAD_S: Final = 50 * 60


@app.periodic(cron="17 * * * *")
@app.task(name="providers.find_stale_keys", queue="upkeep")
async def find_stale_keys(timestamp: int) -> None:
    """Each hour: put a job in the queue for every key that was not asked for a day. `timestamp` is the queue's."""
    await in_thread(enqueue_stale_keys)


@app.task(name="providers.refresh_key", queue="upkeep")
async def refresh_key(workspace_id: str, key_id: str) -> None:
    """Ask one key's provider for its models. However that ends, it is kept with the key, and the job is done."""
    await refresh(UUID(workspace_id), UUID(key_id), gateway())


def enqueue_stale_keys() -> int:
    """The number of jobs that were put in the queue."""
    found = 0
    for workspace_id in every_workspace(canaries=False):
        with with_workspace(workspace_id):
            for key_id in queries.keys_to_ask(older_than=A_DAY):
                wait = random.uniform(0, SPREAD_S)  # noqa: S311 - jitter
                found += enqueue_once("providers.refresh_key", after=wait, workspace_id=workspace_id, key_id=key_id)
    return found
