"""Brainstorm answers from the prompt, honestly, with a block where one helps."""

import pytest

from promptassay.language.messages import Message
from promptassay.language.parse import parse
from promptassay.providers.demo.panels.brainstorm import brainstorm
from promptassay.providers.demo.panels.reading import read
from tests.providers.demo.panels.prompts import FAIR, POOR, prompts

BLOCKS = [
    ("Is it safe against injection?", "<ticket>\n{{ticket}}\n</ticket>"),
    ("Give me examples", "Examples:"),
    ("How do I get JSON out?", "Answer with one JSON object"),
    ("Which output format fits?", "Answer with exactly one of these"),
    ("It keeps inventing things", "instead of guessing"),
    ("What tone?", "{{audience}}"),
    ("Explain the variables", "{{ticket|text}}"),
]


@pytest.mark.parametrize(("question", "part"), BLOCKS)
def test_a_block_to_insert_comes_from_the_prompt(question: str, part: str) -> None:
    answer = brainstorm(read(FAIR), question)
    fenced = answer.split("```")
    assert len(fenced) == 3
    assert part in fenced[1]
    assert "not a language model" in answer


def test_weak_points_quote_the_prompt() -> None:
    answer = brainstorm(read(POOR), "What is weak about it?")
    assert "“{{ticket}}”" in answer or "contradict" in answer


def test_tests_and_length_are_talked_about() -> None:
    assert "- bug:" in brainstorm(read(FAIR), "which tests?")
    assert "hedges can go" in brainstorm(read(POOR), "make it shorter")


def test_what_it_cannot_discuss_it_says() -> None:
    answer = brainstorm(read(FAIR), "Why is the sky blue?")
    assert "“Why is the sky blue?” is more than my rules can discuss." in answer
    assert "choose the category among 3" in answer


def test_any_prompt_and_any_question_get_an_answer() -> None:
    questions = [question for question, _ in BLOCKS] + ["", "hm", "weak", "tests", "shorter"]
    for name, messages in prompts():
        for question in questions:
            answer = brainstorm(read(messages), question)
            assert "not a language model" in answer, name
    assert "variables" in brainstorm(read([Message("user", "")]), "variables")


def test_what_is_to_be_inserted_parses() -> None:
    for question, _ in BLOCKS:
        block = brainstorm(read(FAIR), question).split("```")[1]
        assert all(type(node).__name__ != "Malformed" for node in parse(block))
