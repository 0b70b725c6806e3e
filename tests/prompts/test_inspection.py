"""Tokens, context and cost in the status line."""

import pytest

from promptassay.fragments.services import create_fragment
from promptassay.prompts.content import PromptContent
from promptassay.prompts.inspection import inspect
from promptassay.prompts.services import create_prompt
from promptassay.providers.services import set_own_models
from tests.evals.factories import add_case, make_suite
from tests.people import Person
from tests.providers.factories import make_key

pytestmark = pytest.mark.django_db

CONTENT = PromptContent([{"role": "user", "content": "Sort {{ticket}} into one of six categories."}])


def test_a_known_model_gives_exact_tokens_share_and_cost(alice: Person) -> None:
    with alice.inside():
        key = make_key(alice)
        set_own_models(alice.actor, key.id, names=["gpt-4o"])
        prompt = create_prompt(alice.actor, title="Sort", target_model=f"{key.id}/gpt-4o")
        found = inspect(prompt, CONTENT).meter
    assert (found.model, found.exact) == ("gpt-4o", True)
    assert 10 <= found.tokens <= 25
    assert found.share is not None
    assert 0 < found.share < 0.001
    assert found.cost is not None
    assert 0 < found.cost < 1


def test_without_a_target_model_the_count_is_an_estimate_without_price(alice: Person) -> None:
    with alice.inside():
        found = inspect(create_prompt(alice.actor, title="Sort"), CONTENT).meter
    assert (found.model, found.exact, found.share, found.cost) == ("", False, None, None)
    assert found.tokens > 5


def test_a_target_model_whose_key_is_gone_still_counts(alice: Person) -> None:
    with alice.inside():
        key = make_key(alice)
        prompt = create_prompt(alice.actor, title="Sort", target_model=f"{key.id}/gpt-4o")
        key.delete()
        assert inspect(prompt, CONTENT).meter.model == ""


def test_the_lint_sees_the_text(alice: Person) -> None:
    vague = PromptContent([{"role": "user", "content": "Try to answer {{question}"}])
    with alice.inside():
        found = {each.rule for each in inspect(create_prompt(alice.actor, title="Sort"), vague).findings}
    assert found == {"vague-wording", "malformed-placeholder"}


def test_silenced_rules_are_not_heard_but_counted(alice: Person) -> None:
    vague = PromptContent([{"role": "user", "content": "Try to name hammers, saws, etc. {{question}}"}])
    with alice.inside():
        silenced = frozenset({"vague-wording", "empty-message", "a-rule-of-an-older-release"})
        seen = inspect(create_prompt(alice.actor, title="Sort"), vague, silenced)
    assert (seen.findings, seen.unheard) == ([], {"vague-wording": 2})


def test_variables_that_only_cases_feed_are_found_with_a_way_out(alice: Person) -> None:
    with alice.inside():
        prompt = create_prompt(alice.actor, title="Sort")
        add_case(alice.actor, make_suite(alice.actor, prompt, cases=0), {"mood": "kind", "ticket": "x"})
        found = inspect(prompt, CONTENT).findings
    unused = [each for each in found if each.rule == "unused-variable"]
    assert [fix.drop_variables for each in unused for fix in each.fixes] == [("mood",)]


def test_a_misspelt_fragment_is_offered_the_nearest(alice: Person) -> None:
    with alice.inside():
        create_fragment(alice.actor, title="House style", slug="house-style", text="Be plain.")
        text = PromptContent([{"role": "user", "content": "${fragment:house-styl} Sort {{ticket_id}}."}])
        found = inspect(create_prompt(alice.actor, title="Sort"), text).findings
    assert [fix.title for each in found if each.rule == "unknown-fragment" for fix in each.fixes] == [
        "Use “house-style”",
        "Remove the reference",
    ]


def test_the_models_own_limits_reach_the_lint(alice: Person) -> None:
    with alice.inside():
        key = make_key(alice)
        set_own_models(alice.actor, key.id, names=["gpt-4o"])
        prompt = create_prompt(alice.actor, title="Sort", target_model=f"{key.id}/gpt-4o")
        huge = PromptContent([{"role": "user", "content": "one two three four " * 40_000}])
        assert "over-budget" in {each.rule for each in inspect(prompt, huge).findings}
