"""What every check is made of: parameters, an observation, a result, and the kind that ties them together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

MAX_OUTPUT_BYTES: Final = 1 << 20  # 1 MB: the largest output that regex, is-json and json-schema look at
MAX_TEXT_BYTES: Final = 64 * 1024  # of one text parameter
MAX_TEXTS: Final = 100  # entries in one list parameter

ParameterType = Literal["text", "texts", "pattern", "schema", "integer", "flag", "choice"]
Outcome = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One documented setting of a check; the form in the UI, the page in the docs and the parser all read it.

    `fillable` says that `{{name}}` in the value is replaced by the case's variables. `least` is the lower
    bound of an integer.
    """

    name: str
    type: ParameterType
    required: bool
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    fillable: bool = False
    least: int = 0


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool call that the model asked for; `arguments` is the JSON text as it came."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What one cell of a run gave, and what its case says: everything that a check may look at.

    `latency_ms` is in milliseconds, `cost_usd` in US dollars; both are None when not measured. `expected` is
    None or empty when the case expects nothing in particular.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = ""
    refusal: str = ""
    latency_ms: float | None = None
    cost_usd: float | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check on one output, with the sentence that explains it.

    `error` means that no verdict was reached, because the check cannot be applied to this case or output: it
    counts neither as passed nor as failed.
    """

    outcome: Outcome
    explanation: str

    @property
    def passed(self) -> bool:
        """True only for a verdict that was reached and is good."""
        return self.outcome == "passed"


class CannotApply(Exception):
    """A check cannot be applied to this case or output; the text is a sentence for people."""


Run = Callable[[Observation], CheckResult]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A check that is ready to run: the function, and the names of the variables that it is filled from."""

    run: Run
    variables: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sample:
    """One example of a check: shown in the docs, and run as its test. `says` is a part of the explanation."""

    params: Mapping[str, Any]
    observation: Observation
    outcome: Outcome
    says: str


@dataclass(frozen=True, slots=True)
class CheckKind:
    """One kind of check.

    `prepare` gets parameters of the right types and does all work that does not need an output; it raises
    ValidationFailed for values that make no sense. `describe` gives one line for tables.
    """

    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    prepare: Callable[[Mapping[str, Any]], Prepared]
    describe: Callable[[Mapping[str, Any]], str]
    samples: tuple[Sample, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a case with all its parameters, defaults filled in; two checks are equal when these are."""

    kind: str
    params: Mapping[str, Any]
    prepared: Prepared = field(compare=False, repr=False)

    @property
    def variables(self) -> frozenset[str]:
        """Names of the case's variables that the check's values refer to, without `expected`."""
        return self.prepared.variables - {"expected"}

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, which `parse_check` reads back to an equal check."""
        return {"kind": self.kind, **self.params}


def passed(explanation: str) -> CheckResult:
    """A good verdict."""
    return CheckResult("passed", explanation)


def failed(explanation: str) -> CheckResult:
    """A bad verdict."""
    return CheckResult("failed", explanation)


def verdict(good: bool, explanation: str) -> CheckResult:
    """`good` as a result."""
    return CheckResult("passed" if good else "failed", explanation)
