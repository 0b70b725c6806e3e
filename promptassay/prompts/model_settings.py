"""The settings a prompt may carry: their names, limits, and what is wrong with a given value."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final, cast

from promptassay.providers.wire import Effort, ModelSettings

EFFORTS: Final = ("low", "medium", "high")
TEMPERATURE_MAX: Final = 2.0
OUTPUT_TOKENS_MAX: Final = 1_000_000
STOPS_MAX: Final = 8
STOP_LENGTH: Final = 200
SEED_MAX: Final = 2**31 - 1
PENALTY_MAX: Final = 2.0


def setting_errors(settings: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each setting, by name; empty when all can be used. Settings left out are the
    model's.
    """
    found: dict[str, str] = {}
    for name, value in settings.items():
        check = _CHECKS.get(name)
        problem = f"There is no setting “{name[:40]}”." if check is None else check(value)
        if problem:
            found[name[:40]] = problem
    return found


def to_model_settings(settings: Mapping[str, Any]) -> ModelSettings:
    """The settings of a checked prompt as a model call takes them; `json_mode` is no part of them."""
    effort = settings.get("reasoning_effort")
    return ModelSettings(
        temperature=settings.get("temperature"),
        max_output_tokens=settings.get("max_output_tokens"),
        top_p=settings.get("top_p"),
        stop=tuple(settings.get("stop", ())),
        reasoning_effort=None if effort is None else cast(Effort, effort),
        seed=settings.get("seed"),
        presence_penalty=settings.get("presence_penalty"),
        frequency_penalty=settings.get("frequency_penalty"),
    )


def _number(low: float, high: float) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return f"It is a number from {low:g} to {high:g}."
        return "" if low <= value <= high else f"It is {value:g}; {low:g} to {high:g} can be used."

    return check


def _whole(low: int, high: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            return f"It is a whole number from {low:,} to {high:,}."
        return ""

    return check


def _stop(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        return "It is a list of texts, none of them empty."
    if len(value) > STOPS_MAX:
        return f"It has {len(value)} sequences; {STOPS_MAX} can be used."
    longest = max(map(len, value), default=0)
    return f"One sequence has {longest:,} characters; {STOP_LENGTH} fit." if longest > STOP_LENGTH else ""


def _effort(value: Any) -> str:
    return "" if value in EFFORTS else f"It is one of {', '.join(EFFORTS)}."


def _yes_or_no(value: Any) -> str:
    return "" if isinstance(value, bool) else "It is true or false."


_CHECKS: Final[Mapping[str, Callable[[Any], str]]] = {
    "temperature": _number(0, TEMPERATURE_MAX),
    "max_output_tokens": _whole(1, OUTPUT_TOKENS_MAX),
    "top_p": _number(0, 1),
    "stop": _stop,
    "reasoning_effort": _effort,
    "seed": _whole(0, SEED_MAX),
    "presence_penalty": _number(-PENALTY_MAX, PENALTY_MAX),
    "frequency_penalty": _number(-PENALTY_MAX, PENALTY_MAX),
    "json_mode": _yes_or_no,
}
SETTING_NAMES: Final = tuple(_CHECKS)
