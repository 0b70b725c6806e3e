"""The workbench's fields: read in order, given back as typed, nothing half-written lost."""

import pytest

from promptassay.core.errors import ValidationFailed
from promptassay.prompts.content import PromptContent
from promptassay.prompts.forms import raw_settings, read_values, read_workbench
from tests.prompts.factories import typed


def test_messages_come_in_the_order_of_their_fields() -> None:
    form = {"role-7": "user", "content-7": "b\r\nc", "role-2": "system", "content-2": "a", "role-x": "no"}
    read = read_workbench(form)
    assert read.content.messages == [{"role": "user", "content": "b\nc"}, {"role": "system", "content": "a"}]
    assert read.keys == [7, 2]


def test_texts_that_come_last_keep_the_order_of_their_roles() -> None:
    form = {"role-2": "system", "role-0": "user", "content-0": "b", "content-2": "a"}
    assert [each["content"] for each in read_workbench(form).content.messages] == ["a", "b"]


def test_settings_go_to_the_page_and_back() -> None:
    settings = {
        "temperature": 0.5,
        "max_output_tokens": 100,
        "top_p": 1.0,
        "seed": 0,
        "presence_penalty": -1.0,
        "frequency_penalty": 2.0,
        "reasoning_effort": "low",
        "stop": ["END", "\n\n", "a\\n"],
        "json_mode": True,
    }
    tool = {"name": "look", "description": "d", "parameters": {"type": "object"}}
    content = PromptContent([{"role": "system", "content": "x"}], settings, {"type": "object"}, [tool])
    read = read_workbench({**typed("x"), **raw_settings(content, {})})
    assert read.errors == {}
    assert read.content == content


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("temperature", "warm"),
        ("temperature", "2.1"),
        ("temperature", "nan"),
        ("max_output_tokens", "1.5"),
        ("max_output_tokens", "-1"),
        ("seed", "9" * 30),
        ("reasoning_effort", "enormous"),
        ("stop", "\n".join("abcdefghi")),
        ("response_schema", '{"type": '),
        ("response_schema", '{"type": "text"}'),
        ("response_schema", "[]"),
        ("response_schema", "[" * 5000),
        ("response_schema", "1" * 5000),
        ("tools", "{}"),
        ("tools", '[{"name": "a b"}]'),
        ("tools", "[1]"),
    ],
)
def test_what_cannot_be_read_is_kept_as_typed_with_the_reason(field: str, text: str) -> None:
    read = read_workbench({**typed("x"), field: text})
    assert read.unfinished == {field: text}
    assert read.errors[field]
    assert read.content == PromptContent([{"role": "system", "content": "x"}])
    assert raw_settings(read.content, read.unfinished)[field] == text
    with pytest.raises(ValidationFailed):
        read.require_readable()


def test_a_comma_is_a_decimal_point_too() -> None:
    assert read_workbench(typed("x", temperature="0,7")).content.settings == {"temperature": 0.7}


@pytest.mark.parametrize("number", ["", "-1", "x", "9" * 40])
def test_a_strange_revision_is_none(number: str) -> None:
    read = read_workbench({**typed("x"), "revision": number, "base": number})
    assert (read.revision, read.base_version) == (0, 0)


def test_values_come_from_fields_and_from_one_object() -> None:
    post = {"var:a": "1", "var:b": "", "var:c": "x\r\ny", "values_json": '{"c": {"k": [1]}, "d": true}'}
    assert read_values(post) == {"a": "1", "c": '{"k":[1]}', "d": "true"}


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": null}', "[" * 99_999, '{"a": NaN}'])
def test_values_that_cannot_be_read_say_why(text: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        read_values({"values_json": text})
    assert caught.value.why
