"""The door through which the queue drives runs."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from promptassay.core import jobs
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.evals.engine.drive import drive_run as drive
from promptassay.providers.process import gateway

# A defect or a database that stays away fails the job; the run's cells are safe, and the job is tried again.
AGAIN = RetryStrategy(max_attempts=50, wait=5)


@app.task(name="evals.drive_run", queue="runs", retry=AGAIN)
async def drive_run(workspace_id: str, run_id: str) -> None:
    """Work off a run's cells. Several may drive one run: each cell is leased by one of them."""
    over = await drive(UUID(workspace_id), UUID(run_id), gateway(), jobs.stopping())
    if not over:
        await in_thread(_again, UUID(workspace_id), UUID(run_id))


def _again(workspace_id: UUID, run_id: UUID) -> None:
    with with_workspace(workspace_id):
        jobs.enqueue("evals.drive_run", workspace_id=workspace_id, run_id=run_id)
