"""Tokens, context and cost in the status line."""

import pytest

from promptassay.prompts.content import PromptContent
from promptassay.prompts.inspection import inspect
from promptassay.prompts.services import create_prompt
from promptassay.providers.services import set_own_models
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


def test_the_lint_sees_the_text_and_keeps_to_advice(alice: Person) -> None:
    vague = PromptContent([{"role": "user", "content": "Try to answer briefly but in great detail: {{question}"}])
    with alice.inside():
        found = {each.rule for each in inspect(create_prompt(alice.actor, title="Sort"), vague).findings}
    assert "vague-wording" in found or "conflicting-instructions" in found
    assert "malformed-placeholder" not in found


def test_the_models_own_limits_reach_the_lint(alice: Person) -> None:
    with alice.inside():
        key = make_key(alice)
        set_own_models(alice.actor, key.id, names=["gpt-4o"])
        prompt = create_prompt(alice.actor, title="Sort", target_model=f"{key.id}/gpt-4o")
        huge = PromptContent([{"role": "user", "content": "one two three four " * 40_000}])
        assert "over-budget" in {each.rule for each in inspect(prompt, huge).findings}
