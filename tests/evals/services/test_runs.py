"""Starting, cancelling and deleting runs on a real database, as the app role."""

from time import perf_counter
from unittest.mock import patch

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from promptassay.audit.models import Entry
from promptassay.core.errors import Conflict, Forbidden, ProviderKeyMissing, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.evals.models import Case, Cell, CellOutput, Run, RunCase
from promptassay.evals.services import cancel_run, delete_run, set_rubric, start_run
from promptassay.prompts.models import Version
from promptassay.workspaces.permissions import Role
from tests.evals.factories import (
    DEMO,
    DEMO_LARGE,
    add_case,
    add_version,
    finish_run,
    make_prompt,
    make_run,
    make_suite,
)
from tests.people import Person

RUBRIC = {"criteria": [{"name": "tone", "description": "Polite.", "weight": 1}], "threshold": 7}


def versions_of(suite: object) -> list[Version]:
    return list(Version.objects.filter(prompt_id=suite.prompt_id).order_by("number"))  # type: ignore[attr-defined]


def test_a_run_freezes_everything_it_uses(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor, texts=("One {{ticket}}", "Two {{ticket}}"))
        suite = make_suite(alice.actor, prompt, cases=3, threshold=0.8, concurrency=5)
        run = start_run(alice.actor, suite, versions=versions_of(suite), models=[DEMO, DEMO_LARGE], repeats=2)
        assert (run.number, run.total, run.status) == (1, 24, "queued")
        assert run.config["suite_name"] == suite.name
        assert [each["number"] for each in run.config["versions"]] == [1, 2]
        assert [each["reference"] for each in run.config["models"]] == [DEMO, DEMO_LARGE]
        assert run.config["models"][0]["model"] == "demo-small"
        assert (run.config["repeats"], run.config["threshold"], run.config["concurrency"]) == (2, 0.8, 5)
        assert run.config["judge"] is None and run.config["rubric"] is None
        Case.objects.filter(suite=suite).update(name="changed", variables={})
        frozen = list(RunCase.objects.filter(run=run).order_by("position"))
        assert [each.name for each in frozen] == ["Case 1", "Case 2", "Case 3"]
        assert frozen[0].variables == {"ticket": "Ticket 1"}


def test_cells_are_ordered_by_case_version_model_repeat(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, texts=("1 {{ticket}}", "2 {{ticket}}")))
        run = start_run(alice.actor, suite, versions=versions_of(suite), models=[DEMO, DEMO_LARGE], repeats=2)
        rows = list(
            Cell.objects.filter(run=run)
            .order_by("position")
            .values_list("position", "run_case__position", "version__number", "model_index", "repeat")
        )
        expected = [(c, v, m, r) for c in (0, 1) for v in (1, 2) for m in (0, 1) for r in (0, 1)]
        assert rows == [(place, *each) for place, each in enumerate(expected)]
        assert {cell.id.version for cell in Cell.objects.filter(run=run)} == {7}


def test_runs_of_a_suite_are_numbered_and_each_has_a_job(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        first, second = make_run(alice.actor, suite), make_run(alice.actor, suite)
        other = make_run(alice.actor)
        assert (first.number, second.number, other.number) == (1, 2, 1)
        jobs = ProcrastinateJob.objects.filter(task_name="evals.drive_run")
        wanted = {"workspace_id": str(alice.workspace.id), "run_id": str(second.id)}
        assert [job.args for job in jobs if job.args["run_id"] == str(second.id)] == [wanted]
        assert Entry.objects.filter(action="run.started", target_id=str(second.id)).count() == 1


def test_nothing_remains_when_the_job_cannot_be_enqueued(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        with (
            patch("promptassay.evals.services.runs.enqueue", side_effect=RuntimeError("no queue")),
            pytest.raises(RuntimeError),
        ):
            make_run(alice.actor, suite)
        assert not Run.objects.exists()
        assert not Cell.objects.exists() and not RunCase.objects.exists()
        assert not Entry.objects.filter(action="run.started").exists()


def test_a_thousand_cases_start_quickly(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=0)
        Case.objects.bulk_create(
            Case(
                workspace_id=suite.workspace_id, suite=suite, position=at, name=f"{at}", variables={"ticket": "t" * 400}
            )
            for at in range(1000)
        )
        begun = perf_counter()
        run = make_run(alice.actor, suite)
        assert perf_counter() - begun < 1.5  # measured 0.05 s; this is what a busy machine is allowed
        assert Cell.objects.filter(run=run).count() == 1000


def test_a_suite_without_cases_is_refused(alice: Person) -> None:
    with alice.inside(), pytest.raises(ValidationFailed, match="no cases yet"):
        make_run(alice.actor, make_suite(alice.actor, cases=0))


def test_missing_variables_are_named_with_their_cases(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, texts=("{{ticket}} {{plan}} {{tone|kind}}",)))
        add_case(alice.actor, suite, {"ticket": "t", "plan": ""}, position=2, name="complete")
        with pytest.raises(ValidationFailed) as refusal:
            make_run(alice.actor, suite)
        assert refusal.value.details["missing"] == [
            {"case": "Case 1", "variables": ["plan"]},
            {"case": "Case 2", "variables": ["plan"]},
        ]
        assert "“Case 1” lacks plan" in refusal.value.why
        assert not Run.objects.exists()


def test_a_malformed_template_is_refused_by_version(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor, texts=("fine {{ticket}}", "broken {{ticket"))
        suite = make_suite(alice.actor, prompt)
        with pytest.raises(ValidationFailed, match="v2 cannot run"):
            make_run(alice.actor, suite)


def test_a_fragment_that_does_not_exist_is_refused(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, texts=("${fragment:tone} {{ticket}}",)))
        with pytest.raises(ValidationFailed, match="tone"):
            make_run(alice.actor, suite)


