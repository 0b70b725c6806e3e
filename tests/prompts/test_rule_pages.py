"""Samples of every rule can be shown: what is found, under a mark, and what one key makes of it."""

import pytest

from promptassay.language.lint import RULES
from promptassay.prompts.rule_pages import samples_of


@pytest.mark.parametrize("rule", RULES)
def test_samples_show_what_the_rule_finds(rule: str) -> None:
    samples = samples_of(rule)
    assert len(samples.bad) == len(RULES[rule].bad) and len(samples.good) == len(RULES[rule].good)
    for shown, bad in zip(samples.bad, RULES[rule].bad, strict=True):
        assert bad.says in shown.says
        assert "".join(each.found for each in shown.passages) == bad.quote
        whole = ["".join((each.before, each.found, each.after)) for each in shown.passages]
        assert whole == [each.content for each in bad.context.messages]


def test_a_fix_is_shown_with_what_it_makes() -> None:
    sample = samples_of("undelimited-input").bad[0]
    assert sample.fix == "Wrap it in <mail>…</mail>"
    assert "<mail>\n{{mail}}\n</mail>" in sample.fixed[0].before


def test_what_the_rule_knew_besides_is_told() -> None:
    assert samples_of("unused-variable").bad[0].facts == ["Test cases feed name."]
    assert "The fragment style says “Be {{1st}}.”" in samples_of("malformed-placeholder").bad[-1].facts
    assert samples_of("over-budget").bad[1].facts[0] == "max_output_tokens is set to 400."


def test_lists_are_shown_where_a_rule_reads_them() -> None:
    assert "etc" in samples_of("vague-wording").lists[0]
    assert samples_of("empty-message").lists == []
