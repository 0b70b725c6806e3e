"""Figures summed by the database equal those of the pure functions over the same cells."""

from collections import defaultdict
from uuid import UUID

import pytest

from promptassay.evals.models import Cell, CellOutput, Run
from promptassay.evals.queries import results
from promptassay.evals.services import set_rubric
from promptassay.evals.statistics import flaky_cases, pass_rate, percentile
from tests.evals.factories import DEMO, DEMO_LARGE, finish_run, make_prompt, make_run, make_suite
from tests.people import Person

RUBRIC = {
    "criteria": [
        {"name": "tone", "description": "Polite.", "weight": 1},
        {"name": "facts", "description": "True.", "weight": 2},
    ],
    "threshold": 7,
}


def mixed_run(person: Person) -> Run:
    """Five cases x two versions x two models x three repeats, with failures, errors and flaky cases."""
    prompt = make_prompt(person.actor, texts=("One {{ticket}}", "Two {{ticket}}"))
    suite = make_suite(person.actor, prompt, cases=5)
    run = make_run(person.actor, suite, models=(DEMO, DEMO_LARGE), repeats=3)
    verdicts: dict[int, bool | str] = {at: at % 3 != 0 for at in range(0, 60, 2)}
    return finish_run(run, {**verdicts, 1: "rate_limited", 13: "rate_limited", 25: "overloaded", 3: False})


def test_columns_equal_the_pure_statistics(alice: Person) -> None:
    with alice.inside():
        run = mixed_run(alice)
        groups: dict[tuple[UUID, int], list[Cell]] = defaultdict(list)
        for cell in Cell.objects.filter(run=run):
            groups[cell.version_id, cell.model_index].append(cell)
        columns = results.columns(run)
        assert [(column.version, column.model) for column in columns] == [
            (version, model) for version in (1, 2) for model in ("demo-small", "demo-large")
        ]
        for column in columns:
            cells = groups[column.version_id, column.model_index]
            by_case: dict[UUID, list[bool]] = defaultdict(list)
            for cell in cells:
                if cell.passed is not None:
                    by_case[cell.run_case_id].append(cell.passed)
            wanted = pass_rate(by_case.values())
            assert column.rate.passed == pytest.approx(wanted.passed)
            assert column.rate.total == wanted.total
            assert column.rate.rate == pytest.approx(wanted.rate)
            assert tuple(column.rate.interval) == pytest.approx(tuple(wanted.interval))
            assert column.flaky == len(flaky_cases(by_case))
            times = [cell.total_ms for cell in cells if cell.total_ms is not None]
            assert (column.p50, column.p95) == pytest.approx((percentile(times, 50), percentile(times, 95)))
            assert column.errors == sum(cell.status == "error" for cell in cells)
            assert column.total == column.passed + column.failed + column.errors == 15


def test_a_queued_run_has_columns_without_rates(alice: Person) -> None:
    with alice.inside():
        columns = results.columns(make_run(alice.actor))
        assert [(column.rate.rate, column.waiting, column.p50) for column in columns] == [(None, 2, None)]


def test_filters_count_what_they_show(alice: Person) -> None:
    with alice.inside():
        run = mixed_run(alice)
        columns = results.columns(run)
        counts = results.case_counts(run)
        assert counts["all"] == 5 and counts["errors"] > 0 and counts["flaky"] > 0
        for show, count in counts.items():
            lines = results.case_lines(run, columns, show=show, offset=0, limit=100)
            assert len(lines) == count, show
        for line in results.case_lines(run, columns, show="failed", offset=0, limit=100):
            assert any(mark.state == "fail" for marks in line.marks for mark in marks)
        for line in results.case_lines(run, columns, show="errors", offset=0, limit=100):
            assert any(mark.state == "error" for marks in line.marks for mark in marks)


def test_a_page_of_cases_holds_the_marks_of_its_columns_in_order(alice: Person) -> None:
    with alice.inside():
        run = mixed_run(alice)
        lines = results.case_lines(run, results.columns(run), show="all", offset=1, limit=2)
        assert [line.case.position for line in lines] == [1, 2]
        assert [[mark.repeat for mark in marks] for marks in lines[0].marks] == [[0, 1, 2]] * 4


@pytest.mark.parametrize(
    ("status", "passed", "state"),
    [
        ("done", True, "pass"),
        ("done", False, "fail"),
        ("done", None, "done"),
        ("error", None, "error"),
        ("queued", None, "wait"),
        ("leased", None, "live"),
        ("cancelled", None, "cancelled"),
    ],
)
def test_states(status: str, passed: bool | None, state: str) -> None:
    assert results.state_of(status, passed) == state


def test_errors_are_grouped_with_what_to_do_next(alice: Person) -> None:
    with alice.inside():
        kinds = results.error_kinds(mixed_run(alice))
        assert [(each.kind, each.total) for each in kinds] == [("rate_limited", 2), ("overloaded", 1)]
        assert kinds[0].message and kinds[0].next_step == "Wait."


def test_criteria_are_averaged_by_column_and_by_case(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        set_rubric(alice.actor, suite, rubric=RUBRIC, judge=DEMO)
        run = finish_run(make_run(alice.actor, suite, repeats=2), {})
        for at, output in enumerate(CellOutput.objects.filter(run=run).order_by("cell__position")):
            scores = [
                {"criterion": name, "score": at + extra, "reason": "r"} for name, extra in (("tone", 0), ("facts", 4))
            ]
            CellOutput.objects.filter(pk=output.pk).update(judgement={"scores": scores, "score": 5})
        column = results.columns(run)[0]
        means = results.criterion_means(run)
        assert means["tone"][column.version_id, 0] == pytest.approx(1.5)
        assert means["facts"][column.version_id, 0] == pytest.approx(5.5)
        cases = [line.case.id for line in results.case_lines(run, [column], show="all", offset=0, limit=10)]
        by_case = results.case_criterion_means(run, cases)
        assert [by_case[each]["tone"] for each in cases] == pytest.approx([0.5, 2.5])


def test_a_run_without_rubric_asks_for_no_criteria(alice: Person) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor), {})
        assert results.criterion_means(run) == {} and results.case_criterion_means(run, []) == {}


def test_latencies_are_of_all_cells(alice: Person) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor), {})
        times = [cell.total_ms for cell in Cell.objects.filter(run=run) if cell.total_ms is not None]
        assert results.latencies(run) == pytest.approx((percentile(times, 50), percentile(times, 95)))
        assert results.latencies(make_run(alice.actor)) == (None, None)
