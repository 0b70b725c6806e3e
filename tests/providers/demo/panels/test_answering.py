"""Each panel's request is answered in the panel's own shape, and always says who answers."""

import json
from typing import Any

import pytest

from promptassay.language.messages import Message
from promptassay.providers import demo
from promptassay.providers.demo.panels import answer_panel
from promptassay.providers.wire import CallRequest
from promptassay.providers.wire import Message as Sent
from tests.providers.demo.panels.prompts import FAIR, POOR
from tests.providers.demo.panels.requests import request

SHAPES = {
    "critique": {"scores", "findings", "summary"},
    "improve": {"edits", "summary"},
    "rewrite": {"messages", "changes"},
    "compare": {"changes", "prefer", "summary"},
    "cases": {"cases"},
}


def asked(panel: str, **more: Any) -> str:
    """The demo provider's answer, through its own door."""
    right = POOR if panel == "compare" else ()
    return demo.answer(request(panel, FAIR, right=right, **more)).text


@pytest.mark.parametrize("panel", sorted(SHAPES))
def test_json_panels_answer_one_object(panel: str) -> None:
    value = json.loads(asked(panel))
    assert set(value) == SHAPES[panel]
    assert "not a language model" in json.dumps(value)
    assert asked(panel) == asked(panel)


def test_text_panels_answer_plainly() -> None:
    explained = asked(
        "explain", rule="vague-wording (hint): a hedge.", finding="“maybe” leaves it open.", quote="maybe"
    )
    assert "“maybe” leaves it open." in explained
    assert "not a language model" in explained
    question = Sent("user", "Is it safe from injection?")
    talk = request("brainstorm", FAIR, end="What follows is the conversation about it.")
    apart = answer_panel(CallRequest("demo-large", (*talk.messages, question)))
    system, blocks = talk.messages
    merged = CallRequest("demo-large", (system, Sent("user", f"{blocks.content}\n\n{question.content}")))
    assert "<ticket>" in apart
    assert answer_panel(merged) == apart


def test_what_was_asked_for_reaches_the_panel() -> None:
    assert len(json.loads(asked("cases", end="Now give 3 cases."))["cases"]) == 3
    assert "The goal: fewer words." in asked("rewrite", goal="fewer words", tone="dry", written_for="gpt-5")
    chosen = "1. SHOULD: Nothing marks where the input begins and ends\nx\nIn message 1, about the words: {{ticket}}"
    edits = json.loads(demo.answer(request("improve", POOR, findings=chosen, wish="")).text)["edits"]
    assert len(edits) == 1


def test_an_empty_prompt_is_answered_by_every_panel() -> None:
    for panel in [*SHAPES, "brainstorm", "explain"]:
        assert demo.answer(request(panel, [Message("user", "")], right=[Message("user", "")])).text
