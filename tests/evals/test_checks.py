"""All kinds of check together: their samples, how they are read, and that no output breaks one."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks import (
    CHECKS,
    CheckKind,
    Observation,
    Sample,
    describe_check,
    parse_check,
    run_check,
)

SAMPLES = [(kind, sample) for kind in CHECKS.values() for sample in kind.samples]
ONE_OF_EACH: list[dict[str, Any]] = [
    {"kind": "contains", "values": ["a", "é"], "ignore_case": True},
    {"kind": "not-contains", "values": ["a"], "mode": "all"},
    {"kind": "equals", "value": "a"},
    {"kind": "regex", "pattern": r"(\w+)\s*:\s*(\d+|[^,]*)$"},
    {"kind": "regex", "pattern": r"\PL{1,5}", "whole": True, "ignore_case": True},
    {"kind": "is-json", "allow_fence": True},
    {
        "kind": "json-schema",
        "allow_fence": True,
        "schema": {
            "anyOf": [
                {"type": "array", "uniqueItems": True, "items": {"minimum": 0}},
                {"type": "object", "additionalProperties": {"enum": [1, "a", None]}, "required": ["a"]},
                {"const": 1.5},
                {"type": "string", "pattern": "^a+$"},
            ]
        },
    },
    {"kind": "length", "min": 1, "max": 10, "unit": "words"},
]


@pytest.mark.parametrize(("kind", "sample"), SAMPLES, ids=lambda each: getattr(each, "name", "sample"))
def test_sample(kind: CheckKind, sample: Sample) -> None:
    check = parse_check({"kind": kind.name, **sample.params})
    result = run_check(check, sample.observation)
    assert result.outcome == sample.outcome
    assert sample.says in result.explanation
    assert result.passed is (sample.outcome == "passed")


@pytest.mark.parametrize("kind", CHECKS.values(), ids=lambda kind: kind.name)
def test_each_kind_is_documented_and_has_good_and_bad_samples(kind: CheckKind) -> None:
    assert kind.summary.endswith(".")
    assert {"passed", "failed"} <= {sample.outcome for sample in kind.samples}
    for parameter in kind.parameters:
        assert parameter.help.endswith((".", "."))
        assert (parameter.type == "choice") == bool(parameter.choices)
    for sample in kind.samples:
        assert set(sample.params) <= {parameter.name for parameter in kind.parameters}


@pytest.mark.parametrize(("kind", "sample"), SAMPLES, ids=lambda each: getattr(each, "name", "sample"))
def test_json_form_reads_back_to_an_equal_check(kind: CheckKind, sample: Sample) -> None:
    check = parse_check({"kind": kind.name, **sample.params})
    again = parse_check(check.to_dict())
    assert again == check
    line = describe_check(again)
    assert line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("contains", "an object with a `kind`"),
        ({}, "no check without a kind"),
        ({"kind": "contain"}, "Did you mean `contains`?"),
        ({"kind": ["contains"]}, "There is no check"),
        ({"kind": "contains"}, "it is required"),
        ({"kind": "contains", "values": []}, "one or more texts"),
        ({"kind": "contains", "values": [""]}, "found in every output"),
        ({"kind": "contains", "values": [3]}, "must be text"),
        ({"kind": "contains", "values": ["a"] * 101}, "the limit is 100"),
        ({"kind": "contains", "values": ["a" * 65537]}, "65,537 bytes"),
        ({"kind": "contains", "values": ["a\0"]}, "NUL"),
        ({"kind": "contains", "values": ["\ud800"]}, "lone surrogate"),
        ({"kind": "contains", "values": ["a"], "mode": "some"}, "any or all"),
        ({"kind": "contains", "values": ["a"], "mode": []}, "any or all"),
        ({"kind": "contains", "values": ["a"], "ignore_case": 1}, "true or false"),
        ({"kind": "contains", "value": ["a"]}, "Did you mean `values`?"),
        ({"kind": "contains", "values": ["{{two words}}"]}, r"write \{{"),
        ({"kind": "contains", "values": ["{{open"]}, "cannot be read"),
        ({"kind": "equals", "value": None, "colour": 1}, "no parameter `colour`"),
        ({"kind": "length"}, "no bound"),
        ({"kind": "length", "min": 5, "max": 3}, "never pass"),
        ({"kind": "length", "min": -1}, "from 0"),
        ({"kind": "length", "min": True}, "whole number"),
        ({"kind": "length", "min": 1.5}, "whole number"),
        ({"kind": "length", "max": 10**9}, "10,000,000"),
        ({"kind": "regex", "pattern": ""}, "matches every output"),
        ({"kind": "json-schema", "schema": 5}, "JSON object"),
    ],
)
def test_bad_parameters_are_refused_in_clear_words(raw: Any, says: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        parse_check(raw)
    assert says in str(caught.value)
    assert caught.value.next_step


def test_one_text_may_stand_for_a_list() -> None:
    assert parse_check({"kind": "contains", "values": "a"}).params["values"] == ["a"]


def test_variables_that_a_check_refers_to() -> None:
    check = parse_check({"kind": "contains", "values": ["{{a}} {{expected}}", r"\{{c}}", "{{b|x}}"]})
    assert check.variables == {"a", "b"}


def test_an_empty_filled_value_is_an_error_and_not_a_pass() -> None:
    check = parse_check({"kind": "contains", "values": ["{{product}}"]})
    result = run_check(check, Observation("anything", variables={"product": ""}))
    assert result.outcome == "error"
    assert "empty in this case" in result.explanation


def test_a_long_text_differs_at_a_named_place() -> None:
    check = parse_check({"kind": "equals", "value": "x" * 200 + "cat" + "y" * 100})
    result = run_check(check, Observation("x" * 200 + "dog" + "y" * 100))
    assert "from character 201 on" in result.explanation
    assert "cat" in result.explanation
    assert "dog" in result.explanation
    cut = run_check(check, Observation("x" * 200))
    assert "got `…xxxxxxxxxx`" in cut.explanation


@pytest.mark.parametrize("mode", ["any", "all"])
@given(text=st.text("abc", max_size=6), values=st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=3))
def test_not_contains_is_the_opposite_of_contains(mode: str, text: str, values: list[str]) -> None:
    outcomes = {
        run_check(parse_check({"kind": kind, "values": values, "mode": mode}), Observation(text)).outcome
        for kind in ("contains", "not-contains")
    }
    assert outcomes == {"passed", "failed"}


ANY_TEXT = st.text(st.characters(), max_size=200) | st.text("[]{},:\"'`\n ae1-.\\\0\ud800", max_size=60)


@settings(max_examples=200)
@given(text=ANY_TEXT)
def test_no_output_breaks_a_check(text: str) -> None:
    for raw in ONE_OF_EACH:
        result = run_check(parse_check(raw), Observation(text))
        assert result.outcome in ("passed", "failed")
        assert len(result.explanation) < 2000


HUGE = {
    "letters": "a" * 2_000_000,
    "brackets": "[" * 1_000_000,
    "pairs": "[" * 400_000 + "]" * 400_000,
    "objects": '{"a":' * 100_000,
    "quotes": '"' * 900_000,
    "escapes": '"' + '\\"' * 450_000,
    "numbers": "[" + "1," * 400_000 + "1]",
    "digits": "9" * 1_000_000,
    "fence": "```\n" + "`" * 900_000 + "```",
    "surrogates": "\ud800" * 300_000,
    "words": "a " * 500_000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
@pytest.mark.parametrize("raw", ONE_OF_EACH, ids=lambda raw: raw["kind"])
def test_a_huge_output_ends_soon(raw: dict[str, Any], text: str) -> None:
    check = parse_check(raw)
    started = time.perf_counter()
    result = run_check(check, Observation(text))
    assert time.perf_counter() - started < 5
    assert len(result.explanation) < 2000
