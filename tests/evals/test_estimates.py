"""What a run will take, before it starts: from its texts, and from the suite's earlier runs."""

from decimal import Decimal

import pytest

from promptassay.core.errors import ValidationFailed
from promptassay.evals.estimates import estimate
from promptassay.evals.models import Cell, Suite
from promptassay.evals.queries.suites import cases_spread
from promptassay.evals.services import plan_run, set_rubric
from promptassay.fragments.queries.source import changed_source
from promptassay.fragments.services import create_fragment
from promptassay.language.fragments import FragmentText
from promptassay.prompts.models import Version
from tests.evals.factories import DEMO, finish_run, make_prompt, make_run, make_suite
from tests.people import Person
from tests.providers.factories import make_key


def versions(suite: Suite) -> list[Version]:
    return list(Version.objects.filter(prompt_id=suite.prompt_id))


def test_tokens_and_price_are_those_of_the_filled_texts(alice: Person) -> None:
    key = make_key(alice)
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, texts=["Sort this: {{ticket}}. " * 50]), cases=4)
        plan = plan_run(suite, versions=versions(suite), models=[f"{key.id}/gpt-4o"], repeats=2)
        found = estimate(plan)
    assert 8 * 300 < found.input_tokens < 8 * 500
    assert found.output_tokens is None and found.time_ms is None and not found.cost_is_whole
    assert found.cost == Decimal("2.5") * found.input_tokens / 1_000_000
    assert found.unpriced == ()


def test_answers_and_time_are_those_of_earlier_runs(alice: Person) -> None:
    key = make_key(alice)
    with alice.inside():
        suite = make_suite(alice.actor, cases=4, concurrency=2)
        run = finish_run(make_run(alice.actor, suite), {})
        Cell.objects.filter(run=run).update(output_tokens=1000, total_ms=500)
        plan = plan_run(suite, versions=versions(suite), models=[f"{key.id}/gpt-4o"])
        found = estimate(plan)
        assert (found.output_tokens, found.time_ms) == (4000, None), "how fast the other is, nobody knows"
        assert found.cost_is_whole and found.cost > Decimal(10) * 4000 / 1_000_000
        free = estimate(plan_run(suite, versions=versions(suite), models=[DEMO]))
        assert free.cost == 0 and free.cost_is_whole
        assert free.time_ms == 4 * 500 / 2


def test_what_has_no_price_is_named(alice: Person) -> None:
    key = make_key(alice)
    with alice.inside():
        suite = make_suite(alice.actor)
        found = estimate(plan_run(suite, versions=versions(suite), models=[f"{key.id}/nobody-knows", DEMO]))
    assert found.unpriced == ("nobody-knows",) and found.cost == 0


def test_a_judge_that_never_judged_cannot_be_priced(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        rubric = {"criteria": [{"name": "accuracy", "description": "It is right.", "weight": 1}], "threshold": 7.0}
        set_rubric(alice.actor, suite, rubric=rubric, judge=DEMO)
        suite.refresh_from_db()
        assert not estimate(plan_run(suite, versions=versions(suite), models=[DEMO])).cost_is_whole


def test_a_changed_fragment_counts_as_it_will_be(alice: Person) -> None:
    with alice.inside():
        create_fragment(alice.actor, title="Tone", slug="tone", text="Be kind.")
        suite = make_suite(alice.actor, make_prompt(alice.actor, texts=["${fragment:tone} Sort {{ticket}}."]))
        after = changed_source(FragmentText("tone", 2, "Be kind, and say why. " * 100))
        now = estimate(plan_run(suite, versions=versions(suite), models=[DEMO]))
        then = estimate(plan_run(suite, versions=versions(suite), models=[DEMO], fragments=after), after)
        assert then.input_tokens > now.input_tokens + 1000
        broken = changed_source(FragmentText("tone", 2, "Say {{missing}}."))
        with pytest.raises(ValidationFailed, match="no value for a variable"):
            plan_run(suite, versions=versions(suite), models=[DEMO], fragments=broken)


def test_cases_are_taken_from_first_to_last(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=25)
        names = [case.name for case in cases_spread(suite.id, 5)]
    assert names == ["Case 1", "Case 6", "Case 11", "Case 16", "Case 21"]
