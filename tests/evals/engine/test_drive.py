"""Driving runs: complete, exactly once, through errors, cancellation and lost workers."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from promptassay.core.ids import uuid7
from promptassay.core.secret import Secret
from promptassay.evals.engine import drive as driving
from promptassay.evals.engine.cells import GIVE_UP_AFTER, CellStore, Result
from promptassay.evals.engine.drive import drive_run
from promptassay.evals.models import Cell, CellOutput, Run
from promptassay.evals.services import cancel_run, start_run
from promptassay.prompts.models import Version
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.gateway import Gateway
from promptassay.providers.models import KeyUse
from promptassay.providers.services import add_key, delete_key
from promptassay.usage.models import ModelCall
from tests.evals.factories import make_prompt, make_suite
from tests.people import Person, sign_up

pytestmark = pytest.mark.django_db(transaction=True)

KEY = Secret("test-key-of-nobody-0123456789")


@pytest.fixture
def alice(transactional_db: None) -> Person:
    return sign_up("alice@example.com")


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with run_in_thread() as provider:
        yield provider


def a_run(alice: Person, fake: FakeProvider | None, *, cases: int = 20, model: str = "gpt-test", **suite: Any) -> Run:
    """A queued run against the fake provider, or the demo's when there is none."""
    with alice.inside():
        reference = "demo/demo-small"
        if fake is not None:
            key = add_key(
                alice.actor,
                provider="compatible",
                name=f"fake {uuid7()}",
                secret=KEY,
                base_url=fake.openai_url,
            )
            reference = f"{key.id}/{model}"
        suite.setdefault("concurrency", 8)
        made = make_suite(
            alice.actor, make_prompt(alice.actor, texts=["Say ok about {{ticket}}."]), cases=cases, **suite
        )
        versions = list(Version.objects.filter(prompt_id=made.prompt_id))
        return start_run(alice.actor, made, versions=versions, models=[reference])


def drive(run: Run, meanwhile: Callable[[asyncio.Event], Coroutine[Any, Any, None]] | None = None) -> bool:
    """Drive a run as a worker does; `meanwhile` runs beside it and may set the stop event."""

    async def work() -> bool:
        stopping = asyncio.Event()
        async with Gateway(allowed=frozenset({"127.0.0.1"})) as gateway:
            other = asyncio.create_task(meanwhile(stopping)) if meanwhile else None
            try:
                return await asyncio.wait_for(drive_run(run.workspace_id, run.id, gateway, stopping), 30)
            finally:
                if other is not None:
                    await other

    return asyncio.run(work())


def reread(alice: Person, run: Run) -> Run:
    with alice.inside():
        return Run.objects.get(pk=run.pk)


def assert_counted_once(alice: Person, run: Run) -> Run:
    """The run's counters, its cells, its outputs and the usage ledger say the same."""
    with alice.inside():
        run = Run.objects.get(pk=run.pk)
        done = Cell.objects.filter(run=run, status__in=["done", "error"])
        assert run.done == done.count() == CellOutput.objects.filter(run=run).count()
        assert run.passed == done.filter(passed=True).count()
        assert run.errors == done.filter(status="error").count()
        assert run.calls == ModelCall.objects.filter(subject_id=run.id).count()
    return run


def test_a_run_on_the_demo_provider_ends_complete(alice: Person) -> None:
    run = a_run(alice, None)
    assert drive(run)
    run = assert_counted_once(alice, run)
    assert (run.status, run.done, run.total, run.errors) == ("finished", 20, 20, 0)


def test_a_run_calls_the_provider_once_for_each_cell(alice: Person, fake: FakeProvider) -> None:
    fake.control({"mode": "text", "text": "a refund is due"})
    run = a_run(alice, fake)
    assert drive(run)
    run = assert_counted_once(alice, run)
    assert (run.status, run.passed) == ("finished", 20)
    assert len(fake.received) == 20
    with alice.inside():
        noted = {use.id: use.calls for use in KeyUse.objects.filter(subject_id=run.id)}
        counted = Counter(ModelCall.objects.filter(subject_id=run.id).values_list("use_id", flat=True))
    assert counted == noted
    assert fake.peak <= 8
    with alice.inside():
        assert sum(use.calls for use in KeyUse.objects.filter(subject_id=run.id)) == 20


