"""What evaluation adds to the dashboard: live runs, and suites whose newest run is worse than the one before."""

from promptassay.audit.services import record
from promptassay.evals import dashboard
from tests.evals.factories import finish_run, make_prompt, make_run, make_suite
from tests.people import Person
from tests.prompts.factories import text_of


def test_runs_that_go_on_are_shown(alice: Person) -> None:
    with alice.inside():
        assert dashboard.live_card(alice.actor) is None
        suite = make_suite(alice.actor, make_prompt(alice.actor))
        run = make_run(alice.actor, suite)
        assert dashboard.live_card(alice.actor) is not None
    page = text_of(alice.get(alice.url("prompts:dashboard")))
    assert "Runs now" in page and alice.url("evals:run-show", run.id) in page


def test_a_suite_that_got_worse_is_named(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor), cases=12)
        finish_run(make_run(alice.actor, suite), dict.fromkeys(range(3), False))
        finish_run(make_run(alice.actor, suite), {})
        assert dashboard.regressed_suites(limit=5) == []  # it got better
        finish_run(make_run(alice.actor, suite), dict.fromkeys(range(99), False))
        (found,) = dashboard.regressed_suites(limit=5)
    assert (found.suite.id, found.comparison.after.run.number) == (suite.id, 3)
    page = text_of(alice.get(alice.url("prompts:dashboard")))
    assert "Suites that regressed" in page and "100 % to 0 %" in page


def test_the_activity_names_suites_and_runs(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor))
        run = make_run(alice.actor, suite)
        record(alice.actor, "suite.changed", target=("suite", suite.id), data={})
    page = text_of(alice.get(alice.url("prompts:dashboard")))
    assert f'You started run <a href="{alice.url("evals:run-show", run.id)}">r1 of {suite.name}</a>' in page
    assert f'<a href="{alice.url("evals:suite-show", suite.id)}">{suite.name}</a>' in page
