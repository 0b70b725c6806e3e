"""Reads a check's raw parameters by their declarations: every kind refuses bad input in the same words."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks.base import MAX_TEXT_BYTES, MAX_TEXTS, Parameter, ParameterType
from promptassay.evals.checks.wording import closest, listed

_LARGEST: Final = 10_000_000


def read_parameters(kind: str, declared: tuple[Parameter, ...], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Every declared parameter with its value or default, of the declared type; raises ValidationFailed."""
    known = {parameter.name: parameter for parameter in declared}
    for name in raw:
        if name not in known:
            raise ValidationFailed(
                f"The check `{kind}` has no parameter `{str(name)[:40]}`.",
                why=f"It has {listed(f'`{each}`' for each in known)}.",
                next_step=closest(str(name)[:40], list(known)) or "Remove it.",
                details={str(name)[:40]: "Not a parameter of this check."},
            )
    values = {}
    for name, parameter in known.items():
        value = raw.get(name)
        if value is None:
            if parameter.required:
                raise _refuse(kind, parameter, "it is required")
            values[name] = parameter.default
        else:
            values[name] = _READERS[parameter.type](kind, parameter, value)
    return values


def _refuse(kind: str, parameter: Parameter, problem: str) -> ValidationFailed:
    return ValidationFailed(
        f"The check `{kind}` cannot use its `{parameter.name}`: {problem}.",
        next_step=parameter.help,
        details={parameter.name: f"{problem[0].upper()}{problem[1:]}."},
    )


def _text(kind: str, parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str):
        raise _refuse(kind, parameter, "it must be text")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise _refuse(kind, parameter, "it holds half of a character pair (a lone surrogate)") from None
    if size > MAX_TEXT_BYTES:
        raise _refuse(kind, parameter, f"it is {size:,} bytes long, and the limit is {MAX_TEXT_BYTES:,}")
    if "\0" in value:
        raise _refuse(kind, parameter, "it holds a NUL character")
    return value


def _texts(kind: str, parameter: Parameter, value: Any) -> list[str]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)) or not value:
        raise _refuse(kind, parameter, "it must be a list of one or more texts")
    if len(value) > MAX_TEXTS:
        raise _refuse(kind, parameter, f"it has {len(value):,} entries, and the limit is {MAX_TEXTS}")
    texts = [_text(kind, parameter, each) for each in value]
    if "" in texts:
        raise _refuse(kind, parameter, "an empty text is found in every output")
    return texts


def _pattern(kind: str, parameter: Parameter, value: Any) -> str:
    text = _text(kind, parameter, value)
    if not text:
        raise _refuse(kind, parameter, "an empty pattern matches every output")
    return text


def _schema(kind: str, parameter: Parameter, value: Any) -> Any:
    if not isinstance(value, (str, Mapping)):
        raise _refuse(kind, parameter, "it must be a JSON object, or the text of one")
    return value


def _integer(kind: str, parameter: Parameter, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refuse(kind, parameter, "it must be a whole number")
    if not parameter.least <= value <= _LARGEST:
        raise _refuse(kind, parameter, f"it must be from {parameter.least:,} to {_LARGEST:,}")
    return value


def _flag(kind: str, parameter: Parameter, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(kind, parameter, "it must be true or false")
    return value


def _choice(kind: str, parameter: Parameter, value: Any) -> str:
    if value not in parameter.choices or not isinstance(value, str):
        raise _refuse(kind, parameter, f"it must be {listed(parameter.choices, 'or')}")
    return value


_READERS: Final[dict[ParameterType, Callable[[str, Parameter, Any], Any]]] = {
    "text": _text,
    "texts": _texts,
    "pattern": _pattern,
    "schema": _schema,
    "integer": _integer,
    "flag": _flag,
    "choice": _choice,
}
