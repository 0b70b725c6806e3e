"""Settings: which there are, and their limits."""

from typing import Any

import pytest

from promptassay.prompts.model_settings import SETTING_NAMES, setting_errors, to_model_settings


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("temperature", [0, 2, 0.5], [-0.1, 2.1, "1", True, float("nan"), None]),
        ("max_output_tokens", [1, 1_000_000], [0, 1_000_001, 1.5, True]),
        ("top_p", [0, 1], [1.1]),
        ("stop", [["a"], []], ["a", [""], ["a"] * 9, ["a" * 201], [1]]),
        ("reasoning_effort", ["low", "medium", "high"], ["none", 1]),
        ("seed", [0, 2**31 - 1], [-1, 2**31]),
        ("presence_penalty", [-2, 2], [3]),
        ("frequency_penalty", [-2, 2], [-3]),
        ("json_mode", [True, False], [1, "yes"]),
    ],
)
def test_limits(name: str, good: list[Any], bad: list[Any]) -> None:
    assert name in SETTING_NAMES
    for value in good:
        assert setting_errors({name: value}) == {}
    for value in bad:
        assert name in setting_errors({name: value})


def test_an_unknown_setting_is_named() -> None:
    assert "mood" in setting_errors({"mood": 1})


def test_what_is_not_set_is_left_to_the_model() -> None:
    assert to_model_settings({}).temperature is None
