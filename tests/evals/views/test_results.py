"""The page of a run, of one cell, and the export, through the door."""

import csv
import io

import pytest

from promptassay.core.ids import uuid7
from promptassay.evals.models import Cell, CellOutput, Run, Suite
from promptassay.evals.services import cancel_run, set_rubric
from promptassay.evals.statistics import pass_rate
from promptassay.evals.verdicts import against_threshold
from tests.evals.factories import DEMO, DEMO_LARGE, add_version, finish_run, make_prompt, make_run, make_suite
from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.people import Person

RUBRIC = {"criteria": [{"name": "tone", "description": "Polite.", "weight": 2}], "threshold": 7}


@pytest.fixture
def suite(alice: Person) -> Suite:
    with alice.inside():
        return make_suite(alice.actor, name="golden", cases=4)


@pytest.fixture
def run(alice: Person, suite: Suite) -> Run:
    with alice.inside():
        return finish_run(make_run(alice.actor, suite), {0: False, 1: "rate_limited"})


def first_cell(person: Person, run: Run, position: int = 0) -> Cell:
    with person.inside():
        return Cell.objects.get(run=run, position=position)


def test_the_page_shows_what_the_pure_functions_say(alice: Person, run: Run) -> None:
    page = text_of(alice.get(alice.url("evals:run-show", run.id)))
    verdict = against_threshold(pass_rate([[False], [True], [True]]), 0.9)
    assert verdict.text == "67 % of 3, interval 21–94 %: below 90 %"
    assert verdict.text in page
    assert "1 × rate_limited" in page and "Wait." in page
    assert "pass</a>" in page and "fail</a>" in page and "error</a>" in page


def test_filters_keep_to_their_cases(alice: Person, run: Run) -> None:
    url = alice.url("evals:run-show", run.id)
    failed = text_of(alice.get(f"{url}?show=failed"))
    assert "Case 1" in failed and "Case 3" not in failed
    assert "Case 2" in text_of(alice.get(f"{url}?show=errors"))
    assert "No case here" in text_of(alice.get(f"{url}?show=flaky"))
    assert "Case 4" in text_of(alice.get(f"{url}?show=nonsense&page=x"))


def test_flaky_cases_are_found_when_there_are_repeats(alice: Person, suite: Suite) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor, suite, repeats=2), {2: False})
    page = text_of(alice.get(f"{alice.url('evals:run-show', run.id)}?show=flaky"))
    assert "flaky 1" in page and "Case 2" in page and "Case 1" not in page


def test_two_versions_are_compared(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor)
        add_version(alice.actor, prompt, "Better {{ticket}}")
        suite = make_suite(alice.actor, prompt, cases=20)
        run = finish_run(make_run(alice.actor, suite), {at: at % 2 == 1 for at in range(40)})
    page = text_of(alice.get(alice.url("evals:run-show", run.id)))
    assert "v2 passes 100 points more often than v1: 100 % against 0 %." in page
    assert "better" in page and "improved 20" in page and "Pass rate: v1 0 %" in page
    other = text_of(alice.get(f"{alice.url('evals:run-show', run.id)}?after=1.1.0&before=1.2.0"))
    assert "v1 passes 100 points less often than v2" in other


def test_the_chart_accents_the_column_that_is_compared(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor, texts=("One {{ticket}}.", "Two {{ticket}}.", "Three {{ticket}}."))
        run = make_run(alice.actor, make_suite(alice.actor, prompt))
        finish_run(run, {})
    url = alice.url("evals:run-show", run.id)
    for query, accented in (("", [False, False, True]), ("?after=1.2.0&before=1.1.0", [False, True, False])):
        chart = alice.get(f"{url}{query}").context["chart"]
        assert [dot.point.now for dot in chart.dots] == accented


def test_a_run_is_held_against_the_one_before(alice: Person, suite: Suite, run: Run) -> None:
    with alice.inside():
        later = finish_run(make_run(alice.actor, suite), {})
    page = text_of(alice.get(alice.url("evals:run-show", later.id)))
    assert "Too few cases to tell v1 from r1 v1: 100 % against 67 %." in page
    assert "1 case with a verdict on one side only is left out" in page


def test_a_judged_run_shows_criteria(alice: Person, suite: Suite) -> None:
    with alice.inside():
        set_rubric(alice.actor, suite, rubric=RUBRIC, judge=DEMO)
        run = finish_run(make_run(alice.actor, suite, models=(DEMO, DEMO_LARGE)), {})
        scores = {"scores": [{"criterion": "tone", "score": 8.25, "reason": "Kind words."}], "score": 8.25}
        CellOutput.objects.filter(run=run).update(judgement=scores)
    page = text_of(alice.get(alice.url("evals:run-show", run.id)))
    assert "Cases by criterion" in page and "8.2" in page and "judged by" in page
    cell = text_of(alice.get(alice.url("evals:run-cell", run.id, first_cell(alice, run).id)))
    assert "Kind words." in cell and "tone" in cell


