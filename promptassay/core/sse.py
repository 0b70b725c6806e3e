"""Server-sent events: how one event looks on the wire."""

from typing import Any

import orjson

PING = b": still here\n\n"


def event(name: str, data: Any) -> bytes:
    """One event with JSON data."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
