"""The lint as a whole: which rules there are, order, cap, silencing, time, and that nothing makes it raise."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.lint import MAX_FINDINGS, RULES, SEVERITIES, LintContext, lint, prompt
from promptassay.language.messages import Message, Role
from tests.house.source import ROOT

PAGES = ROOT / "docs" / "lint"


def test_the_rules_are_those_of_the_specification() -> None:
    assert list(RULES) == [
        "empty-message",
        "malformed-placeholder",
        "unknown-fragment",
        "near-duplicate-variable",
        "unused-variable",
        "vague-wording",
        "conflicting-instructions",
        "missing-output-contract",
        "undelimited-input",
        "secret-or-personal-data",
        "over-budget",
        "model-mismatch",
    ]
    assert [name for name, kind in RULES.items() if kind.rule.needs_model] == ["over-budget", "model-mismatch"]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_its_page(name: str) -> None:
    rule = RULES[name].rule
    page = " ".join((PAGES / f"{rule.doc}.md").read_text(encoding="utf-8").split())
    assert page.startswith(f"# `{name}` ")
    for sentence in (rule.summary, rule.why, rule.mend, f"Severity: {rule.severity}"):
        assert " ".join(sentence.split()) in page
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert f"| [`{name}`]({rule.doc}.md) | {rule.severity} | {rule.summary} |" in index


@pytest.mark.parametrize("name", RULES)
def test_a_rule_speaks_in_sentences(name: str) -> None:
    rule = RULES[name].rule
    for text in (rule.summary, rule.why, rule.mend):
        assert text[0].isupper() and text.endswith(".") and "!" not in text
    assert len(re.findall(r"\.(?:\s|$)", rule.summary)) == 1
    assert rule.severity in SEVERITIES


FLAWED = prompt(
    ("system", "Try to be fair. Name the tools, etc. {{first name}}"),
    "Write to maren.holt" + "@" + "lindenau-werke.de. ${fragment:gone}",
    declared=("mood",),
)


def test_findings_come_in_the_order_of_the_text() -> None:
    found = lint(FLAWED)
    assert [finding.rule for finding in found] == [
        "vague-wording",
        "vague-wording",
        "malformed-placeholder",
        "secret-or-personal-data",
        "unknown-fragment",
    ]
    assert [finding.span for finding in found] == sorted(finding.span for finding in found)


def test_silenced_rules_are_not_asked() -> None:
    silenced = frozenset({"vague-wording", "unknown-fragment"})
    assert {finding.rule for finding in lint(FLAWED)} - {
        finding.rule for finding in lint(FLAWED, silenced=silenced)
    } == silenced
    assert lint(FLAWED, silenced=RULES.keys()) == []


def test_of_too_many_the_most_severe_are_kept() -> None:
    context = prompt("Name the tools and the parts, etc. " * 300 + "{{open")
    found = lint(context)
    assert len(found) == MAX_FINDINGS
    assert found[-1].rule == "malformed-placeholder"
    assert found[0].start < found[1].start


def test_no_message_is_no_finding() -> None:
    assert lint(LintContext(())) == []


PIECES = [
    *[
        "{{",
        "}}",
        "${",
        "fragment:",
        "\\",
        '"',
        "```",
        "#",
        "<a>",
        "</a>",
        "json",
        "as",
        "İ",
        "’",
        "@",
        "+1",
        "eyJ",
        "://",
        "\x00",
        "�",
        "😀",
        "maybe",
        "never",
        "always",
        "use",
        "it",
    ],
    *("\n", "-----BEGIN ", "# example\n", "at most 3 words", "never use it", "always use it", "in a table"),
]
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
roles: st.SearchStrategy[Role] = st.sampled_from(["system", "user", "assistant"])


@given(st.lists(st.tuples(roles, texts), max_size=4), st.lists(st.text(max_size=8), max_size=3))
def test_nothing_makes_it_raise_and_spans_lie_in_the_text(parts: list[tuple[Role, str]], declared: list[str]) -> None:
    context = prompt(*parts, declared=tuple(declared))
    for finding in lint(context):
        for span in (finding.span, *finding.related):
            if parts:
                assert 0 <= span.start <= span.end <= len(context.messages[span.message_index].content)
        assert finding.text


LENGTH = 256 * 1024
HOSTILE = {
    "words": "as needed ",
    "braces": "{{",
    "variables": "{{text}} ",
    "references": "${fragment:a} ",
    "fences": "```\n",
    "quotes": "„",
    "line feeds": "\n",
    "digits": "1 ",
    "addresses": "joe.ray@mail-firm.de ",
    "private keys": "-----BEGIN PRIVATE KEY-----",
    "contradictions": "Be brief. Be detailed. Always use it. Never use it. ",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_long_texts_take_no_longer_than_their_length(unit: str) -> None:
    """Sixteen times the text in about sixteen times the time; a quadratic rule would need 256."""
    small = timed(unit * (LENGTH // 16 // len(unit)))
    whole = timed(unit * (LENGTH // len(unit)))
    assert whole < 64 * small + 0.5


def timed(text: str) -> float:
    context = LintContext((Message("system", text),))
    start = time.process_time()  # not the clock: others may be busy on the machine
    lint(context)
    return time.process_time() - start


def test_names_beyond_number_are_taken_in_time() -> None:
    assert timed("".join(f"{{{{v{number}}}}}" for number in range(30_000))) < 5
