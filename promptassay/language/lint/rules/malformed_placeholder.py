"""The rule `malformed-placeholder`: braces that start a placeholder and make none."""

import re
from collections.abc import Iterator

from promptassay.language.errors import Problem, show_path
from promptassay.language.expand import Expansion
from promptassay.language.fragments import FragmentTable
from promptassay.language.lint.base import Bad, Edit, Finding, Fix, Guide, Rule, RuleKind, Span, removal, shown
from promptassay.language.lint.context import LintContext, prompt
from promptassay.language.nodes import FragmentRef, Malformed
from promptassay.language.parse import is_name

RULE = Rule(
    id="malformed-placeholder",
    severity="error",
    summary="Something opens like a placeholder and is none.",
    why="A prompt with a malformed placeholder cannot be resolved, and a “${name}” of another template language "
    "reaches the model as it stands.",
    mend="Close the placeholder, correct its name, or write `\\{{` and `\\${fragment:` for the characters themselves.",
)

_BEGINS_WELL = re.compile(r"[ \t]*[A-Za-z_][A-Za-z0-9_]*")
_DOLLAR = re.compile(r"\$\{[ \t]{0,9}([A-Za-z_][A-Za-z0-9_.-]{0,60})[ \t]{0,9}\}")


def find(context: LintContext) -> Iterator[Finding]:
    """Find malformed placeholders in messages and in the fragments they take in, and stray `${name}` in prose."""
    for index, nodes in enumerate(context.nodes):
        for node in nodes:
            if isinstance(node, Malformed):
                text = f"{shown(node.raw, 40)} is malformed: {node.reason}."
                yield RULE.finding(
                    Span(index, node.start, node.end), text, fixes=_fixes(context.messages[index].content, index, node)
                )
    for index, prose in enumerate(context.prose):
        for stray in _DOLLAR.finditer(prose.cased):
            yield RULE.finding(
                Span(index, *stray.span()),
                f"{shown(stray.group())} is no placeholder here: it reaches the model as it stands.",
                fixes=_variable_fix(index, stray.start(), stray.end(), stray[1], prose.cased),
                severity="warning",
            )
    if isinstance(context.expansion, Expansion):
        for problem in context.expansion.problems:
            if problem.path:
                yield _in_fragment(context, problem)


def _fixes(source: str, index: int, node: Malformed) -> tuple[Fix, ...]:
    fixes: list[Fix] = []
    if node.code == "too-many":
        return ()
    if node.code == "unclosed" and _BEGINS_WELL.fullmatch(node.raw[2:]):
        fixes.append(Fix("Close it with “}}”", (Edit(index, node.end, node.end, "}}"),)))
    elif node.code == "bad-name":
        name, bar, default = node.raw[2:-2].partition("|")
        if name := _as_name(name):
            written = "{{" + name + bar + default + "}}"
            fixes.append(Fix(f"Write {written}", (Edit(index, node.start, node.end, written),)))
    elif node.code == "no-name":
        fixes += removal("Remove it", source, index, node.start, node.end)
    if source[max(0, node.start - 2) : node.start] != "{{":  # of a longer run the front comes first
        fixes.append(Fix("Write the characters literally", (Edit(index, node.start, node.start, "\\"),)))
    return tuple(fixes)


def _as_name(text: str) -> str:
    """Return the nearest legal name: other characters become underscores; empty if there is none."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    if name and name[0].isdigit():
        name = f"_{name}"
    return name if is_name(name) and len(name) <= 60 else ""


def _variable_fix(index: int, start: int, end: int, raw_name: str, text: str) -> tuple[Fix, ...]:
    name = _as_name(raw_name)
    # A brace or a backslash before would change what the new braces mean.
    if not name or text[start - 1 : start] in ("\\", "{"):
        return ()
    written = "{{" + name + "}}"
    return (Fix(f"Make it the variable {written}", (Edit(index, start, end, written),)),)


def _in_fragment(context: LintContext, problem: Problem) -> Finding:
    """A problem in a fragment's text, shown at the reference that leads to it."""
    index = problem.message_index
    nodes = context.nodes[index]
    place = next((node for node in nodes if isinstance(node, FragmentRef) and node.label == problem.path[0]), None)
    span = Span(index, place.start, place.end) if place else Span(index, 0, 0)
    where = f"In fragment {show_path(problem.path)}, line {problem.line}, {shown(problem.raw, 40)} is malformed"
    return RULE.finding(span, f"{where}: {problem.reason}.")


GOOD = (
    prompt("Hello {{name}}, {{ greeting|hi }}, {single}, ${fragment:style@3}."),
    prompt("Write \\{{name}} for a field and \\${fragment:x} for a fragment."),
    prompt("Run:\n```sh\necho ${HOME}\n```\nor `${USER}`."),
    prompt("The price is $5 {plus tax}; a set is written { {1}, {2} }."),
)
BAD = (
    Bad(prompt("Hello {{name, welcome."), "{{name", "not closed"),
    Bad(prompt("Hello {{first name}}."), "{{first name}}", "letters, digits and underscores"),
    Bad(prompt("Hello {{}}."), "{{}}", "has no name"),
    Bad(prompt("{{user.name}} asks"), "{{user.name}}", "is malformed"),
    Bad(prompt("Use ${fragment:House_Style}."), "${fragment:House_Style}", "lower-case"),
    Bad(prompt("Write to ${customer} now."), "${customer}", "reaches the model as it stands"),
    Bad(
        prompt("${fragment:style}", fragments=FragmentTable({"style": {1: "Be {{1st}}."}})),
        "${fragment:style}",
        "In fragment style, line 1",
    ),
)

GUIDE = Guide(
    instead=(
        ("`Hello {{first name}}`", "`Hello {{first_name}}`"),
        ("`Hello {{name, welcome`", "`Hello {{name}}, welcome`"),
        ("`Write to ${customer}`", "`Write to {{customer}}`"),
    ),
    keys=(
        ("Close it", "adds the braces that are missing."),
        ("Write {{first_name}}", "makes the name legal: other characters become underscores, a default is kept."),
        ("Write the characters literally", "puts a backslash before the opener."),
        ("Make it the variable", "turns `${customer}` into `{{customer}}`."),
        ("Remove it", "takes a placeholder without a name out."),
    ),
    looks_at="Reported are openers that start no placeholder, the same in the text of fragments that the prompt takes "
    "in, and `${name}` in prose, which other template languages would fill. `${name}` in a block of code or in"
    " backticks is code and stays quiet; so do single braces, JSON and LaTeX. A `${name}` is a warning, "
    "everything else an error.",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
