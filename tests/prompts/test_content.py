"""Content: its limits, its hash, and its way through JSON."""

import json
from typing import Any

import pytest

from promptassay.core.errors import ValidationFailed
from promptassay.prompts.content import (
    MESSAGES_MAX,
    PromptContent,
    check_content,
    content_of,
    hash_of,
    json_problem,
    length_of,
    schema_problem,
    tools_problem,
)
from tests.prompts.factories import content


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"properties": {"a": value}}
    return value


def test_it_survives_json() -> None:
    whole = PromptContent([{"role": "user", "content": "é"}], {"seed": 1}, {"type": "object"}, [])
    again = PromptContent(**json.loads(json.dumps(whole.to_json())))
    assert again == whole == content_of(whole)
    assert hash_of(again) == hash_of(whole)


def test_every_part_counts_in_the_hash() -> None:
    base = PromptContent([{"role": "user", "content": "a"}])
    others = [
        PromptContent([{"role": "system", "content": "a"}]),
        PromptContent([{"role": "user", "content": "a "}]),
        PromptContent(base.messages, {"seed": 1}),
        PromptContent(base.messages, {}, {}),
        PromptContent(base.messages, {}, None, [{"name": "x", "description": "", "parameters": {}}]),
    ]
    assert len({hash_of(each) for each in [base, *others]}) == 6


def test_length_counts_characters_of_all_messages() -> None:
    assert length_of(content("äb", "😀")) == 3


def test_a_draft_may_be_empty_a_version_may_not() -> None:
    check_content(content(""), complete=False)
    with pytest.raises(ValidationFailed):
        check_content(content(""), complete=True)


@pytest.mark.parametrize(
    "messages",
    [
        [],
        "text",
        [{"role": "user"}],
        [{"role": "user", "content": 1}],
        [{"role": "user", "content": "x", "name": "y"}],
        ["x"],
        [{"role": "user", "content": "x"}] * (MESSAGES_MAX + 1),
    ],
)
def test_wrong_shapes_are_named(messages: Any) -> None:
    with pytest.raises(ValidationFailed) as caught:
        check_content(PromptContent(messages), complete=False)
    assert "messages" in caught.value.details


def test_several_problems_are_all_in_the_details() -> None:
    broken = PromptContent([{"role": "user", "content": "x"}], {"temperature": 9, "seed": "x"}, {"type": 1}, [1])  # type: ignore[list-item]
    with pytest.raises(ValidationFailed, match="3 more below") as caught:
        check_content(broken, complete=True)
    assert set(caught.value.details) == {"temperature", "seed", "response_schema", "tools"}


@pytest.mark.parametrize(
    "schema",
    [{"type": "text"}, {"properties": []}, {"$ref": 1}, [], nested(40), {"a": "\x00"}, {"a": "x" * 300_000}],
)
def test_what_is_no_schema_is_refused(schema: Any) -> None:
    assert schema_problem(schema)


@pytest.mark.parametrize("schema", [{}, {"type": "object", "properties": {"a": {"type": "string"}}}, nested(20)])
def test_what_is_a_schema_is_taken(schema: Any) -> None:
    assert schema_problem(schema) == ""


@pytest.mark.parametrize(
    "tools",
    [
        {},
        [1],
        [{"name": "a"}],
        [{"name": "", "description": "", "parameters": {}}],
        [{"name": "ä", "description": "", "parameters": {}}],
        [{"name": "a", "description": 1, "parameters": {}}],
        [{"name": "a", "description": "", "parameters": {"type": "x"}}],
        [{"name": "a", "description": "", "parameters": {}}] * 2,
        [{"name": f"a{n}", "description": "", "parameters": {}} for n in range(65)],
    ],
)
def test_what_are_no_tools_is_refused(tools: Any) -> None:
    assert tools_problem(tools)


def test_numbers_that_json_has_not_are_refused() -> None:
    assert json_problem({"a": float("inf")})
    assert json_problem({"a": float("nan")})
