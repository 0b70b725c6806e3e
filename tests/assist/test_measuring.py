"""Tokens and the highest cost of a panel's call."""

from promptassay.assist.measuring import measure, shown_settings
from promptassay.providers.queries import ModelChoice, demo_choice
from tests.assist.test_asking import question


def test_a_known_model_has_a_highest_cost_that_covers_asking_again() -> None:
    choice = ModelChoice("x/gpt-5", "gpt-5", "team", "openai", "api.openai.com")
    asked_twice, once = measure(question("critique"), choice), measure(question("brainstorm"), choice)
    assert (asked_twice.calls, once.calls) == (2, 1) and asked_twice.exact
    assert asked_twice.longest and once.highest and asked_twice.highest
    assert asked_twice.highest > 2 * once.highest * 9 / 10


def test_the_demo_costs_nothing_and_the_unknown_is_not_guessed() -> None:
    assert measure(question("critique"), demo_choice("demo-small")).highest == 0
    unknown = ModelChoice("x/m", "m", "team", "compatible", "127.0.0.1", "http://127.0.0.1:1/v1")
    assert measure(question("critique"), unknown).highest is None


def test_settings_are_shown_as_they_go() -> None:
    assert set(shown_settings(question("critique").call())) == {"answer"}
    assert shown_settings(question("explain").call()) == {}
