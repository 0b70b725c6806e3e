"""The check `regex`: an RE2 pattern matches the output."""

from collections.abc import Mapping
from typing import Any

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks.base import (
    MAX_OUTPUT_BYTES,
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
from promptassay.evals.checks.patterns import (
    MAX_FILLED_BYTES,
    MAX_PATTERN_BYTES,
    BadPattern,
    Pattern,
    TooMuchWork,
    compile_pattern,
    quote_for_pattern,
)
from promptassay.evals.checks.placeholders import Filled, fillable
from promptassay.evals.checks.wording import quoted

PARAMETERS = (
    Parameter(
        "pattern",
        "pattern",
        True,
        None,
        "A regular expression in RE2 syntax, at most 1 KB. What fills `{{name}}` stands for itself.",
        fillable=True,
    ),
    Parameter("ignore_case", "flag", False, False, "Treat upper and lower case as the same."),
    Parameter("whole", "flag", False, False, "The pattern must match the whole output, not a part of it."),
)


def prepare(params: Mapping[str, Any]) -> Prepared:
    """Compile the pattern; one with placeholders is tried with a letter in each, then compiled by case."""
    value = fillable(params["pattern"], "pattern")
    ignore_case, whole = params["ignore_case"], params["whole"]
    size = len(params["pattern"].encode())
    if size > MAX_PATTERN_BYTES:
        raise _refuse(params["pattern"], f"It is {size:,} bytes long, and the limit is {MAX_PATTERN_BYTES:,}.")
    try:
        blank = Observation("", variables=dict.fromkeys(value.variables, "x"), expected="x")
        trial = compile_pattern(
            value.fill_pattern(blank, quote_for_pattern), ignore_case=ignore_case, limit=MAX_FILLED_BYTES
        )
    except BadPattern as problem:
        raise _refuse(params["pattern"], str(problem)) from None

    def run(observation: Observation) -> CheckResult:
        bytes_ = len(observation.text.encode("utf-8", "surrogatepass"))
        if bytes_ > MAX_OUTPUT_BYTES:
            return failed(f"The output is {bytes_:,} bytes long; a pattern is tried on at most {MAX_OUTPUT_BYTES:,}.")
        pattern = _filled(value, observation, ignore_case=ignore_case) if value.variables else trial
        try:
            return _search(pattern, params["pattern"], observation.text, whole=whole)
        except TooMuchWork as problem:
            raise CannotApply(str(problem)) from None

    return Prepared(run, value.variables)


def _filled(value: Filled, observation: Observation, *, ignore_case: bool) -> Pattern:
    text = value.fill_pattern(observation, quote_for_pattern)
    try:
        return compile_pattern(text, ignore_case=ignore_case, limit=MAX_FILLED_BYTES)
    except BadPattern as problem:
        raise CannotApply(f"The pattern cannot be used with this case's variables. {problem}") from None


def _search(pattern: Pattern, written: str, text: str, *, whole: bool) -> CheckResult:
    if whole:
        if pattern.is_all_of(text):
            return passed(f"The pattern {quoted(written)} matches the whole output.")
        partly = " It matches a part of it only." if pattern.found_in(text) else ""
        return failed(f"The pattern {quoted(written)} does not match the whole output.{partly}")
    span = pattern.found_in(text)
    if span is None:
        return failed(f"The pattern {quoted(written)} matches nothing in the output.")
    return passed(f"The pattern {quoted(written)} matches {quoted(text[span[0] : span[1]])}.")


def _refuse(pattern: str, why: str) -> ValidationFailed:
    return ValidationFailed(
        f"The pattern {quoted(pattern, 40)} cannot be used.",
        why=why,
        next_step="RE2's syntax is listed at https://github.com/google/re2/wiki/Syntax.",
        details={"pattern": why},
    )


def describe(params: Mapping[str, Any]) -> str:
    """One line for tables."""
    return f"{'wholly matches' if params['whole'] else 'matches'} {quoted(params['pattern'], 60)}"


SAMPLES = (
    Sample({"pattern": r"#\d{6}"}, Observation("Ticket #204117 is open."), "passed", "matches `#204117`"),
    Sample({"pattern": r"#\d{6}"}, Observation("Ticket #20 is open."), "failed", "matches nothing"),
    Sample({"pattern": "^(low|high)$"}, Observation("high"), "passed", "matches `high`"),
    Sample({"pattern": "low|high", "whole": True}, Observation("high!"), "failed", "a part of it only"),
    Sample(
        {"pattern": "priority", "ignore_case": True},
        Observation("PRIORITY: 1"),
        "passed",
        "matches `PRIORITY`",
    ),
    Sample(
        {"pattern": r"^{{product}}\b"},
        Observation("C++ (2023) is here", variables={"product": "C++ (2023)"}),
        "failed",
        "matches nothing",
    ),
    Sample(
        {"pattern": r"^{{product}}\s"},
        Observation("C++ (2023) is here", variables={"product": "C++ (2023)"}),
        "passed",
        "matches `C++ (2023) `",
    ),
)

KIND = CheckKind(
    name="regex",
    summary="A regular expression matches the output, or all of it.",
    parameters=PARAMETERS,
    prepare=prepare,
    describe=describe,
    samples=SAMPLES,
    notes=(
        "Patterns run on RE2, whose time grows only in step with the length of the output. RE2 has no "
        "look-ahead, no look-behind and no back-references; a pattern that uses one is refused when the "
        "check is saved.",
        "`(?i)`, `(?m)` and `(?s)` at the start of a pattern work as usual. An output of more than 1 MB fails.",
    ),
)
