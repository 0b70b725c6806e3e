"""JSONL in and out: nested and flat cases, and what is wrong with a line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.core.errors import ValidationFailed
from promptassay.evals.case_files import CaseRow, read_jsonl, write_jsonl

VARIABLES = ["product", "question"]


def lines(*values: Any) -> bytes:
    return "\n".join(json.dumps(value) for value in values).encode()


NESTED = {"name": "a", "variables": {"product": "kettle", "question": "Why?"}, "expected": "yes"}
FLAT = {"name": "a", "product": "kettle", "question": "Why?", "expected": "yes"}


@pytest.mark.parametrize(
    "data",
    [
        lines(NESTED),
        lines(FLAT),
        b"\xef\xbb\xbf" + lines(FLAT) + b"\n\n",
        lines(FLAT).decode().encode("utf-16"),
        lines({"case:name": "a", "product": "kettle", "question": "Why?", "case:expected": "yes"}) + b"\r\n",
    ],
)
def test_forms_of_the_same_case(data: bytes) -> None:
    (row,) = read_jsonl(data, VARIABLES).rows
    assert row == CaseRow("a", {"product": "kettle", "question": "Why?"}, "yes", 1)


def test_values_that_are_no_text_become_text() -> None:
    data = lines({"product": 5, "question": {"a": [True, None, "é"]}}, {"product": None, "question": 1.5})
    first, second = read_jsonl(data, VARIABLES).rows
    assert first.variables == {"product": "5", "question": '{"a": [true, null, "é"]}'}
    assert second.variables == {"product": "", "question": "1.5"}
    assert (first.name, second.name, second.line) == ("Case 1", "Case 2", 2)


def test_a_variable_named_like_our_own_field() -> None:
    nested = read_jsonl(lines({"name": "first", "variables": {"name": "Ada"}}), ["name"]).rows[0]
    assert (nested.name, nested.variables) == ("first", {"name": "Ada"})
    flat = read_jsonl(lines({"name": "Ada", "case:name": "first"}), ["name"]).rows[0]
    assert (flat.name, flat.variables) == ("first", {"name": "Ada"})
    whole = read_jsonl(lines({"variables": {"a": 1}}), ["variables"]).rows[0]
    assert whole.variables == {"variables": '{"a": 1}'}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "The file is empty"),
        (b"\n \n", "The file is empty"),
        (lines([FLAT]), "one JSON list"),
        (lines(FLAT) + b"\n5", "Line 2 is not an object"),
        (lines(FLAT) + b"\n{", "Line 2 is not JSON"),
        (json.dumps(FLAT, indent=1).encode(), "Line 1 is not JSON"),
        (b'{"product": "a", "product": "b", "question": "c"}', "`product` stands twice"),
        (lines({"product": "a"}), "Line 1: the field `question` is missing"),
        (lines(FLAT, {**FLAT, "colour": 1}), "Line 2: the field `colour` is not known"),
        (lines({"variables": {"product": "a", "question": "b", "x": 1}}), "the field `x` is not known"),
        (lines({**FLAT, "case:name": "b"}), "`name` and `case:name` stands more than once"),
        (lines({**FLAT, "product": "a\0"}), "holds a NUL character"),
        (lines({**FLAT, "product": "a" * 204_801}), "cell `product` on line 1"),
        (b'{"product": "\\ud800", "question": ""}', "Line 1 is not JSON"),
        (b'{"product": ' + b"[" * 70 + b"]" * 70 + b"}", "nests deeper"),
        (b"\xff\xfe\xff", "not UTF-16"),
        ("{é".encode("latin-1"), "byte 2, in line 1, is not UTF-8"),
        (b"{}\n" * 5001, "5,001 cases"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, says: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        read_jsonl(data, VARIABLES)
    assert says in str(caught.value)
    assert caught.value.next_step


def test_equal_names_are_refused() -> None:
    with pytest.raises(ValidationFailed, match="Line 2 has `a`, like line 1"):
        read_jsonl(lines(FLAT, FLAT), VARIABLES)


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=6))
def test_what_is_written_is_read_back(cases: list[tuple[str, str, str]]) -> None:
    given_rows = [
        CaseRow(f"c{n}", {"product": one, "question": two}, expected, n)
        for n, (one, two, expected) in enumerate(cases, 1)
    ]
    assert list(read_jsonl(write_jsonl(given_rows), VARIABLES).rows) == given_rows
