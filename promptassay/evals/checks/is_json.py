"""The check `is-json`: the output is one JSON value and nothing else."""

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
from promptassay.evals.checks.json_text import NotJson, parse_json

PARAMETERS = (
    Parameter("allow_fence", "flag", False, False, "Also accept JSON inside one Markdown fence (```json … ```)."),
)


def prepare(params: Mapping[str, Any]) -> Prepared:
    """Nothing to prepare."""

    def run(observation: Observation) -> CheckResult:
        try:
            parse_json(observation.text, allow_fence=params["allow_fence"])
        except NotJson as problem:
            return failed(f"The output is not JSON: {problem}")
        return passed("The output is JSON.")

    return Prepared(run)


def describe(params: Mapping[str, Any]) -> str:
    """One line for tables."""
    return "is JSON, in a fence or not" if params["allow_fence"] else "is JSON"


SAMPLES = (
    Sample({}, Observation('{"priority": "high"}'), "passed", "is JSON"),
    Sample({}, Observation("Here you go: {}"), "failed", "line 1, column 1"),
    Sample({}, Observation('{"priority": "high",}'), "failed", "trailing comma"),
    Sample({}, Observation('```json\n{"priority": "high"}\n```'), "failed", "Turn on `allow_fence`"),
    Sample({"allow_fence": True}, Observation('```json\n{"priority": "high"}\n```'), "passed", "is JSON"),
    Sample({}, Observation("NaN"), "failed", "not JSON"),
    Sample({}, Observation(""), "failed", "it is empty"),
)

KIND = CheckKind(
    name="is-json",
    summary="The output is one JSON value and nothing else.",
    parameters=PARAMETERS,
    prepare=prepare,
    describe=describe,
    samples=SAMPLES,
    notes=(
        "JSON means RFC 8259: no comments, no trailing commas, no `NaN`. An output of more than 1 MB, or "
        "one that nests deeper than 64 levels, fails.",
    ),
)
