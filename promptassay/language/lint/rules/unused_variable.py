"""The rule `unused-variable`: fed by test cases, but nowhere in the text."""

from collections.abc import Iterator
from difflib import get_close_matches

from promptassay.language.fragments import FragmentTable
from promptassay.language.lint.base import Bad, Finding, Fix, Guide, Rule, RuleKind, Span
from promptassay.language.lint.context import LintContext, prompt

RULE = Rule(
    id="unused-variable",
    severity="warning",
    summary="Test cases feed a variable that is not in the text.",
    why="The cases look as if they tried different input, but the model never sees it: every case tests the same.",
    mend="Put the variable into the text, or take it out of the cases.",
)

_MAX_NAMES = 100


def find(context: LintContext) -> Iterator[Finding]:
    """Find declared names without a place; silent while fragments are missing that may hold them."""
    if not context.whole:
        return
    used = context.variables.keys() | context.fragment_variables
    unfed = [name for name in context.variables if name not in context.declared][:_MAX_NAMES]
    for name in dict.fromkeys(context.declared):
        if name in used:
            continue
        # Comparing names costs more than anything else here; nobody feeds many that are not in the text.
        near = get_close_matches(name, unfed, n=1, cutoff=0.8)
        hint = f" The text has “{near[0]}”, which no case feeds." if near else ""
        fixes = [Fix(f"Remove “{name}” from the cases", drop_variables=(name,))]
        if near:
            fixes.insert(0, Fix(f"Rename “{near[0]}” in the text to “{name}”", context.rename(near[0], name)))
        yield RULE.finding(
            Span(0, 0, 0), f"“{name}” is fed by test cases but is not in the text.{hint}", fixes=tuple(fixes)
        )


_TABLE = FragmentTable({"greeting": {1: "Greet {{guest}}."}})

GOOD = (
    prompt("Hello {{name}}", declared=("name",)),
    prompt("${fragment:greeting}", declared=("guest",), fragments=_TABLE),
    prompt("${fragment:gone}", declared=("guest",), fragments=_TABLE),
)
BAD = (
    Bad(prompt("Hello", declared=("name",)), "", "“name” is fed by test cases"),
    Bad(prompt("Hello {{custmer}}", declared=("customer",)), "", "The text has “custmer”"),
)

GUIDE = Guide(
    instead=(("cases feed `customer`, the text has `{{custmer}}`", "the text has `{{customer}}`"),),
    keys=(
        (
            "Remove from the cases",
            "takes the values out of all cases of the prompt's suites, after a question: that cannot be undone.",
        ),
        ("Rename in the text", "is offered where the text has a name much like it that no case feeds."),
    ),
    looks_at="A variable counts as used if it stands in a message or comes out of a fragment. While a fragment cannot "
    "be found the rule is silent: the variable may be in there.",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