def test_a_model_whose_key_is_gone_is_refused(alice: Person) -> None:
    with alice.inside(), pytest.raises(ProviderKeyMissing):
        make_run(alice.actor, models=[f"{uuid7()}/gpt-9"])


@pytest.mark.parametrize("models", [[], ["demo/none"], ["nonsense"]])
def test_a_choice_without_a_usable_model_is_refused(alice: Person, models: list[str]) -> None:
    with alice.inside(), pytest.raises(ValidationFailed):
        make_run(alice.actor, models=models)


def test_a_version_of_another_prompt_is_refused(alice: Person) -> None:
    with alice.inside():
        suite, other = make_suite(alice.actor), make_suite(alice.actor)
        with pytest.raises(ValidationFailed, match="another prompt"):
            start_run(alice.actor, suite, versions=versions_of(other), models=[DEMO])
        with pytest.raises(ValidationFailed, match="No version"):
            start_run(alice.actor, suite, versions=[], models=[DEMO])


def test_a_rubric_needs_a_judge(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        set_rubric(alice.actor, suite, rubric=RUBRIC, judge="")
        with pytest.raises(ValidationFailed, match="no judge"):
            make_run(alice.actor, suite)
        set_rubric(alice.actor, suite, rubric=RUBRIC, judge=DEMO_LARGE)
        run = make_run(alice.actor, suite)
        assert run.config["judge"]["reference"] == DEMO_LARGE
        assert run.config["rubric"]["criteria"][0]["name"] == "tone"


def test_too_many_cells_are_refused_with_the_figures(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=0)
        Case.objects.bulk_create(
            Case(workspace_id=suite.workspace_id, suite=suite, position=at, name="c", variables={"ticket": "t"})
            for at in range(1001)
        )
        with pytest.raises(ValidationFailed, match="20,020 cells"):
            make_run(alice.actor, suite, repeats=20)


def test_cancelling_stops_open_cells_and_keeps_results(alice: Person) -> None:
    with alice.inside():
        run = make_run(alice.actor, make_suite(alice.actor, cases=3))
        first = Cell.objects.filter(run=run).order_by("position")[0]
        Cell.objects.filter(pk=first.pk).update(status="done", passed=True)
        cancelled = cancel_run(alice.actor, run)
        assert cancelled.status == "cancelled" and cancelled.finished_at is not None
        statuses = Cell.objects.filter(run=run).order_by("position").values_list("status", flat=True)
        assert list(statuses) == ["done", "cancelled", "cancelled"]
        assert Entry.objects.get(action="run.cancelled").data["cells_not_run"] == 2
        with pytest.raises(Conflict, match="over"):
            cancel_run(alice.actor, run)


def test_deleting_a_run_removes_its_outputs_at_once(alice: Person) -> None:
    with alice.inside():
        keep, run = finish_run(make_run(alice.actor), {}), finish_run(make_run(alice.actor), {})
        delete_run(alice.actor, run)
        assert not Cell.objects.filter(run_id=run.id).exists()
        assert not RunCase.objects.filter(run_id=run.id).exists()
        assert set(CellOutput.objects.values_list("run_id", flat=True)) == {keep.id}
        assert Entry.objects.filter(action="run.deleted").exists()


def test_a_live_run_is_not_deleted(alice: Person) -> None:
    with alice.inside():
        run = make_run(alice.actor)
        with pytest.raises(Conflict, match="still going"):
            delete_run(alice.actor, run)
        assert Run.objects.filter(pk=run.pk).exists()


def test_a_member_deletes_only_runs_of_their_own(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    with alice.inside():
        suite = make_suite(alice.actor)
        hers, theirs = make_run(alice.actor, suite), make_run(member.actor, suite)
        cancel_run(member.actor, hers)
        with pytest.raises(Forbidden):
            delete_run(member.actor, hers)
        cancel_run(member.actor, theirs)
        delete_run(member.actor, theirs)
        assert list(Run.objects.all()) == [hers]


def test_a_new_version_does_not_change_a_run(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor)
        run = make_run(alice.actor, make_suite(alice.actor, prompt))
        add_version(alice.actor, prompt, "Another {{ticket}}")
        assert {cell.version.number for cell in Cell.objects.filter(run=run)} == {1}
