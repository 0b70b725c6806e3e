"""A browser's worth of HTTP for the probes that ask our own web process, as a canary or as nobody."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final, Self
from urllib.parse import urlsplit

from django.conf import settings

from promptassay.core.logs import probe_mark

_AGENT: Final = "promptassay-probe"
# One answer, and all of one probe: whoever waits longer learns that it could not be made.
_ANSWER_S: Final = 5.0
_PROBE_S: Final = 30.0
# An answer that is longer than any page of ours is none.
_MOST: Final = 4 * 1024 * 1024


class Unreachable(Exception):
    """Our own web process gave no answer. The text names no address: evidence is public."""


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass
class Visitor:
    """One browser with a connection of its own, signed in by the session's key, or as nobody without one.

    Plain HTTP from the standard library: one request at a time costs a fifth of a millisecond here.
    """

    session: str = ""
    requests: int = 0
    _csrf: str = field(default_factory=lambda: secrets.token_hex(16))
    _until: float = field(default_factory=lambda: time.monotonic() + _PROBE_S)
    _connection: HTTPConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def ask(self, method: str, path: str, *, script: bool = False) -> Answer:
        """One request, a POST with its token; as a browser that opens a page, or as a script in one.

        Raises Unreachable when no whole answer comes in time.
        """
        if time.monotonic() > self._until:
            raise Unreachable(f"The web process did not answer everything within {_PROBE_S:.0f} s.")
        self.requests += 1
        try:
            return self._ask(method, path, self._headers(script=script))
        except (OSError, HTTPException) as error:
            self._close()
            raise Unreachable(
                f"The web process could not be reached from here: {_reason(error)}. Where it is reached stands in "
                "PROMPTASSAY_INTERNAL_URL."
            ) from None

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        connection = self._connection = self._connection or _connect()
        connection.request(method, path, b"" if method == "POST" else None, headers)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        if found.get("content-type", "").startswith("text/event-stream"):
            self._close()  # it may go on for as long as somebody listens
            return Answer(response.status, found, "")
        body = response.read(_MOST)
        if not response.isclosed():
            self._close()
        return Answer(response.status, found, body.decode("utf-8", "replace"))

    def _headers(self, *, script: bool) -> dict[str, str]:
        cookies = f"{settings.CSRF_COOKIE_NAME}={self._csrf}"
        if self.session:
            cookies += f"; {settings.SESSION_COOKIE_NAME}={self.session}"
        given = {"X-Requested-With": "fetch"} if script else {"Accept": "text/html"}
        return {
            "Host": urlsplit(settings.PUBLIC_URL).netloc,
            "User-Agent": _AGENT,
            "Cookie": cookies,
            "X-CSRFToken": self._csrf,
            "X-Request-ID": probe_mark(),
            **given,
        }

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connect() -> HTTPConnection:
    parts = urlsplit(settings.INTERNAL_URL)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=_ANSWER_S)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {_ANSWER_S:.0f} s"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    return type(error).__name__
