"""A version is a lint fix only if the rules, asked again, make the very same text of its base."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.lint import RULES, Finding, apply
from promptassay.language.lint import prompt as sample
from promptassay.prompts.content import PromptContent
from promptassay.prompts.lint_fixes import STEPS_MAX, Step, only_fixes, read_steps
from promptassay.prompts.models import Prompt
from promptassay.providers.services import set_own_models
from tests.people import Person
from tests.prompts.factories import content, make_prompt
from tests.providers.factories import make_key

TEXT = "Greet {{customer_name}}. {{costumer_name}} is here. Try to be kind."


def _found(base: PromptContent, rule: str) -> Finding:
    context = sample(*((each["role"], each["content"]) for each in base.messages))  # type: ignore[arg-type]
    return next(iter(RULES[rule].find(context)))


def _fixed(base: PromptContent, rule: str) -> tuple[PromptContent, Step]:
    """The content after the first fix of a rule's first finding, and the step that a page would note."""
    found = _found(base, rule)
    after = apply(base.language_messages, found.fixes[0])
    messages = [{"role": each.role, "content": each.content} for each in after]
    return replace(base, messages=messages), Step(rule, *found.span, found.fixes[0].title)


def _holds(person: Person, prompt: Prompt, base: PromptContent, text: PromptContent, *steps: Step) -> bool:
    with person.inside():
        return only_fixes(prompt, base, text, steps)


def test_fixes_one_after_the_other_are_found_again(alice: Person) -> None:
    prompt, base = make_prompt(alice, TEXT), content(TEXT)
    once, first = _fixed(base, "near-duplicate-variable")
    twice, second = _fixed(once, "vague-wording")
    assert _holds(alice, prompt, base, once, first)
    assert _holds(alice, prompt, base, twice, first, second)
    assert not _holds(alice, prompt, base, twice, first)
    assert not _holds(alice, prompt, base, twice, first, second, second)
    assert not _holds(alice, prompt, base, base)


def test_anything_else_in_the_text_is_no_fix(alice: Person) -> None:
    prompt, base = make_prompt(alice, TEXT), content(TEXT)
    fixed, step = _fixed(base, "vague-wording")
    text = fixed.messages[0]["content"]
    for other in (text + "!", text.lower(), ""):
        changed = replace(fixed, messages=[{**fixed.messages[0], "content": other}])
        assert not _holds(alice, prompt, base, changed, step)
    assert not _holds(alice, prompt, base, replace(fixed, settings={"temperature": 1.0}), step)


@pytest.mark.parametrize(
    "step",
    [
        Step("vague-wording", 0, 0, 3, "Take it out"),
        Step("vague-wording", 7, 0, 3, "Take it out"),
        Step("empty-message", 0, 0, 0, "Remove the message"),
        Step("vague-wording", 0, 52, 58, "Write what I want"),
    ],
)
def test_steps_that_no_rule_would_make_are_not_believed(alice: Person, step: Step) -> None:
    prompt, base = make_prompt(alice, TEXT), content(TEXT)
    fixed, _ = _fixed(base, "vague-wording")
    assert not _holds(alice, prompt, base, fixed, step)


def test_a_message_removed_and_a_setting_unset_count_too(alice: Person) -> None:
    prompt = make_prompt(alice, "Be kind.")
    base = content("Be kind.", " ")
    without, step = _fixed(base, "empty-message")
    assert len(without.messages) == 1
    assert _holds(alice, prompt, base, without, step)
    with alice.inside():
        key = make_key(alice)
        set_own_models(alice.actor, key.id, names=["o1"])
        prompt.target_model = f"{key.id}/o1"
        cool = replace(content("Be kind."), settings={"temperature": 0.2})
        unset = Step("model-mismatch", 0, 0, 0, "Unset temperature")
        assert only_fixes(prompt, cool, content("Be kind."), [unset])
        assert not only_fixes(prompt, cool, cool, [unset])


def test_steps_are_read_from_a_field() -> None:
    step = ["vague-wording", 0, 4, 10, "Take it out"]
    assert read_steps(json.dumps([step])) == [Step("vague-wording", 0, 4, 10, "Take it out")]
    assert read_steps(json.dumps([step] * (STEPS_MAX + 1))) == []
    for bad in ("", "{", "{}", "null", "[[]]", '[["x",0,0,0,"y"]]', json.dumps([step, 7]), "[" * 20_000):
        assert read_steps(bad) == []


@given(st.text(max_size=60) | st.recursive(st.integers() | st.text(max_size=5), st.lists).map(json.dumps))
def test_whatever_is_in_the_field_is_read_or_left(text: str) -> None:
    assert all(isinstance(step, Step) for step in read_steps(text))
