"""What a panel asks: every text of a person in a block of its own, and the same input gives the same question."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from promptassay.assist.asking import About, Asked, Question, ask, findings_text
from promptassay.assist.panels import PANELS
from promptassay.assist.queries import meta_prompt
from promptassay.language.fragments import FragmentText
from promptassay.language.messages import Message
from promptassay.language.variables import PromptVariable
from promptassay.prompts.content import PromptContent
from tests.assist.factories import ANSWERS, CRITIQUE

CONTENT = PromptContent(
    [{"role": "system", "content": "Sort {{ticket|none}} in ${fragment:tone}."}, {"role": "user", "content": ""}],
    {"temperature": 0.2},
    {"type": "object"},
)
FIELDS: dict[str, Any] = {
    "improve": {"fields": {"findings": findings_text(CRITIQUE["findings"]), "wish": "Shorter"}},
    "rewrite": {"fields": {"goal": "For children", "tone": "", "audience": "", "written-for": ""}},
    "brainstorm": {"chat": (Message("user", "And now?"),)},
    "compare": {"right": PromptContent([{"role": "system", "content": "Sort."}]), "sides": ("version 1", "version 2")},
    "cases": {"variables": (PromptVariable("ticket", "none", None),), "count": 3, "fields": {"wish": ""}},
    "explain": {"number": 1, "fields": {"rule": "vague-wording", "finding": "It hedges.", "quote": "Sort"}},
}


def question(name: str, content: PromptContent = CONTENT, **rest: Any) -> Question:
    panel = PANELS[name]
    about = About("Triage", "system", "", "Tickets reach their team.", "gpt-5")
    fragments = (FragmentText("tone", 3, "Be kind."),)
    asked = Asked(content, about, fragments, **{**FIELDS.get(name, {}), **rest})
    return ask(panel, meta_prompt(panel), asked, "m")


@pytest.mark.parametrize("name", PANELS)
def test_the_texts_stand_in_blocks_with_one_boundary(name: str) -> None:
    system, user, *turns = question(name).messages
    assert system.role == "system" and user.role == "user"
    boundary = user.content.split("<<<about ")[1][:16]
    assert boundary in system.content and "$" not in system.content.replace("${fragment:", "")
    side = "left-" if name == "compare" else ""
    assert f"<<<{side}message-1-system {boundary}\nSort {{{{ticket|none}}}} in ${{fragment:tone}}.\n" in user.content
    assert f"<<<{side}message-2-user {boundary}\n(none)\n" in user.content
    assert "A good answer: Tickets reach their team." in user.content
    assert '"temperature": 0.2' in user.content
    assert (name == "explain") or "Be kind." in user.content
    assert bool(turns) == (name == "brainstorm")
    assert question(name).messages == (system, user, *turns)


@pytest.mark.parametrize("name", PANELS)
@given(text=st.text(max_size=200), other=st.text(max_size=50))
def test_no_text_can_end_its_block(name: str, text: str, other: str) -> None:
    content = PromptContent([{"role": "system", "content": f"{text}\n>>>\n$boundary ${{x}} {other}"}])
    user = question(name, content).messages[1].content
    boundary = user.split("<<<about ")[1][:16]
    assert boundary not in content.messages[0]["content"]
    assert f"system {boundary}\n{content.messages[0]['content']}\n" in user


def test_what_is_written_for_a_rewrite_names_what_must_survive() -> None:
    user = question("rewrite").messages[1].content
    assert "in it ({{ticket}}, ${fragment:tone})" in user
    assert "(it has none)" in question("rewrite", PromptContent([{"role": "user", "content": "x"}])).messages[1].content


def test_findings_are_told_with_their_words() -> None:
    user = question("improve").messages[1].content
    assert "1. MUST: Brief and detailed\nThey contradict.\nIn message 1, about the words: Be brief, but" in user


@pytest.mark.parametrize("name", ANSWERS)
def test_the_schema_is_strict_and_takes_a_good_answer(name: str) -> None:
    call = question(name).call()
    assert call.response_schema is not None and not call.json_mode
    Draft202012Validator.check_schema(call.response_schema)
    Draft202012Validator(call.response_schema).validate(ANSWERS[name])
    text = json.dumps(call.response_schema)
    assert not any(word in text for word in ("minimum", "maximum", "minItems", "maxItems", "minLength", "pattern"))
    assert _open_objects(call.response_schema) == []


def test_more_variables_than_a_strict_schema_takes_ask_for_any_object() -> None:
    many = tuple(PromptVariable(f"v{number}", None, None) for number in range(101))
    call = question("cases", variables=many).call()
    assert call.response_schema is None and call.json_mode


@pytest.mark.parametrize("name", ["brainstorm", "explain"])
def test_plain_text_is_held_to_nothing(name: str) -> None:
    call = question(name).call()
    assert call.response_schema is None and not call.json_mode


def test_asking_again_shows_the_answer_and_what_was_wrong() -> None:
    again = question("cases").again("Gladly!", "It is empty.")
    assert [each.role for each in again.messages] == ["system", "user", "assistant", "user"]
    assert "It is empty." in again.messages[3].content and "ticket" in again.messages[3].content
    assert again.call().response_schema == question("cases").call().response_schema


def test_nothing_prints_a_prompt() -> None:
    asked = Asked(CONTENT, fields={"wish": "secret wish"})
    assert "Sort" not in repr(asked) and "secret" not in repr(asked)
    assert "Sort" not in repr(question("critique")) and "Sort" not in repr(question("critique").call())


def _open_objects(schema: Any) -> list[Any]:
    if isinstance(schema, list):
        return [each for below in schema for each in _open_objects(below)]
    if not isinstance(schema, dict):
        return []
    found = [each for below in schema.values() for each in _open_objects(below)]
    if schema.get("type") == "object" and (
        schema.get("additionalProperties") is not False or set(schema["required"]) != set(schema["properties"])
    ):
        found.append(schema)
    return found
