"""The rule `unknown-fragment`: references that lead nowhere, or in a circle."""

from collections.abc import Iterator
from difflib import get_close_matches

from promptassay.language.errors import (
    ExpansionTooLarge,
    FragmentError,
    UnknownFragment,
    UnknownPin,
)
from promptassay.language.fragments import FragmentTable
from promptassay.language.lint.base import Bad, Edit, Finding, Fix, Guide, Rule, RuleKind, Span, removal
from promptassay.language.lint.context import LintContext, prompt
from promptassay.language.nodes import FragmentRef
from promptassay.language.parse import reference_text

RULE = Rule(
    id="unknown-fragment",
    severity="error",
    summary="A reference names a fragment or a pin that does not exist, or fragments that contain each other.",
    why="The prompt cannot be resolved: no run, no test and no call through the API gets past it.",
    mend="Pick one of the nearest fragments, pin a version that exists, or take the reference out.",
)

_NEAREST = 3
# Comparing a slug with thousands of others on each pause in typing would be felt.
_MAX_SLUGS = 2_000


def find(context: LintContext) -> Iterator[Finding]:
    """Find references that cannot be followed, at the reference in the message."""
    expansion = context.expansion
    if expansion is None:
        return
    if isinstance(expansion, ExpansionTooLarge):
        index = expansion.message_index
        yield RULE.finding(Span(index, 0, len(context.messages[index].content)), f"{expansion.message} {expansion.why}")
        return
    for error in expansion.errors:
        place = error.place
        span = Span(place.message_index, place.start, place.end)
        yield RULE.finding(span, f"{error.message} {_path(error)}".strip(), fixes=_fixes(context, error, span))


def _path(error: FragmentError) -> str:
    """How the failure is reached, where that is not plain from the reference itself."""
    return f"The references go {' → '.join(error.path)}." if len(error.path) > 1 else ""


def _fixes(context: LintContext, error: FragmentError, span: Span) -> tuple[Fix, ...]:
    index, start, end = span
    node = next((each for each in context.nodes[index] if each.start == start), None)
    if not isinstance(node, FragmentRef):
        return ()
    fixes: list[Fix] = []
    own = len(error.path) == 1
    if own and isinstance(error, UnknownFragment):
        near = get_close_matches(node.slug, context.fragment_slugs[:_MAX_SLUGS], n=_NEAREST, cutoff=0.5)
        fixes += [_rewritten(f"Use “{slug}”", node, span, slug, None) for slug in near]
    elif own and isinstance(error, UnknownPin) and node.pin is not None and error.newest is not None:
        fixes.append(_rewritten(f"Pin version {error.newest}", node, span, node.slug, error.newest))
        fixes.append(_rewritten("Follow the newest version", node, span, node.slug, None))
    source = context.messages[index].content
    return (*fixes, *removal("Remove the reference", source, index, start, end))


def _rewritten(title: str, node: FragmentRef, span: Span, slug: str, pin: int | None) -> Fix:
    written = reference_text(slug, pin, {slot.name: slot.value for slot in node.slots})
    return Fix(title, (Edit(*span, written),))


_TABLE = FragmentTable(
    {"house-style": {1: "Be plain.", 2: "Be plainer."}, "a": {1: "${fragment:b}"}, "b": {1: "${fragment:a}"}}
)
_KNOWN = ("a", "b", "house-style")

GOOD = (
    prompt("No reference."),
    prompt("${fragment:house-style} ${fragment:house-style@1}", fragments=_TABLE, fragment_slugs=_KNOWN),
    prompt("Literal: \\${fragment:gone}", fragments=_TABLE),
)
BAD = (
    Bad(prompt("${fragment:housestyle}", fragments=_TABLE, fragment_slugs=_KNOWN), "${fragment:housestyle}", "no frag"),
    Bad(prompt("See ${fragment:house-style@7}.", fragments=_TABLE), "${fragment:house-style@7}", "has no version 7"),
    Bad(prompt("See ${fragment:a}.", fragments=_TABLE), "${fragment:a}", "a → b → a"),
)

GUIDE = Guide(
    instead=(
        ("`${fragment:housestyle}`", "`${fragment:house-style}`"),
        ("`${fragment:house-style@7}`, of which there are 2", "`${fragment:house-style@2}`"),
    ),
    keys=(
        ("Use “…”", "offers up to three fragments with the nearest slugs."),
        ("Pin version", "pins the newest version."),
        ("Follow the newest version", "drops the pin."),
        ("Remove the reference", "takes it out. The others keep bound slots."),
    ),
    looks_at="A fragment that does not exist, a pin without version, fragments that contain each other, fragments "
    "nested deeper than 5, and fragments that together grow past the limits. What goes wrong inside a fragment"
    " is shown at the reference that leads there, with the path.",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
