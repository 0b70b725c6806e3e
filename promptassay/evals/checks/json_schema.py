"""The check `json-schema`: the output is JSON of a given shape."""

from collections.abc import Mapping
from typing import Any

from promptassay.evals.checks.base import (
    CannotApply,
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
from promptassay.evals.checks.patterns import TooMuchWork
from promptassay.evals.checks.schema_source import read_schema
from promptassay.evals.checks.schema_validator import TooManySteps, schema_errors
from promptassay.evals.checks.schema_wording import explain_errors
from promptassay.evals.checks.wording import count

PARAMETERS = (
    Parameter("schema", "schema", True, None, "A JSON Schema (Draft 2020-12), at most 64 KB."),
    Parameter("allow_fence", "flag", False, False, "Also accept JSON inside one Markdown fence (```json … ```)."),
)


def prepare(params: Mapping[str, Any]) -> Prepared:
    """Validate the schema itself."""
    schema = read_schema(params["schema"])

    def run(observation: Observation) -> CheckResult:
        try:
            value = parse_json(observation.text, allow_fence=params["allow_fence"])
        except NotJson as problem:
            return failed(f"The output is not JSON: {problem}")
        try:
            errors = schema_errors(schema, value)
        except (TooManySteps, TooMuchWork):
            raise CannotApply("The output is too large to be held against this schema.") from None
        except RecursionError:
            raise CannotApply("The output and the schema together nest too deep to be compared.") from None
        return failed(explain_errors(errors)) if errors else passed("The output has the shape of the schema.")

    return Prepared(run)


def describe(params: Mapping[str, Any]) -> str:
    """One line for tables."""
    schema = read_schema(params["schema"])
    if isinstance(schema.get("title"), str):
        return f"is JSON of the shape “{schema['title'][:60]}”"
    fields = schema.get("properties")
    return f"is JSON of a shape with {count(len(fields), 'field')}" if fields else "is JSON of a given shape"


_TRIAGE = {
    "type": "object",
    "properties": {"priority": {"enum": ["low", "high"]}, "minutes": {"type": "integer", "minimum": 1}},
    "required": ["priority"],
    "additionalProperties": False,
}

SAMPLES = (
    Sample({"schema": _TRIAGE}, Observation('{"priority": "low", "minutes": 5}'), "passed", "has the shape"),
    Sample(
        {"schema": _TRIAGE},
        Observation('{"priority": "urgent"}'),
        "failed",
        "Expected field `priority` to be one of low, high; got `urgent`.",
    ),
    Sample({"schema": _TRIAGE}, Observation('{"minutes": 5}'), "failed", "Field `priority` is missing."),
    Sample(
        {"schema": _TRIAGE},
        Observation('{"priority": "low", "minutes": "5"}'),
        "failed",
        "Expected field `minutes` to be a whole number; got the text `5`.",
    ),
    Sample(
        {"schema": _TRIAGE},
        Observation('{"priority": "low", "why": "…"}'),
        "failed",
        "Field `why` is not one that the schema allows.",
    ),
    Sample({"schema": _TRIAGE}, Observation("low"), "failed", "not JSON"),
    Sample(
        {"schema": _TRIAGE, "allow_fence": True},
        Observation('```json\n{"priority": "high"}\n```'),
        "passed",
        "has the shape",
    ),
)

KIND = CheckKind(
    name="json-schema",
    summary="The output is JSON of a given shape.",
    parameters=PARAMETERS,
    prepare=prepare,
    describe=describe,
    samples=SAMPLES,
    notes=(
        "The schema is checked when it is saved. References must stay inside it (`#/$defs/…`); nothing is "
        "fetched. `format` is a note to readers and is not enforced, as the standard says; use `pattern`, "
        "which is an RE2 pattern. `unevaluatedItems` and `unevaluatedProperties` are not supported. "
        "Placeholders are not filled in a schema.",
        "An output that is not JSON, is larger than 1 MB, or nests deeper than 64 levels fails.",
    ),
)
