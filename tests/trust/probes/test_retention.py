"""The probe of what is kept of answers: it holds, leaves nothing behind, and each way of keeping one turns it red."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import transaction

from promptassay.core.jobs import enqueue
from promptassay.core.threads import in_thread
from promptassay.evals.engine import cells, execute
from promptassay.providers.gateway import Gateway
from promptassay.providers.wire import Event, TextDelta
from promptassay.trust import services
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.probes import Canaries, retention
from tests import environment

JOBS = "procrastinate_jobs.args"
pytestmark = pytest.mark.usefixtures("committed", "quick")


@pytest.fixture
def canaries() -> Canaries:
    return ensure_canaries()


def keep_answers(monkeypatch: pytest.MonkeyPatch, keep: Callable[[str], None]) -> None:
    """From now on the gateway hands each streamed answer to somebody who keeps it."""
    real = Gateway.stream

    async def stream(self: Gateway, *args: Any, **kwargs: Any) -> AsyncIterator[Event]:
        heard = ""
        async with aclosing(real(self, *args, **kwargs)) as events:
            async for event in events:
                heard += event.text if isinstance(event, TextDelta) else ""
                yield event
        await in_thread(keep, heard)

    monkeypatch.setattr(Gateway, "stream", stream)


def found() -> str:
    """What the red proof says."""
    run = services.prove("retention-markers")
    assert run.verdict == "failed" and run.counts["came through"] + run.counts["outputs left"] > 0
    return str(run.found)


def test_nothing_is_kept_but_outputs_of_runs_and_nothing_is_left_behind(canaries: Canaries) -> None:
    before = dump()
    outcome = retention.markers(canaries)
    assert (outcome.verdict, outcome.found) == ("held", "")
    counts = outcome.counts
    assert counts["answers heard"] == counts["calls failed"] == counts["actions"] - 1 == 8
    assert counts["calls cancelled"] == 9, "each stream, and the run"
    assert counts["tables searched"] > 50 and counts["rows searched"] > 60 and counts["log lines searched"] > 7
    assert (counts["outputs found"], counts["outputs left"], counts["came through"]) == (2, 0, 0)
    assert dump() == before, "no row of any table is there that was not, ledgers included"
    assert logging.root.level == logging.WARNING


def dump() -> dict[str, object]:
    """Every table, counted and hashed, as the superuser sees it."""
    with psycopg.connect(environment.superuser_url()) as superuser:
        names = superuser.execute("SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'").fetchall()
        hashed = "SELECT count(*), sum(hashtext(t::text)::bigint) FROM {} t"
        return {name: superuser.execute(hashed.format(name)).fetchone() for (name,) in names}


def test_an_answer_in_a_job_or_a_file_turns_red(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def keep(text: str) -> None:
        enqueue("providers.refresh_key", workspace_id=text, key_id="0")
        with (tmp_path / "answers").open("a") as file:
            file.write(text)

    keep_answers(monkeypatch, keep)
    kept = found().split("; ")
    assert kept == [f"{place} holds what a model said" for place in (f"a file in {tmp_path.name}", JOBS)]


def test_a_logged_answer_turns_red(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Also one that is only logged when the transaction commits, which in a round it never does."""

    def keep(text: str) -> None:
        transaction.on_commit(lambda: logging.getLogger("promptassay.prompts").debug("it said %s", text))

    keep_answers(monkeypatch, keep)
    assert found() == "the log holds what a model said"
    assert capfd.readouterr().err == "", "nobody else's log got longer"


def test_an_output_in_another_column_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    real = cells._row

    def row(result: Any) -> dict[str, Any]:
        return {**real(result), "error_kind": result.output[:40]}

    monkeypatch.setattr(cells, "_row", row)
    assert found() == "evals_cell.error_kind holds what a model said"


def test_an_output_that_outlives_its_run_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    def delete(actor: object, run: object) -> UUID | None:
        return None

    monkeypatch.setattr(retention, "delete_run", delete)
    assert "evals_output.output still holds an output of a deleted run" in found()


def test_a_search_that_cannot_find_the_output_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    real = execute._keep

    def forget(completion: Any, result: Any) -> None:
        real(completion, result)
        result.output = ""

    monkeypatch.setattr(execute, "_keep", forget)
    run = services.prove("retention-markers")
    assert run.verdict == "error" and "output was not found" in run.found
