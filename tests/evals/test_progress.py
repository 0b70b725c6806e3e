"""The live stream of a run."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string

from promptassay.core.ids import uuid7
from promptassay.core.threads import in_thread
from promptassay.evals import progress
from promptassay.evals.models import Run
from promptassay.evals.progress import follow, progress_of
from promptassay.evals.services import cancel_run, delete_run
from tests.evals.factories import finish_run, make_run, make_suite
from tests.people import Person

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll at once, so that no test waits."""
    monkeypatch.setattr(progress, "POLL_SECONDS", 0.01)


def events(chunks: list[bytes]) -> list[tuple[str, object]]:
    """The events of a stream, comments left out."""
    found = []
    for chunk in chunks:
        if not chunk.startswith(b":"):
            name, data = chunk.decode().strip().split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def collected(person: Person, run_id: object) -> list[tuple[str, object]]:
    return events([chunk async for chunk in follow(person.actor, run_id)])  # type: ignore[arg-type]


def test_a_finished_run_says_so_at_once(alice: Person) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor), {0: False})
    found = asyncio.run(collected(alice, run.id))
    assert [name for name, _ in found] == ["progress", "done"]
    html = found[0][1]
    assert isinstance(html, str) and "1 passed" in html and "1 failed" in html and "<html" not in html


def test_the_stream_follows_what_changes_and_ends_with_the_run(alice: Person) -> None:
    with alice.inside():
        run = make_run(alice.actor, make_suite(alice.actor, cases=3))

    async def watch() -> list[tuple[str, object]]:
        chunks = []
        async for chunk in follow(alice.actor, run.id):
            chunks.append(chunk)
            if len(chunks) == 1:
                await in_thread(_advance, alice, run)
            elif len(chunks) == 2:
                await in_thread(_cancel, alice, run)
        return events(chunks)

    found = asyncio.run(watch())
    assert [name for name, _ in found] == ["progress", "progress", "progress", "done"]
    assert "<b>0</b> of 3" in str(found[0][1]) and "<b>2</b> of 3" in str(found[1][1])


def _advance(person: Person, run: Run) -> None:
    with person.inside():
        Run.objects.filter(pk=run.pk).update(status="running", started_at=datetime.now(UTC), done=2, passed=2)


def _cancel(person: Person, run: Run) -> None:
    with person.inside():
        cancel_run(person.actor, run)


def test_nothing_is_sent_twice_and_the_line_is_kept_open(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PING_SECONDS", 0.0)
    monkeypatch.setattr(progress, "STREAM_SECONDS", 0.3)
    with alice.inside():
        run = make_run(alice.actor)

    async def watch() -> list[bytes]:
        return [chunk async for chunk in follow(alice.actor, run.id)]

    chunks = asyncio.run(watch())
    assert [name for name, _ in events(chunks)] == ["progress"]
    assert b": still here\n\n" in chunks


def test_a_stranger_and_a_deleted_run_get_nothing(alice: Person, bob: Person) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor), {})
        stranger = Person(bob.user, alice.workspace, bob.client)
    assert asyncio.run(collected(stranger, run.id)) == []
    with alice.inside():
        delete_run(alice.actor, run)
    assert asyncio.run(collected(alice, run.id)) == []
    assert asyncio.run(collected(alice, uuid7())) == []


def test_speed_and_time_left_follow_from_the_counters() -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    run = Run(status="running", total=100, done=40, passed=30, errors=4, started_at=begun)
    found = progress_of(run, begun + timedelta(seconds=4))
    assert (found.rate, found.left_ms, found.failed) == (10.0, 6000.0, 6)
    assert progress_of(Run(status="running", total=5, done=0, started_at=begun)).rate is None
    assert progress_of(Run(status="finished", total=5, done=5, started_at=begun)).left_ms is None


def test_a_wait_is_shown_until_it_is_over() -> None:
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    run = Run(status=Run.Status.RUNNING, started_at=now, total=4, waits_until=now + timedelta(seconds=38.2))
    run.waits_for = "api.example.com"
    shown = progress_of(run, now)
    assert shown.waits_s == 39 and progress_of(run, now + timedelta(seconds=1)).key != shown.key
    assert progress_of(run, now + timedelta(seconds=60)).waits_s == 0
    html = render_to_string("evals/run_show.html#progress", {"progress": shown})
    assert "Calls to api.example.com are held back for 39 s more" in html
    run.status = Run.Status.CANCELLED
    assert progress_of(run, now).waits_s == 0
