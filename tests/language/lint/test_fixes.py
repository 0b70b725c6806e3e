"""Fixes: edits land where they say, and whatever is wrong in a made-up prompt, one key mends it and breaks nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.fragments import FragmentTable
from promptassay.language.lint import Edit, Finding, Fix, LintContext, apply, apply_to_context, lint, prompt
from promptassay.language.messages import Message
from promptassay.language.nodes import Malformed
from promptassay.language.parse import parse, to_text

MESSAGES = (Message("system", "Be kind."), Message("user", "Hello {{name}}."))


def test_edits_are_made_in_any_order() -> None:
    fix = Fix("", (Edit(1, 6, 14, "{{guest}}"), Edit(1, 0, 5, "Welcome"), Edit(0, 3, 7, "brief")))
    assert apply(MESSAGES, fix) == (Message("system", "Be brief."), Message("user", "Welcome {{guest}}."))


def test_two_edits_at_one_place_wrap_what_is_between() -> None:
    fix = Fix("", (Edit(1, 14, 14, ">"), Edit(1, 6, 6, "<")))
    assert apply(MESSAGES, fix)[1].content == "Hello <{{name}}>."


def test_a_message_is_dropped() -> None:
    assert apply(MESSAGES, Fix("", drop_messages=(0,))) == MESSAGES[1:]


@pytest.mark.parametrize(
    "fix",
    [
        Fix("", (Edit(1, 0, 5, ""), Edit(1, 4, 8, ""))),
        Fix("", (Edit(1, 5, 99, ""),)),
        Fix("", (Edit(1, 5, 4, ""),)),
        Fix("", (Edit(2, 0, 0, ""),)),
        Fix("", drop_messages=(2,)),
    ],
)
def test_a_fix_for_another_text_is_refused(fix: Fix) -> None:
    with pytest.raises(ValueError, match="for"):
        apply(MESSAGES, fix)


def test_a_context_loses_variables_settings_and_counts_too() -> None:
    context = LintContext(MESSAGES, declared=("name", "mood"), settings={"seed": 1, "top_p": 1}, token_counts=(3, 5))
    after = apply_to_context(context, Fix("", drop_messages=(0,), drop_variables=("mood",), drop_settings=("seed",)))
    assert (after.declared, after.settings, after.token_counts) == (("name",), {"top_p": 1}, (5,))
    assert after.messages == MESSAGES[1:]


FLAWS = [
    "{{first name}}",
    "{{",
    "{{}}",
    "{{1st|x}}",
    "{{open\n",
    "${fragment:Bad Slug}",
    "${fragment:gone}",
    "${fragment:known@9}",
    "${HOME}",
    "{{customer_name}} and {{costumer_name}}",
    "{{Customer_Name}}",
    "Name the tools, parts, etc.",
    "Try to be fair.",
    "Answer in verse, if possible.",
    "Ideally, give some kind of proof.",
    "Return the result as JSON.",
    "Present it in a table.",
    "Return a list.",
    "{{ticket}}",
    "{{user_message}}",
    " maren.holt" + "@" + "lindenau-werke.de ",
    " AKIA" + "QXZ7KDP3MWBV5TRN ",
    " +49 341 " + "5582 917 ",
]
FILLING = [
    " ",
    "\n",
    "\n\n",
    " Sum up what the customer wants in one short sentence. ",
    "{",
    "\\",
    "$",
    "}",
    "`",
    "<b>",
    "- ",
]
made_up = st.lists(st.one_of(st.sampled_from(FLAWS), st.sampled_from(FILLING)), max_size=12).map("".join)


def malformed(context: LintContext) -> int:
    return sum(isinstance(node, Malformed) for nodes in context.nodes for node in nodes)


@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), made_up), min_size=1, max_size=3))
def test_a_fix_removes_its_finding_and_breaks_no_placeholder(parts: list[tuple[str, str]]) -> None:
    table = FragmentTable({"known": {1: "Be {{tone}}."}})
    context = prompt(*parts, fragments=table, fragment_slugs=("known",), declared=("mood",))  # type: ignore[arg-type]
    found = lint(context)
    for finding in found:
        for fix in finding.fixes:
            after = apply_to_context(context, fix)
            assert malformed(after) <= malformed(context), fix
            for message in after.messages:
                assert to_text(parse(message.content)) == message.content
            # A fix may bring another flaw to light, but never the one it was made for.
            assert like(finding, lint(after)) < like(finding, found), (finding, fix)


def like(finding: Finding, found: list[Finding]) -> int:
    """How many findings say the same; messages are numbered, so that one without text is known by its rule."""
    if finding.rule == "empty-message":
        return [each.rule for each in found].count(finding.rule)
    return [each.text for each in found].count(finding.text)
