"""The content hash: the same for the same version content, wherever it is computed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from promptassay.language.errors import BadValue
from promptassay.language.messages import Message, to_json


def content_hash(
    messages: Sequence[Message],
    settings: Mapping[str, Any] | None = None,
    response_schema: Mapping[str, Any] | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
) -> str:
    """Return the SHA-256, in hex, of the canonical JSON of a version's content.

    Absent settings equal `{}` and absent tools equal `[]`. BadValue for anything that JSON has not.
    """
    content = {
        "messages": to_json(messages),
        "settings": dict(settings or {}),
        "response_schema": None if response_schema is None else dict(response_schema),
        "tools": list(tools or ()),
    }
    return hashlib.sha256(canonical_json(content)).hexdigest()


def canonical_json(value: object) -> bytes:
    """Return compact JSON in UTF-8: members sorted by code point, no spaces, no Unicode normalisation.

    A whole number is written as an integer, however it came (`1.0` is `1`): browsers, Python and PostgreSQL
    disagree about the difference. BadValue for anything that JSON has not.
    """
    try:
        text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        raise BadValue("", "It holds something that JSON cannot.") from None
    return text.encode("utf-8", "surrogatepass")


def _plain(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("JSON members are named by texts")
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
