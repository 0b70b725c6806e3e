"""What a request sends, checked against what its operation takes: parameters of the query, and JSON bodies."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from promptassay.api.operation import Operation, Parameter
from promptassay.api.operations import COMPONENTS
from promptassay.api.schemas import Schema
from promptassay.core.errors import AppError, ValidationFailed

BODY_BYTES: Final = 4 * 1024 * 1024
_SHOWN: Final = 20
_KINDS: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


class BadRequest(AppError):
    """The request cannot be read at all."""


class TooLarge(AppError):
    """The body has more bytes than any operation takes."""

    status = 413


def read_query(operation: Operation, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The parameters by name, each as its schema says. ValidationFailed names every wrong, unknown or double one."""
    known = {each.name: each for each in operation.parameters}
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, texts in given.items():
        if name not in known:
            problems[_short(name)] = "is no parameter of this operation"
        elif len(texts) != 1:
            problems[name] = "is given more than once"
        else:
            value, problem = _parameter(known[name], texts[0])
            if problem:
                problems[name] = problem
            else:
                values[name] = value
    _refuse("The address has parameters that cannot be used.", problems)
    return values


def read_body(operation: Operation, data: bytes, content_type: str) -> dict[str, Any]:
    """The body as its schema says; empty for an operation that takes none.

    Raises BadRequest for what is no JSON object, TooLarge, and ValidationFailed that names each wrong property.
    """
    if operation.body is None:
        return {}
    if len(data) > BODY_BYTES:
        raise TooLarge("The body is too large.", why=f"It has {len(data):,} bytes; {BODY_BYTES:,} fit.")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise BadRequest("The body is not marked as JSON.", next_step="Send Content-Type: application/json.")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadRequest(
            "The body is no JSON.", why="It ends early, is nested too deep, or is something else."
        ) from None
    if not isinstance(value, dict):
        raise BadRequest("The body is no JSON object.")
    _refuse("The body has properties that cannot be used.", dict(_problems(operation, value)))
    return value


def with_components(schema: Schema) -> Schema:
    """A schema that can be used by itself: the components that it refers to stand inside."""
    return {**schema, "components": {"schemas": COMPONENTS}}


@cache
def _validator(name: str) -> Draft202012Validator:
    from promptassay.api.operations import OPERATIONS

    schema = next(each.body for each in OPERATIONS if each.name == name)
    return Draft202012Validator(with_components(schema or {}), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _problems(operation: Operation, value: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for error in _validator(operation.name).iter_errors(value):
        found += _described(error)
        if len(found) >= _SHOWN:
            break
    return found


def _described(error: ValidationError) -> list[tuple[str, str]]:
    """Where, and what is wrong, in our words: the library's own may repeat what was sent."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{_short(str(part))}" for part in error.absolute_path)
    place = place.removeprefix(".")
    wanted = error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in error.instance]  # type: ignore[union-attr,operator]
            return [(f"{place}.{name}".removeprefix("."), "is missing") for name in missing]
        case "additionalProperties":
            known = error.schema["properties"]  # type: ignore[index]
            unknown = [name for name in error.instance if name not in known]  # type: ignore[union-attr]
            return [(f"{place}.{_short(name)}".removeprefix("."), "is not known here") for name in unknown[:_SHOWN]]
        case "type":
            kinds = wanted if isinstance(wanted, list) else [wanted]
            return [(place, f"must be {' or '.join(_KINDS[str(kind)] for kind in kinds)}")]
        case "enum":
            return [(place, f"must be one of {', '.join(str(each) for each in wanted if each is not None)}")]  # type: ignore[union-attr]
        case "maxLength":
            return [(place, f"may have {wanted} characters")]
        case "minimum" | "maximum":
            return [(place, f"must be at {'least' if error.validator == 'minimum' else 'most'} {wanted}")]
        case "format":
            return [(place, f"must be a {'UUID' if wanted == 'uuid' else wanted}")]
    return [(place or "body", "is not as the description says")]


def _parameter(parameter: Parameter, text: str) -> tuple[Any, str]:
    """The value of a parameter, or what is wrong with it."""
    schema = parameter.schema
    if "\x00" in text:
        return None, "holds a null character (U+0000)"
    if parameter.json:
        return _json_object(text)
    match schema["type"]:
        case "integer":
            return _whole(text, schema)
        case "boolean":
            return (text == "true", "") if text in ("true", "false") else (None, "must be true or false")
    if schema.get("format") == "uuid":
        try:
            return UUID(text), ""
        except ValueError:
            return None, "must be a UUID"
    if "enum" in schema and text not in schema["enum"]:
        return None, f"must be one of {', '.join(schema['enum'])}"
    if len(text) > schema.get("maxLength", len(text)):
        return None, f"may have {schema['maxLength']} characters"
    return text, ""


def _whole(text: str, schema: Schema) -> tuple[int | None, str]:
    low, high = schema["minimum"], schema.get("maximum", 2_000_000_000)
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and low <= int(text) <= high):
        return None, f"must be a whole number from {low} to {high}"
    return int(text), ""


def _json_object(text: str) -> tuple[Any, str]:
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None, "must be a JSON object"
    return (value, "") if isinstance(value, dict) else (None, "must be a JSON object")


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"


def _refuse(message: str, problems: dict[str, str]) -> None:
    if problems:
        first, words = next(iter(problems.items()))
        more = f" {len(problems) - 1} more in `details`." if len(problems) > 1 else ""
        raise ValidationFailed(message, why=f"`{first}` {words}.{more}", details=problems)
