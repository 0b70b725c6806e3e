"""The check `length`: the output has so many characters or words."""

from collections.abc import Mapping
from typing import Any

from promptassay.core.errors import ValidationFailed
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
from promptassay.evals.checks.wording import count

PARAMETERS = (
    Parameter("min", "integer", False, None, "The smallest length that is good. Give this, `max`, or both."),
    Parameter("max", "integer", False, None, "The largest length that is good."),
    Parameter(
        "unit",
        "choice",
        False,
        "characters",
        "What is counted: characters (Unicode code points), or words (runs of anything but white space).",
        ("characters", "words"),
    ),
)


def prepare(params: Mapping[str, Any]) -> Prepared:
    """Check that there is a bound and that the bounds do not contradict each other."""
    least, most = params["min"], params["max"]
    if least is None and most is None:
        raise ValidationFailed(
            "The check `length` has no bound.",
            why="It needs `min`, `max` or both.",
            next_step="Give at least one of them.",
            details={"min": "Give this, `max`, or both."},
        )
    if least is not None and most is not None and least > most:
        raise ValidationFailed(
            f"The check `length` can never pass: `min` is {least:,} and `max` is {most:,}.",
            next_step="Make `min` at most `max`.",
            details={"min": "Larger than `max`."},
        )
    words = params["unit"] == "words"

    def run(observation: Observation) -> CheckResult:
        size = len(observation.text.split()) if words else len(observation.text)
        has = f"The output has {count(size, 'word' if words else 'character')}"
        if least is not None and size < least:
            return failed(f"{has}; at least {least:,} are wanted.")
        if most is not None and size > most:
            return failed(f"{has}; at most {most:,} are wanted.")
        return passed(f"{has}.")

    return Prepared(run)


def describe(params: Mapping[str, Any]) -> str:
    """One line for tables."""
    least, most, unit = params["min"], params["max"], params["unit"]
    if least is None:
        return f"at most {most:,} {unit}"
    return f"at least {least:,} {unit}" if most is None else f"{least:,} to {most:,} {unit}"


SAMPLES = (
    Sample({"max": 20}, Observation("Short enough."), "passed", "13 characters"),
    Sample({"max": 5}, Observation("Too long."), "failed", "9 characters; at most 5"),
    Sample({"min": 3, "unit": "words"}, Observation("Two words"), "failed", "2 words; at least 3"),
    Sample({"min": 1, "max": 3, "unit": "words"}, Observation("One two three"), "passed", "3 words"),
    Sample({"min": 1}, Observation(""), "failed", "0 characters"),
)

KIND = CheckKind(
    name="length",
    summary="The output has at least, or at most, so many characters or words.",
    parameters=PARAMETERS,
    prepare=prepare,
    describe=describe,
    samples=SAMPLES,
)