def test_a_live_run_shows_progress_and_cancel(alice: Person, suite: Suite) -> None:
    with alice.inside():
        run = make_run(alice.actor, suite)
    page = text_of(alice.get(alice.url("evals:run-show", run.id)))
    assert 'data-island="evals/run-live"' in page and alice.url("evals:run-cancel", run.id) in page
    assert "<b>0</b> of 4" in page and "Export CSV" not in page
    part = text_of(alice.client.get(alice.url("evals:run-show", run.id), headers={"HX-Request": "true"}))
    assert "no verdict yet" in part and "<html" not in part and "Ticket 1" not in part


def test_cancelled_and_failed_runs_say_what_happened(alice: Person, suite: Suite) -> None:
    with alice.inside():
        cancelled = cancel_run(alice.actor, make_run(alice.actor, suite))
        failed = make_run(alice.actor, suite)
        Run.objects.filter(pk=failed.pk).update(status="failed", message="The key is gone.")
    assert "cancelled after 0 of 4" in text_of(alice.get(alice.url("evals:run-show", cancelled.id)))
    assert "The key is gone." in text_of(alice.get(alice.url("evals:run-show", failed.id)))


def test_the_page_of_a_run_is_closed(alice: Person, bob: Person, anonymous: Person, run: Run) -> None:
    url = alice.url("evals:run-show", run.id)
    only({"get"}, url, alice)
    closed_to_others("evals:run-show", (run.id,), alice, bob)
    closed_to_anonymous(url, anonymous)


def test_a_cell_shows_what_went_in_and_out(alice: Person, run: Run) -> None:
    page = text_of(alice.get(alice.url("evals:run-cell", run.id, first_cell(alice, run).id)))
    assert "Sort Ticket 1." in page and "We refund you." in page and "The output holds <code>refund</code>." in page
    error = text_of(alice.get(alice.url("evals:run-cell", run.id, first_cell(alice, run, 1).id)))
    assert "The provider refused." in error and "Wait." in error and "rate_limited" in error


def test_a_cell_that_did_not_run_says_so(alice: Person, suite: Suite) -> None:
    with alice.inside():
        run = make_run(alice.actor, suite)
    url = alice.url("evals:run-cell", run.id, first_cell(alice, run).id)
    assert "Not answered yet" in text_of(alice.get(url))
    with alice.inside():
        cancel_run(alice.actor, run)
    assert "was not run" in text_of(alice.get(url))


def test_a_cell_is_closed(alice: Person, bob: Person, anonymous: Person, run: Run, suite: Suite) -> None:
    cell = first_cell(alice, run)
    url = alice.url("evals:run-cell", run.id, cell.id)
    only({"get"}, url, alice)
    closed_to_others("evals:run-cell", (run.id, cell.id), alice, bob)
    closed_to_anonymous(url, anonymous)
    with alice.inside():
        other = make_run(alice.actor, suite)
    assert alice.get(alice.url("evals:run-cell", other.id, cell.id)).status_code == 404
    assert alice.get(alice.url("evals:run-cell", run.id, uuid7())).status_code == 404


def test_the_export_holds_every_cell_and_no_formula(alice: Person, suite: Suite) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor, suite), {0: False, 1: "overloaded"}, output='=cmd("x")\nline')
    answer = alice.get(alice.url("evals:run-export", run.id))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert 'filename="golden r1.csv"' in answer["Content-Disposition"]
    assert [row["name"] for row in rows] == ["Case 1", "Case 2", "Case 3", "Case 4"]
    assert [row["passed"] for row in rows] == ["no", "", "yes", "yes"]
    assert rows[1]["error"] == "overloaded" and rows[0]["version"] == "v1" and rows[0]["model"] == "demo-small"
    assert rows[0]["output"] == '\'=cmd("x")\nline'


def test_the_export_is_closed(alice: Person, bob: Person, anonymous: Person, run: Run) -> None:
    url = alice.url("evals:run-export", run.id)
    only({"get"}, url, alice)
    closed_to_others("evals:run-export", (run.id,), alice, bob)
    closed_to_anonymous(url, anonymous)


def test_repeats_are_summed_up_with_a_mark_for_each(alice: Person, suite: Suite) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor, suite, repeats=3), {0: False, 3: "overloaded"})
    page = text_of(alice.get(alice.url("evals:run-show", run.id)))
    assert "2 of 3, flaky" in page and "2 of 2" in page and "3 of 3" in page
    assert page.count("repeat 3: pass") == 8  # as a title and for screen readers, in four cases


def test_a_run_without_checks_says_that_nothing_was_judged(alice: Person) -> None:
    with alice.inside():
        run = make_run(alice.actor, make_suite(alice.actor, checks=[]))
        Cell.objects.filter(run=run).update(status="done")
        Run.objects.filter(pk=run.pk).update(status="finished", done=2)
    assert "nothing was judged" in text_of(alice.get(alice.url("evals:run-show", run.id)))
    assert "Nothing will be judged" in text_of(alice.get(alice.url("evals:run-create", run.suite_id)))
    assert "0 %" not in text_of(alice.get(alice.url("evals:suite-list")))
