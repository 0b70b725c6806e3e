"""The check `not-contains`: the exact opposite of `contains` with the same parameters."""

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
from promptassay.evals.checks.contains import names, split
from promptassay.evals.checks.placeholders import fillable
from promptassay.evals.checks.wording import listed, quoted

PARAMETERS = (
    Parameter("values", "texts", True, None, "One or more texts that must not be there.", fillable=True),
    Parameter(
        "mode",
        "choice",
        False,
        "any",
        "With `any`, a single one of the texts fails the check; with `all`, only all of them together do.",
        ("any", "all"),
    ),
    Parameter("ignore_case", "flag", False, False, "Treat upper and lower case as the same."),
)


def prepare(params: Mapping[str, Any]) -> Prepared:
    """Parse the values once."""
    values = [fillable(value, "values") for value in params["values"]]
    only_all = params["mode"] == "all"

    def run(observation: Observation) -> CheckResult:
        found, missing = split(values, observation, ignore_case=params["ignore_case"])
        if found and not (only_all and missing):
            return failed(f"The output holds {names(found)}.")
        return passed(f"The output lacks {names(missing)}.")

    return Prepared(run, frozenset().union(*(value.variables for value in values)))


def describe(params: Mapping[str, Any]) -> str:
    """One line for tables."""
    word = "together with" if params["mode"] == "all" else "or"
    return f"does not contain {listed([quoted(value, 40) for value in params['values']], word)}"


SAMPLES = (
    Sample({"values": ["As an AI"]}, Observation("Your order left today."), "passed", "lacks `As an AI`"),
    Sample(
        {"values": ["as an ai", "I cannot"], "ignore_case": True},
        Observation("As an AI, I help."),
        "failed",
        "holds `as an ai`",
    ),
    Sample({"values": ["cheap", "fast"], "mode": "all"}, Observation("It is cheap."), "passed", "lacks `fast`"),
    Sample(
        {"values": ["cheap", "fast"], "mode": "all"},
        Observation("It is cheap and fast."),
        "failed",
        "holds `cheap` and `fast`",
    ),
)

KIND = CheckKind(
    name="not-contains",
    summary="None of some texts are in the output, or not all of them.",
    parameters=PARAMETERS,
    prepare=prepare,
    describe=describe,
    samples=SAMPLES,
)
