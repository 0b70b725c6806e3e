"""The queue asks each key's provider once a day, each at a time of its own, and never twice at once."""

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from promptassay.providers import jobs
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import record_list
from promptassay.workspaces.queries import every_workspace
from tests.people import Person
from tests.providers.factories import infos, make_key

pytestmark = pytest.mark.django_db


def test_every_workspace_is_found_through_its_people(alice: Person, bob: Person) -> None:
    bob.join(alice, role=alice.role)
    assert list(every_workspace(canaries=False)) == [alice.workspace.id, bob.workspace.id]


def test_keys_that_were_not_asked_for_a_day_are_put_in_the_queue_once(alice: Person, bob: Person) -> None:
    never, fresh, stale = make_key(alice), make_key(bob, name="fresh"), make_key(bob, name="stale")
    with bob.inside():
        record_list(bob.actor, fresh.id, result="ok", models=infos("m"))
        record_list(bob.actor, stale.id, result="unreachable")
        ProviderKey.objects.filter(pk=stale.id).update(tested_at=datetime.now(UTC) - timedelta(hours=25))
    assert jobs.enqueue_stale_keys() == 2
    assert jobs.enqueue_stale_keys() == 0, "they wait already"
    found = list(ProcrastinateJob.objects.order_by("id"))
    assert [job.args for job in found] == [
        {"workspace_id": str(alice.workspace.id), "key_id": str(never.id)},
        {"workspace_id": str(bob.workspace.id), "key_id": str(stale.id)},
    ]
    hour = datetime.now(UTC) + timedelta(hours=1)
    assert all(job.queue_name == "upkeep" and job.scheduled_at is not None and job.scheduled_at < hour for job in found)


def test_the_queue_looks_each_hour() -> None:
    periodic = app.periodic_registry.periodic_tasks
    assert [task.cron for (name, _), task in periodic.items() if name == "providers.find_stale_keys"] == ["17 * * * *"]
