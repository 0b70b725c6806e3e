"""HTTP to providers: sessions, time limits, size caps; failures come out without a trace of the request."""

import asyncio
import socket
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from io import BytesIO
from time import time
from typing import Final

import aiohttp
from yarl import URL

from promptassay.core.errors import ValidationFailed
from promptassay.providers import departures
from promptassay.providers.connector import RefusedAddress, check_base_url, is_allowed, make_connector
from promptassay.providers.sse_lines import MAX_RESPONSE
from promptassay.providers.wire import Target, WireFault, WireRequest

MAX_ERROR: Final = 65_536
_READ_BUFFER: Final = 1 << 18
_LONG_BODY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits in seconds. `total` is for one attempt.

    A call that is not streamed sends its first byte when the whole answer is ready, hence `whole_answer`.
    """

    connect: float = 5.0
    first_byte: float = 60.0
    idle: float = 30.0
    total: float = 600.0
    whole_answer: float = 300.0


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """A whole HTTP answer. `first_byte` is the event loop's clock when the head of it came."""

    status: int
    body: bytes
    retry_after: float | None
    first_byte: float


class Transport:
    """The HTTP sessions of one event loop: one for public addresses, one for the operator's own hosts."""

    def __init__(self, timeouts: Timeouts, allowed: frozenset[str]) -> None:
        self._timeouts = timeouts
        self._allowed = allowed
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    def _session(self, *, private: bool) -> aiohttp.ClientSession:
        session = self._sessions.get(private)
        if session is None:
            session = self._sessions[private] = aiohttp.ClientSession(
                connector=make_connector(private=private),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "PromptAssay"},
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=False,
                read_bufsize=_READ_BUFFER,
            )
        return session

    def _admit(self, target: Target) -> bool:
        """Whether the target is one of the operator's own hosts. Raises WireFault if it may not be called."""
        private = target.private_allowed or is_allowed(target.url, self._allowed)
        if not private and not _is_callable(target.url):
            raise WireFault("refused_address")
        return private

    async def open(self, target: Target, wire: WireRequest, limits: aiohttp.ClientTimeout) -> aiohttp.ClientResponse:
        """Sends the request and gives the head of the answer; the caller closes it. Raises WireFault."""
        session = self._session(private=self._admit(target))
        departures.note(target)
        # Raised outside the handler, so that not even its context leads to the request with its key.
        try:
            return await session.request(
                "GET" if wire.body is None else "POST",
                URL(target.url + wire.path, encoded=True),
                data=_payload(wire.body),
                headers=wire.headers,
                allow_redirects=False,
                timeout=limits,
            )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            fault = _fault_before_answer(error)
        raise fault

    async def fetch(self, target: Target, wire: WireRequest) -> Reply:
        """Sends the request and reads the whole answer. Raises WireFault."""
        limits = self._timeouts
        timeout = aiohttp.ClientTimeout(
            total=limits.total,
            connect=limits.connect,
            sock_connect=limits.connect,
            sock_read=limits.whole_answer,
        )
        response = await self.open(target, wire, timeout)
        first_byte = asyncio.get_running_loop().time()
        try:
            cap = MAX_RESPONSE if response.status == 200 else MAX_ERROR
            body = await read_body(response, cap)
        finally:
            response.release()
        return Reply(response.status, body, retry_after(response), first_byte)

    async def close(self) -> None:
        """Closes every connection."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()


def _payload(body: bytes | None) -> bytes | BytesIO | None:
    """A long body is sent in pieces, so that the event loop is not held up by one write."""
    return BytesIO(body) if body is not None and len(body) > _LONG_BODY else body


async def read_body(response: aiohttp.ClientResponse, cap: int) -> bytes:
    """The whole body, unpacked. Raises WireFault("too_large") past `cap` bytes, or what went wrong.

    The body of an error is only searched for terms, so its first `cap` bytes are enough.
    """
    length = response.content_length
    plain = "Content-Encoding" not in response.headers
    try:
        if length is not None and plain and length <= cap:
            return await response.read()
        body = bytearray()
        while chunk := await response.content.readany():
            body += chunk
            if len(body) > cap:
                break
        else:
            return bytes(body)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        fault = _fault_in_answer(error)
    else:
        response.close()
        if response.status != 200:
            return bytes(body[:cap])
        fault = WireFault("too_large")
    raise fault


async def read_some(response: aiohttp.ClientResponse) -> bytes:
    """The next bytes of the body, empty at its end. Raises WireFault, or the TimeoutError of the caller."""
    try:
        return await response.content.readany()
    except aiohttp.ClientError as error:
        fault = _fault_in_answer(error)
    raise fault


def retry_after(response: aiohttp.ClientResponse) -> float | None:
    """How long the provider asks to wait, in seconds, from the header in any of its three forms."""
    if response.status < 400:
        return None
    try:
        if milliseconds := response.headers.get("retry-after-ms"):
            return min(max(0.0, float(milliseconds) / 1000), 86_400)
        value = response.headers.get("Retry-After", "").strip()
        if not value:
            return None
        if value.replace(".", "", 1).isdigit():
            return min(float(value), 86_400)
        return min(max(0.0, parsedate_to_datetime(value).timestamp() - time()), 86_400)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1024)
def _is_callable(url: str) -> bool:
    try:
        check_base_url(url)
    except ValidationFailed:
        return False
    return True


def _fault_before_answer(error: BaseException) -> WireFault:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return WireFault("timeout_connect", resend=True)
    if isinstance(error, aiohttp.SocketTimeoutError):
        return WireFault("timeout_first_byte")
    if isinstance(error, TimeoutError):
        return WireFault("timeout_total")
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, RefusedAddress):
        return WireFault("refused_address")
    if isinstance(error, aiohttp.ClientSSLError):
        return WireFault("tls")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        unknown = isinstance(error.os_error, socket.gaierror) and error.os_error.errno == socket.EAI_NONAME
        return WireFault("unreachable", resend=not unknown)
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        return WireFault("unreachable", resend=True)
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return WireFault("refused_address")
    return WireFault("malformed")


def _fault_in_answer(error: BaseException) -> WireFault:
    if isinstance(error, aiohttp.SocketTimeoutError):
        return WireFault("timeout_idle")
    if isinstance(error, TimeoutError):
        return WireFault("timeout_total")
    return WireFault("cut_off")
