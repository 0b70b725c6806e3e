"""Explain tells the rule's own words."""

import pytest

from promptassay.language.lint import RULES
from promptassay.providers.demo.panels.explain import explain


@pytest.mark.parametrize("rule", sorted(RULES))
def test_each_rule_is_explained_by_its_own_page(rule: str) -> None:
    text = explain(rule, "It is wrong here.", "the words")
    kind = RULES[rule]
    assert "“the words”" in text
    assert "It is wrong here." in text
    assert kind.rule.why in text
    assert kind.rule.mend in text
    assert "not a language model" in text


def test_an_unknown_rule_and_a_long_quote() -> None:
    assert "no rule called “zork”" in explain("zork", "", "")
    assert len(explain("vague-wording", "", "x" * 5_000)) < 2_000
    assert RULES["vague-wording"].rule.summary in explain("vague-wording", "", "")
