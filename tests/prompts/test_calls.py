"""From content to a model call: values filled in, nothing guessed, every mistake with its place."""

import pytest

from promptassay.core.errors import ValidationFailed
from promptassay.language.fragments import NO_FRAGMENTS, FragmentTable
from promptassay.prompts.calls import TemplateUnusable, build_request, compile_content
from promptassay.prompts.content import PromptContent
from tests.prompts.factories import content

TOOL = {"name": "look", "description": "", "parameters": {"type": "object"}}


def test_values_and_defaults_are_filled_in() -> None:
    request = build_request(content("Hi {{name}} of {{where|earth}}.", "{{name}}\\{{x}}"), "m", {"name": "{{raw}}"})
    assert [(each.role, each.content) for each in request.messages] == [
        ("system", "Hi {{raw}} of earth."),
        ("user", "{{raw}}{{x}}"),
    ]


def test_one_reading_serves_many_values() -> None:
    compiled = compile_content(content("{{a}}-{{b|2}}"))
    assert [each.name for each in compiled.variables] == ["a", "b"]
    texts = [compiled.request("m", {"a": str(n)}).messages[0].content for n in range(3)]
    assert texts == ["0-2", "1-2", "2-2"]
    assert compiled.request("m", {"a": "", "b": ""}).messages[0].content == "-"


def test_a_default_written_anywhere_counts_and_its_own_comes_first() -> None:
    compiled = compile_content(content("{{a}} {{a|x}} {{a|y}}"))
    assert compiled.request("m", {}).messages[0].content == "x x y"


def test_all_missing_variables_are_listed() -> None:
    with pytest.raises(ValidationFailed, match="b, a") as caught:
        build_request(content("{{b}} {{c|1}} {{a}}"), "m", {})
    assert caught.value.details["missing"] == ["b", "a"]


def test_malformed_placeholders_are_listed_with_their_places() -> None:
    with pytest.raises(TemplateUnusable, match="message 2, line 2, column 3") as caught:
        compile_content(content("fine", "x\n  {{ no"))
    assert caught.value.details["problems"][0]["line"] == 2
    assert caught.value.details["count"] == 1


def test_a_fragment_that_does_not_exist_is_named() -> None:
    with pytest.raises(TemplateUnusable, match="tone-of-voice"):
        compile_content(content("${fragment:tone-of-voice}"), NO_FRAGMENTS)


def test_fragments_are_written_out_where_there_are_some() -> None:
    source = FragmentTable({"tone": {1: "Be {{how}}."}})
    compiled = compile_content(content("${fragment:tone}"), source)
    assert compiled.request("m", {"how": "kind"}).messages[0].content == "Be kind."


def test_messages_without_text_are_left_out_but_counted() -> None:
    with pytest.raises(TemplateUnusable, match="message 2"):
        compile_content(content("", "{{"))
    assert [each.role for each in build_request(content("", "x"), "m", {}).messages] == ["user"]
    with pytest.raises(ValidationFailed, match="no text"):
        compile_content(content(" "))


def test_settings_schema_and_tools_go_along() -> None:
    settings = {"temperature": 0, "stop": ["x"], "max_output_tokens": 5, "json_mode": True, "reasoning_effort": "low"}
    whole = PromptContent([{"role": "user", "content": "x"}], settings, {"type": "object"}, [TOOL])
    request = build_request(whole, "m", {})
    assert (request.settings.temperature, request.settings.stop) == (0, ("x",))
    assert (request.settings.max_output_tokens, request.settings.reasoning_effort) == (5, "low")
    assert request.json_mode and request.response_schema == {"type": "object"}
    assert request.tools[0].name == "look"


def test_values_may_not_swell_the_text_without_bound() -> None:
    with pytest.raises(ValidationFailed, match="2 MB"):
        build_request(content("{{a}}" * 3), "m", {"a": "x" * 1024**2})


def test_no_text_shows_in_a_repr() -> None:
    compiled = compile_content(content("secret {{a}}"))
    assert "secret" not in repr(compiled) + repr(content("secret")) + repr(compiled.request("m", {"a": "secret"}))
