"""Reading runs."""

from uuid import uuid4

import pytest

from promptassay.core.errors import NotFound
from promptassay.evals import queries
from promptassay.evals.services import cancel_run
from tests.evals.factories import DEMO, DEMO_LARGE, finish_run, make_run, make_suite
from tests.people import Person


def test_live_runs_are_counted(alice: Person, bob: Person) -> None:
    with alice.inside():
        assert queries.live_run_count() == 0
        run = make_run(alice.actor)
        finish_run(make_run(alice.actor), {})
        assert queries.live_run_count() == 1
        cancel_run(alice.actor, run)
        assert queries.live_run_count() == 0
        assert (queries.run_count(), queries.run_count(status="cancelled")) == (2, 1)
    with bob.inside():
        assert queries.run_count() == 0


def test_a_line_names_what_the_run_froze(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=3)
        run = make_run(alice.actor, suite, models=(DEMO, DEMO_LARGE), repeats=2)
        finish_run(run, {0: False, 1: "overloaded"})
        (line,) = queries.list_runs()
        assert (line.suite_name, line.prompt_title) == (suite.name, suite.prompt.title)
        assert (line.versions, line.models, line.cases) == ([1], ["demo-small", "demo-large"], 3)
        assert line.rate == pytest.approx(10 / 11) and line.judged == 11


def test_a_run_that_checks_nothing_has_no_rate(alice: Person) -> None:
    with alice.inside():
        run = make_run(alice.actor, make_suite(alice.actor, checks=[]))
        run.done, run.status = 2, "finished"
        run.save()
        assert queries.list_runs()[0].rate is None


def test_runs_are_listed_newest_first_and_by_pages(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        runs = [make_run(alice.actor, suite) for _ in range(3)]
        make_run(alice.actor)
        assert [line.run for line in queries.list_runs(suite_id=suite.id)] == runs[::-1]
        assert [line.run for line in queries.list_runs(suite_id=suite.id, offset=1, limit=1)] == [runs[1]]
        assert queries.list_runs(status="finished") == []


def test_an_unknown_run_is_not_found(alice: Person) -> None:
    with alice.inside(), pytest.raises(NotFound):
        queries.get_run(uuid4())
