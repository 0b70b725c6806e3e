"""The checks: deterministic tests of an output, one kind a file, found here by name."""

from collections.abc import Mapping
from typing import Any, Final

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks import contains, equals, is_json, json_schema, length, not_contains, regex
from promptassay.evals.checks.base import (
    CannotApply,
    Check,
    CheckKind,
    CheckResult,
    Observation,
    Outcome,
    Parameter,
    Sample,
    ToolCall,
)
from promptassay.evals.checks.parameters import read_parameters
from promptassay.evals.checks.wording import closest, listed

__all__ = [
    "CHECKS",
    "Check",
    "CheckKind",
    "CheckResult",
    "Observation",
    "Outcome",
    "Parameter",
    "Sample",
    "ToolCall",
    "describe_check",
    "parse_check",
    "run_check",
]

CHECKS: Final[dict[str, CheckKind]] = {
    module.KIND.name: module.KIND for module in (contains, not_contains, equals, regex, is_json, json_schema, length)
}
"""Every kind of check by name, in the order in which people meet them."""


def parse_check(raw: Mapping[str, Any]) -> Check:
    """A check from its JSON form `{"kind": …, parameter: value, …}`; raises ValidationFailed."""
    if not isinstance(raw, Mapping):
        raise ValidationFailed(
            "A check is an object with a `kind`.",
            next_step=f"Kinds are {listed(f'`{name}`' for name in CHECKS)}.",
        )
    name = raw.get("kind")
    kind = CHECKS.get(name) if isinstance(name, str) else None
    if kind is None:
        shown = f"`{str(name)[:40]}`" if name else "without a kind"
        raise ValidationFailed(
            f"There is no check {shown}.",
            why=f"Kinds are {listed(f'`{each}`' for each in CHECKS)}.",
            next_step=closest(str(name)[:40], list(CHECKS)) or "Choose one of them.",
            details={"kind": "Not a kind of check."},
        )
    params = read_parameters(kind.name, kind.parameters, {key: raw[key] for key in raw if key != "kind"})
    return Check(kind.name, params, kind.prepare(params))


def run_check(check: Check, observation: Observation) -> CheckResult:
    """The verdict of a check on one output; an output can be anything and never makes this raise."""
    try:
        return check.prepared.run(observation)
    except CannotApply as problem:
        return CheckResult("error", str(problem))


def describe_check(check: Check) -> str:
    """A check in one short line, for tables: “contains `refund` or `credit`”."""
    return CHECKS[check.kind].describe(check.params)
