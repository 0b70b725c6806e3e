"""The check `equals`: the output is exactly some text."""

from collections.abc import Mapping
from typing import Any

from promptassay.evals.checks.base import (
    CheckKind,
    CheckResult,
    Observation,
    Parameter,
    Prepared,
    Sample,
    failed,
    passed,
)
from promptassay.evals.checks.placeholders import fillable
from promptassay.evals.checks.wording import EXCERPT, quoted

PARAMETERS = (
    Parameter("value", "text", False, "{{expected}}", "The text that the output must be.", fillable=True),
    Parameter("trim", "flag", False, True, "Leave out white space at both ends of output and value."),
    Parameter("ignore_case", "flag", False, False, "Treat upper and lower case as the same."),
)


def prepare(params: Mapping[str, Any]) -> Prepared:
    """Parse the value once."""
    value = fillable(params["value"], "value")

    def run(observation: Observation) -> CheckResult:
        wanted, got = value.fill(observation), observation.text
        if params["trim"]:
            wanted, got = wanted.strip(), got.strip()
        if wanted == got or (params["ignore_case"] and wanted.casefold() == got.casefold()):
            return passed(f"The output is {quoted(wanted)}.")
        return failed(_difference(wanted, got, ignore_case=params["ignore_case"]))

    return Prepared(run, value.variables)


def _difference(wanted: str, got: str, *, ignore_case: bool) -> str:
    if len(wanted) <= EXCERPT and len(got) <= EXCERPT:
        return f"Expected {quoted(wanted)}; got {quoted(got)}."
    at = _first_difference(wanted, got, ignore_case=ignore_case)
    start = max(0, at - 10)
    lead = "…" if start else ""
    return (
        f"The output differs from character {at + 1:,} on: expected {_from(wanted, start, lead)}; "
        f"got {_from(got, start, lead)}."
    )


def _from(text: str, start: int, lead: str) -> str:
    return quoted(lead + text[start : start + EXCERPT + 1], EXCERPT)


def _first_difference(one: str, other: str, *, ignore_case: bool) -> int:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b and not (ignore_case and a.casefold() == b.casefold()):
            return at
    return min(len(one), len(other))


def describe(params: Mapping[str, Any]) -> str:
    """One line for tables."""
    return f"equals {quoted(params['value'], 60)}"


SAMPLES = (
    Sample({}, Observation("high\n", expected="high"), "passed", "is `high`"),
    Sample({}, Observation("low", expected="high"), "failed", "Expected `high`; got `low`"),
    Sample({}, Observation("high"), "error", "no expected output"),
    Sample({"value": "HIGH", "ignore_case": True}, Observation("high"), "passed", "is `HIGH`"),
    Sample({"value": "high", "trim": False}, Observation("high\n"), "failed", "got `high⏎`"),
    Sample(
        {"value": "{{product}}: in stock"},
        Observation("Kettle: in stock", variables={"product": "Kettle"}),
        "passed",
        "is `Kettle: in stock`",
    ),
)

KIND = CheckKind(
    name="equals",
    summary="The output is exactly some text, by default the case's expected output.",
    parameters=PARAMETERS,
    prepare=prepare,
    describe=describe,
    samples=SAMPLES,
)
