"""The lint: twelve rules that read a prompt and say what to mend, where, and how with one key."""

from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Final

from promptassay.language.lint.base import (
    SEVERITIES,
    Bad,
    Edit,
    Finding,
    Fix,
    Guide,
    Rule,
    RuleKind,
    Severity,
    Span,
)
from promptassay.language.lint.context import LintContext, ModelFacts, prompt
from promptassay.language.lint.fixes import apply, apply_to_context
from promptassay.language.lint.rules import (
    conflicting_instructions,
    empty_message,
    malformed_placeholder,
    missing_output_contract,
    model_mismatch,
    near_duplicate_variable,
    over_budget,
    secret_or_personal_data,
    undelimited_input,
    unknown_fragment,
    unused_variable,
    vague_wording,
)

__all__ = [
    "MAX_FINDINGS",
    "RULES",
    "SEVERITIES",
    "Bad",
    "Edit",
    "Finding",
    "Fix",
    "Guide",
    "LintContext",
    "ModelFacts",
    "Rule",
    "RuleKind",
    "Severity",
    "Span",
    "apply",
    "apply_to_context",
    "lint",
    "prompt",
]

MAX_FINDINGS: Final = 200

RULES: Final[dict[str, RuleKind]] = {
    module.KIND.rule.id: module.KIND
    for module in (
        empty_message,
        malformed_placeholder,
        unknown_fragment,
        near_duplicate_variable,
        unused_variable,
        vague_wording,
        conflicting_instructions,
        missing_output_contract,
        undelimited_input,
        secret_or_personal_data,
        over_budget,
        model_mismatch,
    )
}
"""Every rule by id, in the order of the documentation."""


def lint(context: LintContext, *, silenced: AbstractSet[str] = frozenset()) -> list[Finding]:
    """Return what is to be mended, in the order of the text; rules named in `silenced` are not asked.

    Of more than MAX_FINDINGS the most severe are kept, of these the first. Never raises for any text; takes
    time in proportion to its length.
    """
    found: list[Finding] = []
    for name, kind in RULES.items():
        if name not in silenced:
            found += islice(kind.find(context), MAX_FINDINGS)
    found.sort(key=lambda finding: finding.span)
    if len(found) > MAX_FINDINGS:
        found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
        found = sorted(found[:MAX_FINDINGS], key=lambda finding: finding.span)
    return found
