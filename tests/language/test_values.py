"""Values from programs become text, or are refused by name."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.errors import BadValue
from promptassay.language.values import as_text, as_texts


@given(st.text())
def test_a_text_is_itself(text: str) -> None:
    assert as_text(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-12, "-12"),
        (1.5, "1.5"),
        (1e-7, "1e-07"),
        ([], "[]"),
        ([1, "é", None, True], '[1,"é",null,true]'),
        (("a", 1), '["a",1]'),
        ({"b": 1, "a": [{}]}, '{"b":1,"a":[{}]}'),
    ],
)
def test_everything_else_is_compact_json(value: object, text: str) -> None:
    assert as_text(value) == text


@given(st.recursive(st.booleans() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_values_can_be_read_back(value: object) -> None:
    assert json.loads(as_text(value)) == value


def endless() -> list[Any]:
    inner: list[Any] = []
    inner.append(inner)
    return inner


def deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        None,
        float("nan"),
        float("inf"),
        [float("-inf")],
        b"x",
        date(2026, 1, 1),
        {1, 2},
        {"a": b"x"},
        10**5_000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_has_not_is_refused_by_name(value: object) -> None:
    with pytest.raises(BadValue, match="The value of topic cannot") as caught:
        as_texts({"ok": "x", "topic": value})
    assert caught.value.name == "topic"
    assert caught.value.code == "BAD_VALUE"


def test_null_is_told_as_null() -> None:
    with pytest.raises(BadValue, match="It is null"):
        as_text(None)


def test_endless_and_very_deep_values_are_refused() -> None:
    for value in (endless(), deep()):
        with pytest.raises(BadValue):
            as_text(value)


def test_texts_keep_their_names() -> None:
    assert as_texts({"a": 1, "b": "x"}) == {"a": "1", "b": "x"}
