"""What the three faces of the fake provider have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from promptassay.providers.fake.answers import Asked, FakeAnswer


@dataclass(frozen=True, slots=True)
class Frames:
    """The events of a stream as bytes: what comes before the text, the text, and what ends it."""

    head: list[bytes]
    pieces: list[bytes]
    tail: list[bytes]


class Format(Protocol):
    """What each face offers."""

    @property
    def WITHOUT_KEY(self) -> int: ...  # noqa: N802 - the status that a request without any key is answered with

    def key_of(self, headers: Mapping[str, str]) -> str: ...

    def read(self, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Asked: ...

    def whole(self, answer: FakeAnswer, asked: Asked) -> bytes: ...

    def frames(self, answer: FakeAnswer, asked: Asked) -> Frames: ...

    def http_status(self, status: int) -> int: ...

    def error(self, status: int, key: str, *, message: str = "", code: str = "") -> bytes: ...

    def late_error(self, kind: str, mark: str = "") -> bytes: ...

    def models(self, names: Sequence[str] = ()) -> bytes: ...


def sse(data: bytes, kind: str = "") -> bytes:
    """One server-sent event."""
    return (b"event: " + kind.encode() + b"\n" if kind else b"") + b"data: " + data + b"\n\n"
