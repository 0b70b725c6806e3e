"""Reading an output as JSON: what counts as JSON, and why something does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.evals.checks.json_text import NotJson, depth, parse_json, without_fence

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_reads_what_json_writes(value: object) -> None:
    text = json.dumps(value)
    assert parse_json(text, unique_keys=True) == value
    assert parse_json(f"```json\n{text}\n```", allow_fence=True) == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("NaN", "line 1, column 1"),
        ("[1,]", "trailing comma"),
        ("{'a': 1}", "string key"),
        ('{"a": 1} and so on', "line 1, column 10"),
        ('{"a": 1 // note\n}', "line 1"),
        ('"a\nb"', "line 1"),
        ('"\\ud800"', "surrogate"),
        ("\ud800", "lone surrogate"),
        ("1e999", "infinity"),
        ("[" * 65 + "]" * 65, "deeper than 64"),
        ("[" * 5000, "deeper than 64"),
        ('{"a":' * 5000, "deeper than 64"),
        ("1" * 1_048_577, "1,048,577 bytes"),
        ("```json\n1\n```", "allow_fence"),
    ],
)
def test_says_why_a_text_is_not_json(text: str, says: str) -> None:
    with pytest.raises(NotJson) as caught:
        parse_json(text)
    assert says in str(caught.value)


def test_repeated_fields_are_refused_on_demand() -> None:
    text = '{"a": [{"b": 1, "b": 2}]}'
    assert parse_json(text) == {"a": [{"b": 2}]}
    with pytest.raises(NotJson, match="`b` stands twice"):
        parse_json(text, unique_keys=True)


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("```\n1\n```", "1\n"),
        (" ```json\n1\n``` \n", "1\n"),
        ("```json\n1```", "1"),
        ("```json 1```", None),
        ("text ```\n1\n```", None),
        ("```\n1\n``` text", None),
        ("```", None),
        ("``````", None),
        ("1", None),
    ],
)
def test_a_fence_must_be_the_whole_text(text: str, inner: str | None) -> None:
    assert without_fence(text) == inner


def test_depth() -> None:
    assert depth(1) == 0
    assert depth([]) == 1
    assert depth({"a": [{}], "b": 1}) == 3
    assert parse_json("[" * 64 + "]" * 64) is not None
