"""The check `contains`: any or all of some texts are in the output."""

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
from promptassay.evals.checks.placeholders import Filled, fillable
from promptassay.evals.checks.wording import listed, quoted

PARAMETERS = (
    Parameter("values", "texts", True, None, "One or more texts to look for.", fillable=True),
    Parameter(
        "mode",
        "choice",
        False,
        "any",
        "Whether any one of the texts is enough, or all are needed.",
        ("any", "all"),
    ),
    Parameter("ignore_case", "flag", False, False, "Treat upper and lower case as the same."),
)


def prepare(params: Mapping[str, Any]) -> Prepared:
    """Parse the values once."""
    values = [fillable(value, "values") for value in params["values"]]
    need_all = params["mode"] == "all"

    def run(observation: Observation) -> CheckResult:
        found, missing = split(values, observation, ignore_case=params["ignore_case"])
        if need_all and missing:
            return failed(f"The output lacks {names(missing)}.")
        if not found:
            return failed(
                f"The output holds none of {names(missing)}."
                if len(missing) > 1
                else f"The output lacks {names(missing)}."
            )
        return passed(f"The output holds {names(found)}.")

    return Prepared(run, frozenset().union(*(value.variables for value in values)))


def split(values: list[Filled], observation: Observation, *, ignore_case: bool) -> tuple[list[str], list[str]]:
    """The filled values that are in the output, and those that are not; CannotApply for an empty one."""
    text = observation.text.casefold() if ignore_case else observation.text
    found: list[str] = []
    missing: list[str] = []
    for value in values:
        filled = value.fill(observation)
        if not filled:
            raise CannotApply(f"{quoted(value.source)} is empty in this case, and an empty text is in every output.")
        here = (filled.casefold() if ignore_case else filled) in text
        (found if here else missing).append(filled)
    return found, missing


def names(values: list[str]) -> str:
    """The values, quoted and listed."""
    return listed(quoted(value) for value in values)


def describe(params: Mapping[str, Any]) -> str:
    """One line for tables."""
    word = "and" if params["mode"] == "all" else "or"
    return f"contains {listed([quoted(value, 40) for value in params['values']], word)}"


SAMPLES = (
    Sample({"values": ["refund"]}, Observation("We will refund you."), "passed", "holds `refund`"),
    Sample({"values": ["refund", "credit"]}, Observation("No."), "failed", "none of `refund` and `credit`"),
    Sample(
        {"values": ["order", "refund"], "mode": "all"},
        Observation("Your order is on its way."),
        "failed",
        "lacks `refund`",
    ),
    Sample({"values": ["REFUND"], "ignore_case": True}, Observation("A refund."), "passed", "holds `REFUND`"),
    Sample({"values": ["REFUND"]}, Observation("A refund."), "failed", "lacks `REFUND`"),
    Sample(
        {"values": ["{{product}}"]},
        Observation("The kettle is back.", variables={"product": "kettle"}),
        "passed",
        "holds `kettle`",
    ),
    Sample({"values": ["{{product}}"]}, Observation("The kettle is back."), "error", "no variable of that name"),
)

KIND = CheckKind(
    name="contains",
    summary="Any or all of some texts are in the output.",
    parameters=PARAMETERS,
    prepare=prepare,
    describe=describe,
    samples=SAMPLES,
)
