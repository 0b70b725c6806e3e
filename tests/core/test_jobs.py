"""Jobs exist exactly if the data does, and their arguments are ids."""

import asyncio
from uuid import uuid4

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import TaskNotFound

from promptassay.core import jobs
from promptassay.core.jobs import enqueue, enqueue_once, stopping

TASK = "evals.drive_run"


def _jobs() -> list[dict[str, str]]:
    return [job.args for job in ProcrastinateJob.objects.order_by("id")]


@pytest.mark.django_db
def test_a_job_holds_ids_as_text() -> None:
    workspace_id, run_id = uuid4(), uuid4()
    number = enqueue(TASK, workspace_id=workspace_id, run_id=run_id)
    job = ProcrastinateJob.objects.get(pk=number)
    assert (job.task_name, job.queue_name, job.status) == (TASK, "runs", "todo")
    assert job.args == {"workspace_id": str(workspace_id), "run_id": str(run_id)}


@pytest.mark.django_db
def test_a_job_of_a_transaction_that_is_undone_was_never_there() -> None:
    def fails() -> None:
        with transaction.atomic():
            enqueue(TASK, workspace_id=uuid4(), run_id=uuid4())
            assert len(_jobs()) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert _jobs() == []


@pytest.mark.django_db
def test_a_job_that_waits_already_is_not_put_there_twice() -> None:
    ids = {"workspace_id": uuid4(), "run_id": uuid4()}
    with transaction.atomic():
        assert enqueue_once(TASK, after=60, **ids)
        assert not enqueue_once(TASK, after=60, **ids)
        assert enqueue_once(TASK, workspace_id=uuid4(), run_id=uuid4())
    assert len(_jobs()) == 2


@pytest.mark.usefixtures("committed")
def test_nobody_sees_a_job_before_the_commit() -> None:
    import os

    import psycopg

    count = "SELECT count(*) FROM procrastinate_jobs"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as worker:
        with transaction.atomic():
            enqueue(TASK, workspace_id=uuid4(), run_id=uuid4())
            assert worker.execute(count).fetchone() == (0,)
        assert worker.execute(count).fetchone() == (1,)
    connection.close()


@pytest.mark.django_db
def test_an_unknown_task_is_an_error_at_once() -> None:
    with pytest.raises(TaskNotFound):
        enqueue("evals.no_such_task", run_id=uuid4())
    assert _jobs() == []


async def test_one_event_says_that_the_worker_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_stopping", None)
    assert stopping() is stopping()
    assert not stopping().is_set()
    waiting = asyncio.create_task(stopping().wait())
    stopping().set()
    assert await asyncio.wait_for(waiting, 5)
