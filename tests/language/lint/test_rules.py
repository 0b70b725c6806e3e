"""Every rule against its own samples: good ones stay silent, bad ones are found at the quote, and fixes mend them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from promptassay.language.lint import RULES, SEVERITIES, Bad, Finding, Fix, LintContext, RuleKind, apply_to_context
from promptassay.language.nodes import Malformed

GOOD = [
    pytest.param(kind, context, id=f"{name}-{number}")
    for name, kind in RULES.items()
    for number, context in enumerate(kind.good)
]
BAD = [
    pytest.param(kind, bad, id=f"{name}-{number}")
    for name, kind in RULES.items()
    for number, bad in enumerate(kind.bad)
]


@pytest.mark.parametrize(("kind", "context"), GOOD)
def test_good_samples_have_no_finding(kind: RuleKind, context: LintContext) -> None:
    assert list(kind.find(context)) == []


@pytest.mark.parametrize(("kind", "bad"), BAD)
def test_bad_samples_are_found_at_their_quote(kind: RuleKind, bad: Bad) -> None:
    found = list(kind.find(bad.context))
    assert [
        finding for finding in found if bad.context.quote(finding.span) == bad.quote and bad.says in finding.text
    ], found


@pytest.mark.parametrize(("kind", "bad"), BAD)
def test_findings_are_well_formed(kind: RuleKind, bad: Bad) -> None:
    for finding in kind.find(bad.context):
        assert finding.rule == kind.rule.id
        assert finding.severity in SEVERITIES
        assert len(finding.text) > 20 and finding.text.endswith(".")
        for span in (finding.span, *finding.related):
            assert 0 <= span.start <= span.end <= len(bad.context.messages[span.message_index].content)


def fixes_of(kind: RuleKind, context: LintContext) -> Iterator[tuple[Finding, Fix]]:
    for finding in kind.find(context):
        for fix in finding.fixes:
            yield finding, fix


@pytest.mark.parametrize(("kind", "bad"), BAD)
def test_each_fix_removes_its_finding_and_breaks_nothing(kind: RuleKind, bad: Bad) -> None:
    before = list(kind.find(bad.context))
    for finding, fix in fixes_of(kind, bad.context):
        after = apply_to_context(bad.context, fix)
        left = list(kind.find(after))
        assert finding.text not in [each.text for each in left]
        assert len(left) < len(before)
        assert malformed(after) <= malformed(bad.context)


def malformed(context: LintContext) -> int:
    return sum(isinstance(node, Malformed) for nodes in context.nodes for node in nodes)


# What a person can do with one key, by rule; `–` in the specification means that only the author can mend it.
WITHOUT_FIX = {"conflicting-instructions", "over-budget"}


@pytest.mark.parametrize("name", RULES)
def test_every_rule_that_can_be_mended_offers_a_fix(name: str) -> None:
    offered = [fix for bad in RULES[name].bad for _, fix in fixes_of(RULES[name], bad.context)]
    assert bool(offered) is (name not in WITHOUT_FIX)
    assert all(fix.title[0].isupper() for fix in offered)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_good_and_bad_samples(name: str) -> None:
    assert len(RULES[name].good) >= 3
    assert len(RULES[name].bad) >= 2


@pytest.mark.parametrize("name", [name for name, kind in RULES.items() if kind.rule.needs_model])
def test_rules_about_the_model_are_silent_without_one(name: str) -> None:
    for bad in RULES[name].bad:
        assert list(RULES[name].find(replace(bad.context, model=None))) == []
