"""Reads server-sent events out of bytes that arrive in any pieces, and refuses what is too large."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from promptassay.providers.wire import WireFault

MAX_LINE: Final = 1_000_000
MAX_RESPONSE: Final = 10_000_000
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, repr=False)
class ServerEvent:
    """One event: its type (empty when none was named) and its data, the lines joined by a newline."""

    type: str
    data: bytes

    def __repr__(self) -> str:
        return f"ServerEvent({self.type!r}, <{len(self.data)} bytes>)"


class ServerEventReader:
    """Feed it bytes; it gives the events that are complete. A character cut in two does no harm.

    Raises WireFault("too_large") past `max_line` bytes in an event, or `max_response` bytes in all.
    """

    __slots__ = ("_buffer", "_data", "_max_line", "_max_response", "_size", "_started", "_total", "_type")

    def __init__(self, *, max_line: int = MAX_LINE, max_response: int = MAX_RESPONSE) -> None:
        self._buffer = bytearray()
        self._data: list[bytes] = []
        self._type = b""
        self._size = 0
        self._total = 0
        self._started = False
        self._max_line = max_line
        self._max_response = max_response

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events that `chunk` completes."""
        self._total += len(chunk)
        if self._total > self._max_response:
            raise WireFault("too_large")
        waiting = self._buffer.endswith(b"\r")
        self._buffer += chunk
        if self._started and not waiting and b"\n" not in chunk and b"\r" not in chunk:
            # The usual case of a long line in small pieces: nothing is copied but the piece.
            self._check_rest()
            return []
        return self._events(self._take_lines())

    def _take_lines(self) -> list[bytes]:
        data = bytes(self._buffer)
        if not self._started:
            if len(data) < len(_BOM) and _BOM.startswith(data):
                return []
            self._started = True
            data = data.removeprefix(_BOM)
        if b"\r" in data:
            # A lone CR ends a line too; at the very end it may be half of CRLF, so it waits.
            waits = data.endswith(b"\r")
            data = (data[:-1] if waits else data).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            if waits:
                data += b"\r"
        lines = data.split(b"\n")
        self._buffer = bytearray(lines.pop())
        self._check_rest()
        return lines

    def _check_rest(self) -> None:
        if len(self._buffer) > self._max_line:
            raise WireFault("too_large")

    def finish(self) -> list[ServerEvent]:
        """The event left unterminated at the end of the stream, which careless servers do."""
        rest = bytes(self._buffer).removesuffix(b"\r")
        self._buffer = bytearray()
        return self._events([rest, b""])

    def _events(self, lines: list[bytes]) -> list[ServerEvent]:
        events = []
        for line in lines:
            if not line:
                if self._data:
                    events.append(ServerEvent(self._type.decode("utf-8", "replace"), b"\n".join(self._data)))
                self._data, self._type, self._size = [], b"", 0
                continue
            self._size += len(line)
            if self._size > self._max_line:
                raise WireFault("too_large")
            name, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if name == b"data":
                self._data.append(value)
            elif name == b"event":
                self._type = value
        return events


def load_object(data: bytes) -> dict[str, Any]:
    """The JSON object in `data`; broken UTF-8 inside is replaced, anything else is WireFault("malformed")."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            value = orjson.loads(data.decode("utf-8", "replace"))
        except orjson.JSONDecodeError:
            raise WireFault("malformed") from None
    if not isinstance(value, dict):
        raise WireFault("malformed")
    return value
