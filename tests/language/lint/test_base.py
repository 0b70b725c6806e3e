"""Small parts: quoting in sentences, and taking text out without making a placeholder."""

import pytest

from promptassay.language.lint.base import Edit, Rule, Span, removal, shown


def test_a_finding_takes_its_severity_from_the_rule_unless_told() -> None:
    rule = Rule("x", "hint", "S.", "W.", "M.")
    assert rule.finding(Span(0, 1, 2), "T.").severity == "hint"
    assert rule.finding(Span(0, 1, 2), "T.", severity="error").severity == "error"
    assert rule.finding(Span(0, 1, 2), "T.").span == (0, 1, 2)


def test_quotations_are_short_and_on_one_line() -> None:
    assert shown("a\n b") == "“a b”"
    assert shown("x" * 60) == "“" + "x" * 60 + "”"
    assert shown("x" * 61) == "“" + "x" * 59 + "…”"


@pytest.mark.parametrize(
    ("source", "safe"), [("a b c", True), ("{b{c}}", False), ("\\b{{c}}", False), ("$b{x}", False), ("{b}", True)]
)
def test_taking_out_never_joins_braces(source: str, safe: bool) -> None:
    at = source.index("b")
    fixes = removal("Remove", source, 0, at, at + 1)
    assert [fix.edits for fix in fixes] == ([(Edit(0, at, at + 1, ""),)] if safe else [])
