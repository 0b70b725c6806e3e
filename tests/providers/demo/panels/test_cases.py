"""Proposed cases fill every variable and come from the prompt's own choices and examples."""

import pytest

from promptassay.language.messages import Message
from promptassay.providers.demo.panels.cases import MOST, propose
from promptassay.providers.demo.panels.reading import read
from tests.providers.demo.panels.prompts import FAIR, prompts

EXAMPLES = """Sort the ticket: bug, billing, other. Answer with the category only.

Ticket: it broke again today
Category: bug

Ticket: {{ticket}}
Category:"""


def test_every_case_has_a_name_of_its_own_and_all_values() -> None:
    for name, messages in prompts():
        reading = read(messages)
        cases = propose(reading, MOST, "")["cases"]
        assert 1 <= len(cases) <= MOST, name
        assert len({case["name"] for case in cases}) == len(cases), name
        for case in cases:
            assert set(reading.context.variables) == set(case["values"]) or not reading.context.variables, name
            assert "not a language model" in case["why"]


def test_choices_and_examples_of_the_prompt_come_first() -> None:
    cases = propose(read(FAIR), 3, "")["cases"]
    assert [case["name"] for case in cases] == ["bug", "billing", "other"]
    assert [case["expected"] for case in cases] == ["bug", "billing", "other"]
    first = propose(read([Message("user", EXAMPLES)]), 1, "")["cases"][0]
    assert (first["values"], first["expected"]) == ({"ticket": "it broke again today"}, "bug")


def test_a_wish_chooses_among_them() -> None:
    assert propose(read(FAIR), 1, "orders inside the input")["cases"][0]["name"] == "an order inside the input"


@pytest.mark.parametrize(("count", "given"), [(1, 1), (4, 4), (0, 1), (99, 9)])
def test_no_more_than_asked_for(count: int, given: int) -> None:
    assert len(propose(read(FAIR), count, "")["cases"]) == given


def test_a_prompt_without_variables_has_one_case() -> None:
    cases = propose(read([Message("user", "Tell a joke.")]), 5, "")["cases"]
    assert [case["values"] for case in cases] == [{}]


def test_values_follow_names_and_defaults() -> None:
    text = "Write about {{topic}} in {{language|Welsh}} for {{email}} with {{count}} lines."
    values = propose(read([Message("user", text)]), 1, "")["cases"][0]["values"]
    assert values["language"] == "Welsh"
    assert values["count"].isdigit()