def test_provider_errors_are_errors_and_never_verdicts(alice: Person, fake: FakeProvider) -> None:
    run = a_run(alice, fake, model="gpt-test!401", cases=3)
    assert drive(run)
    run = assert_counted_once(alice, run)
    assert (run.status, run.errors, run.passed) == ("finished", 3, 0)
    with alice.inside():
        cell = Cell.objects.filter(run=run).first()
        assert cell is not None
        assert (cell.passed, cell.error_kind) == (None, "wrong_key")
        output = CellOutput.objects.filter(run=run).first()
        assert output is not None
        assert output.error
        assert output.error["next_step"]


def test_a_busy_provider_is_waited_for(alice: Person, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptassay.evals.engine.execute.BUSY_WAITS", (0.01,) * 5)
    fake.control({"mode": "text", "text": "refund", "schedule": ["429"] * 6})
    run = a_run(alice, fake, cases=2, concurrency=1)
    assert drive(run)
    assert assert_counted_once(alice, run).passed == 2


def test_a_run_says_that_the_provider_wants_a_pause(
    alice: Person, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promptassay.evals.engine.drive.WATCH_SECONDS", 0.1)
    fake.control({"mode": "text", "text": "refund", "schedule": ["429-after-2"]})
    run = a_run(alice, fake, cases=1)
    drive(run)
    found = assert_counted_once(alice, run)
    assert found.waits_until is not None and found.waits_for == f"127.0.0.1:{fake.port}"


def test_a_deleted_key_is_an_error_that_says_so(alice: Person, fake: FakeProvider) -> None:
    run = a_run(alice, fake, cases=2)
    with alice.inside():
        delete_key(alice.actor, UUID(run.config["models"][0]["reference"].split("/")[0]))
    assert drive(run)
    assert assert_counted_once(alice, run).errors == 2
    assert not fake.received


def test_a_judge_scores_and_its_calls_are_counted(alice: Person) -> None:
    rubric = {"criteria": [{"name": "clarity", "description": "Is it clear?", "weight": 1}], "threshold": 0}
    run = a_run(alice, None, cases=3, rubric=rubric, judge="demo/demo-large", checks=[])
    assert drive(run)
    run = assert_counted_once(alice, run)
    assert (run.errors, run.calls) == (0, 6)
    with alice.inside():
        assert all(cell.score is not None for cell in Cell.objects.filter(run=run))


def test_a_judge_without_a_verdict_is_an_error_after_one_repair(alice: Person, fake: FakeProvider) -> None:
    fake.control({"mode": "text", "text": "no scores here"})
    rubric = {"criteria": [{"name": "clarity", "description": "Is it clear?", "weight": 1}], "threshold": 5}
    with alice.inside():
        key = add_key(alice.actor, provider="compatible", name="judge", secret=KEY, base_url=fake.openai_url)
    run = a_run(alice, None, cases=1, rubric=rubric, judge=f"{key.id}/judge", checks=[])
    assert drive(run)
    run = assert_counted_once(alice, run)
    assert (run.errors, run.calls, len(fake.received)) == (1, 3, 2)
    with alice.inside():
        assert Cell.objects.get(run=run).error_kind == "judge_malformed"


def test_cancelling_stops_the_calls_in_flight(alice: Person, fake: FakeProvider) -> None:
    fake.control({"latency": 30})
    run = a_run(alice, fake, cases=20)

    async def cancel(stopping: asyncio.Event) -> None:
        while len(fake.received) < 8:
            await asyncio.sleep(0.01)

        def now() -> None:
            with alice.inside():
                cancel_run(alice.actor, Run.objects.get(pk=run.pk))
            connection.close()

        await asyncio.to_thread(now)

    assert drive(run, cancel)
    run = assert_counted_once(alice, run)
    assert (run.status, run.done) == ("cancelled", 0)
    assert len(fake.received) == 8
    assert all(entry.closed_early for entry in fake.received)


def test_a_stopping_worker_gives_its_cells_back(alice: Person, fake: FakeProvider) -> None:
    fake.control({"latency": 30})
    run = a_run(alice, fake, cases=20)

    async def stop(stopping: asyncio.Event) -> None:
        while len(fake.received) < 8:
            await asyncio.sleep(0.01)
        stopping.set()

    assert drive(run, stop) is False
    with alice.inside():
        assert set(Cell.objects.filter(run=run).values_list("status", "attempt")) == {("queued", 0)}
    fake.control({"latency": 0, "mode": "text", "text": "refund"})
    assert drive(run)
    assert assert_counted_once(alice, run).passed == 20


def test_cells_of_a_dead_worker_are_worked_again_and_its_late_results_dropped(alice: Person) -> None:
    run = a_run(alice, None, cases=6)
    store = CellStore(run.workspace_id, run.id, alice.user.pk)
    with alice.inside():
        store.begin()
        leases = store.lease(4)
    expire_leases(alice)
    assert drive(run)
    with alice.inside():
        late = [Result(lease, "done", passed=True, output="too late") for lease in leases]
        assert store.store(late).done == 6
        assert not CellOutput.objects.filter(output="too late").exists()
        assert set(Cell.objects.filter(run=run).values_list("attempt", flat=True)) == {1, 2}
    assert assert_counted_once(alice, run).done == 6


def test_a_result_stored_twice_counts_once(alice: Person) -> None:
    run = a_run(alice, None, cases=2)
    store = CellStore(run.workspace_id, run.id, alice.user.pk)
    with alice.inside():
        store.begin()
        [lease] = store.lease(1)
        result = Result(lease, "done", passed=True, output="once")
        assert store.store([result]).done == 1
        assert store.store([result]).done == 1
    assert_counted_once(alice, run)


def test_a_cell_that_kills_its_worker_again_and_again_is_given_up(alice: Person) -> None:
    run = a_run(alice, None, cases=2)
    with alice.inside():
        bad = Cell.objects.filter(run=run).first()
        assert bad is not None
        Cell.objects.filter(pk=bad.pk).update(attempt=GIVE_UP_AFTER)
    assert drive(run)
    run = assert_counted_once(alice, run)
    assert (run.status, run.errors) == ("finished", 1)
    with alice.inside():
        assert Cell.objects.get(pk=bad.pk).error_kind == "gave_up"


def test_two_drivers_share_a_run(alice: Person, fake: FakeProvider) -> None:
    fake.control({"latency": 0.01, "mode": "text", "text": "refund"})
    run = a_run(alice, fake, cases=60)

    async def both() -> None:
        async with Gateway(allowed=frozenset({"127.0.0.1"})) as gateway:
            stop = asyncio.Event()
            await asyncio.gather(*(drive_run(run.workspace_id, run.id, gateway, stop) for _ in range(2)))

    asyncio.run(both())
    assert assert_counted_once(alice, run).passed == 60
    assert len(fake.received) == 60


def test_hostile_output_is_stored_as_text(alice: Person, fake: FakeProvider) -> None:
    fake.control({"mode": "text", "text": "refund \x00 <script>"})
    run = a_run(alice, fake, cases=1)
    assert drive(run)
    assert_counted_once(alice, run)
    with alice.inside():
        assert "\ufffd <script>" in CellOutput.objects.get(run=run).output


def test_a_run_that_is_over_is_left_alone(alice: Person) -> None:
    run = a_run(alice, None, cases=1)
    assert drive(run)
    finished = reread(alice, run).finished_at
    assert drive(run)
    assert reread(alice, run).finished_at == finished


def expire_leases(alice: Person) -> None:
    """As if the leases' time had passed."""
    with alice.inside(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evals_cell SET leased_until = clock_timestamp() - interval '1 second' WHERE status = 'leased'"
        )


def test_the_constants_fit_together() -> None:
    assert driving.RENEW_SECONDS * 2 < 15
