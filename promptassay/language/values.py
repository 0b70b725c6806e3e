"""The boundary where programs hand in values: any JSON value to the text that stands in for a variable."""

import json
from collections.abc import Mapping

from promptassay.language.errors import BadValue


def as_text(value: object, name: str = "") -> str:
    """Return the text of a JSON value: a text as it is, everything else as compact JSON.

    BadValue, which names the variable `name`, for null, for numbers that are not finite and for anything
    JSON has not.
    """
    if isinstance(value, str):
        return value
    if value is None:
        raise BadValue(name, "It is null, which is neither a text nor the absence of one.")
    if not isinstance(value, bool | int | float | list | tuple | dict):
        raise BadValue(name, f"It is of type {type(value).__name__}.")
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except TypeError:
        raise BadValue(name, "It holds something that JSON cannot.") from None
    except (ValueError, RecursionError):
        raise BadValue(name, "A number in it is not finite or too long, or it is nested too deep.") from None


def as_texts(values: Mapping[str, object]) -> dict[str, str]:
    """Apply `as_text` to each value, under its own name."""
    return {name: as_text(value, name) for name, value in values.items()}
