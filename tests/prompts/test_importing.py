"""Pasted prompts: what is plain text, what is a conversation, and what is neither."""

import json
from typing import Any

import pytest

from promptassay.core.errors import ValidationFailed
from promptassay.prompts.importing import read_pasted

SCHEMA = {"type": "object"}


def paste(value: Any) -> Any:
    return read_pasted(json.dumps(value))


@pytest.mark.parametrize(
    "text",
    [
        "Plain.",
        '{"an": "example"} Answer like that.',
        '{"an": "example"}',
        "[1, 2]",
        "{{name}} is the customer",
        "[" * 100_000,
        "",
        '[{"a": 1}]',
    ],
)
def test_everything_else_is_text_exactly_as_it_stands(text: str) -> None:
    found = read_pasted(text, role="user")
    assert found.content.messages == [{"role": "user", "content": text}]
    assert found.origin == "text"


def test_line_ends_are_ours() -> None:
    assert read_pasted("a\r\nb").content.messages[0]["content"] == "a\nb"


def test_a_list_of_messages() -> None:
    found = paste([{"role": "developer", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "b"}]}])
    assert found.content.messages == [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]


def test_an_openai_request_with_its_settings() -> None:
    found = paste(
        {
            "model": "gpt",
            "messages": [{"role": "user", "content": "x"}],
            "temperature": 0.2,
            "max_completion_tokens": 50,
            "stop": "END",
            "user": "u1",
            "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}},
            "tools": [{"type": "function", "function": {"name": "look", "parameters": SCHEMA}}],
        }
    )
    assert found.origin == "openai"
    assert found.content.settings == {"temperature": 0.2, "max_output_tokens": 50, "stop": ["END"]}
    assert found.content.response_schema == SCHEMA
    assert found.content.tools == [{"name": "look", "description": "", "parameters": SCHEMA}]
    assert found.left_out == ("user",)


def test_an_anthropic_request_with_its_system_prompt() -> None:
    found = paste(
        {
            "system": [{"type": "text", "text": "Be brief."}],
            "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "{"}],
            "max_tokens": 9,
            "stop_sequences": ["\n"],
            "tools": [{"name": "look", "description": "d", "input_schema": SCHEMA}],
        }
    )
    assert found.origin == "anthropic"
    assert [each["role"] for each in found.content.messages] == ["system", "user", "assistant"]
    assert found.content.settings == {"max_output_tokens": 9, "stop": ["\n"]}
    assert found.content.tools[0]["parameters"] == SCHEMA


def test_json_mode_is_kept() -> None:
    found = paste({"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_object"}})
    assert found.content.settings == {"json_mode": True}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[{"role": "user", "content": "x"', "line 1, column 33"),
        ('{"messages": [\n{"role": }]}', "line 2, column 10"),
        (json.dumps([{"role": "tool", "content": "x"}]), "'tool'"),
        (json.dumps([{"role": "user", "content": [{"type": "image_url"}]}]), "'image_url'"),
        (json.dumps([{"role": "user", "content": 5}]), "Message 1"),
        (json.dumps({"messages": []}), "empty"),
        (json.dumps({"messages": ["x"]}), "Message 1"),
        (json.dumps({"messages": [{"role": "user", "content": "x"}], "temperature": 7}), "temperature"),
        (json.dumps({"messages": [{"role": "user", "content": "x"}], "tools": "x"}), "list"),
    ],
)
def test_what_was_meant_as_a_conversation_gets_an_error_that_says_where(text: str, why: str) -> None:
    with pytest.raises(ValidationFailed, match=why) as caught:
        read_pasted(text)
    assert "pasted" in caught.value.details
