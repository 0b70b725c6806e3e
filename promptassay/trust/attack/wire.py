"""Requests on the wire: every header as it is meant, no redirect followed, paced, counted, within the keys' limits."""

import http.client
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from promptassay.core.errors import AppError

TIMEOUT_S: Final = 30
BODY_BYTES: Final = 16 * 1024 * 1024
_LOW: Final = 1  # requests that are left to a key before its minute is waited for
_PATIENCE_S: Final = 120


class CannotRun(AppError):
    """The kit cannot do its work: the instance is not there, or a key does not do; nothing is known either way."""


class Spent(CannotRun):
    """The number of requests that was allowed is used up."""


@dataclass(frozen=True, repr=False)
class Request:
    """One request; `headers` in order, a name may stand twice. It prints without its headers, which hold keys."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def __repr__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Answer:
    """What came back; names of headers are in small letters."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of a name, empty without one."""
        return next((value for each, value in self.headers if each == name), "")

    @property
    def whole(self) -> bytes:
        """Headers and body, to be searched."""
        lines = "".join(f"{name}: {value}\n" for name, value in self.headers)
        return lines.encode("utf-8", "surrogateescape") + self.body


Transport = Callable[[Request], Answer]


class HttpTransport:
    """Sends over one connection that is kept, with Python's own HTTP client: it adds nothing but length and host."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise CannotRun(
                f"{url} is no address of an instance.", next_step="Give it as in https://prompts.example.com."
            )
        self.host = parts.netloc.rpartition("@")[2]
        self.base = parts.path.rstrip("/")
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self.host, timeout=TIMEOUT_S, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_S)

    def __call__(self, request: Request) -> Answer:
        """One request; a connection that the server has closed meanwhile is opened again, once."""
        try:
            return self._once(request)
        except (http.client.HTTPException, OSError):
            self._connection.close()
        try:
            return self._once(request)
        except (http.client.HTTPException, OSError) as error:
            self._connection.close()
            raise CannotRun(
                f"{self.host} does not answer.",
                why=f"{type(error).__name__}.",
                next_step="See whether the address opens in a browser.",
            ) from None

    def _once(self, request: Request) -> Answer:
        names = {name.lower() for name, _ in request.headers}
        self._connection.putrequest(request.method, self.base + request.path, skip_host=True, skip_accept_encoding=True)
        if "host" not in names:
            self._connection.putheader("Host", self.host)
        for name, value in request.headers:
            self._connection.putheader(name, value)
        if request.body is not None:
            self._connection.putheader("Content-Length", str(len(request.body)))
        self._connection.endheaders(request.body)
        response = self._connection.getresponse()
        body = response.read(BODY_BYTES)
        if response.read(1):
            self._connection.close()
        return Answer(response.status, tuple((name.lower(), value) for name, value in response.getheaders()), body)


@dataclass
class Wire:
    """Sends in a bounded pace and number, and waits when a key's minute is nearly used up.

    rate: requests in a second at most. most: requests in all. `observe` sees every request with its answer.
    """

    transport: Transport
    rate: float
    most: int
    observe: Callable[[str, Request, Answer], None] = lambda who, request, answer: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.sent = 0
        self._next_at = 0.0
        self._full_until: dict[str, float] = {}

    def send(self, who: str, request: Request, *, patient: bool = True) -> Answer:
        """One request by the key of `who`. When `patient`, a 429 is waited out and asked again."""
        answer = self._paced(who, request)
        if answer.status == 429 and patient:
            self.sleep(min(_PATIENCE_S, _number(answer.header("retry-after"), 60)))
            answer = self._paced(who, request)
        return answer

    def send_now(self, who: str, request: Request) -> Answer:
        """As `send`, without waiting for the key's minute: for the attack that wants to be refused."""
        self._full_until.pop(who, None)
        return self._paced(who, request)

    def rest(self, who: str) -> None:
        """Wait until the key's minute is over, if it is used up."""
        self.sleep(max(0.0, self._full_until.pop(who, 0.0) - self.clock()))

    def _paced(self, who: str, request: Request) -> Answer:
        if self.sent >= self.most:
            raise Spent(f"The {self.most} requests that were allowed are used up.", next_step="Allow more with --most.")
        self.rest(who)
        self.sleep(max(0.0, self._next_at - self.clock()))
        self._next_at = self.clock() + 1 / self.rate
        self.sent += 1
        answer = self.transport(request)
        if answer.header("ratelimit-remaining") and _number(answer.header("ratelimit-remaining"), 99) <= _LOW:
            self._full_until[who] = self.clock() + _number(answer.header("ratelimit-reset"), 60) + 0.5
        self.observe(who, request, answer)
        return answer


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise
