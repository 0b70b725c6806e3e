"""The probe of what is kept of answers: it holds, leaves nothing behind, and each way of keeping one turns it red."""

import logging
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from promptassay.core.jobs import enqueue
from promptassay.evals.engine import cells, execute
from promptassay.providers.gateway import Gateway
from promptassay.trust import services
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.probes import Canaries, retention
from tests import environment
from tests.keeping import kept_by

JOBS = "procrastinate_jobs.args"
pytestmark = pytest.mark.usefixtures("committed", "quick")


@pytest.fixture
def canaries() -> Canaries:
    return ensure_canaries()


def found() -> str:
    """What the red proof says."""
    run = services.prove("retention-markers")
    assert run.verdict == "failed" and run.counts["came through"] + run.counts["outputs left"] > 0
    return str(run.found)


def test_nothing_is_kept_but_outputs_of_runs_and_nothing_is_left_behind(canaries: Canaries) -> None:
    before = environment.fingerprint()
    outcome = retention.markers(canaries)
    assert (outcome.verdict, outcome.found) == ("held", "")
    counts = outcome.counts
    assert counts["answers heard"] == counts["calls failed"] == counts["actions"] - 1 == 8
    assert counts["calls cancelled"] == 9, "each stream, and the run"
    assert counts["tables searched"] > 50 and counts["rows searched"] > 60 and counts["log lines searched"] > 7
    assert (counts["outputs found"], counts["outputs left"], counts["came through"]) == (2, 0, 0)
    assert environment.fingerprint() == before, "no row of any table is there that was not, ledgers included"
    assert logging.root.level == logging.WARNING


def test_an_answer_in_a_job_or_a_file_turns_red(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def keep(text: str) -> None:
        enqueue("providers.refresh_key", workspace_id=text, key_id="0")
        with (tmp_path / "answers").open("a") as file:
            file.write(text)

    monkeypatch.setattr(Gateway, "stream", kept_by(keep))
    kept = found().split("; ")
    assert kept == [f"{place} holds what a model said" for place in (f"a file in {tmp_path.name}", JOBS)]


def test_a_logged_answer_turns_red(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Also one that is only logged when the transaction commits, which in a round it never does."""

    def keep(text: str) -> None:
        transaction.on_commit(lambda: logging.getLogger("promptassay.prompts").debug("it said %s", text))

    monkeypatch.setattr(Gateway, "stream", kept_by(keep))
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
