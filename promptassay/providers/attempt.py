"""One streamed attempt of a call: from the request to the last event, within its time limits; faults as WireFault."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import aiohttp

from promptassay.providers.adapters import Adapter, Reader
from promptassay.providers.sse_lines import MAX_RESPONSE, ServerEvent, ServerEventReader
from promptassay.providers.transport import MAX_ERROR, Timeouts, Transport, read_body, read_some, retry_after
from promptassay.providers.wire import Event, ReasoningDelta, Target, TextDelta, WireFault, WireRequest

_DRAIN_S: Final = 0.25
_RESENT_STATUSES: Final = frozenset({429, 500, 502, 503, 504, 529})


async def attempt(
    transport: Transport, limits: Timeouts, target: Target, wire: WireRequest, adapter: Adapter, until: float
) -> AsyncGenerator[Event, None]:
    """One streamed request, until the loop's clock says `until` at most. Raises WireFault, with `resend` only when no
    byte of the body had come.
    """
    loop = asyncio.get_running_loop()
    until = min(until, loop.time() + limits.total)
    timeout = aiohttp.ClientTimeout(total=None, connect=limits.connect, sock_connect=limits.connect)
    response: aiohttp.ClientResponse | None = None
    try:
        async with _limit(loop, limits.first_byte, until, "timeout_first_byte"):
            response = await transport.open(target, wire, timeout)
            if response.status != 200:
                body = await read_body(response, MAX_ERROR)
                raise refusal(adapter, response.status, body, retry_after(response))
            chunk = await _first_bytes(response)
        if response.content_type != "text/event-stream":
            for event in await _unstreamed(response, chunk, adapter, limits.idle, until):
                yield event
            return
        lines, reader = ServerEventReader(), adapter.StreamReader()
        while chunk and not reader.done:
            for event in _read(lines.feed(chunk), reader):
                yield event
            if not reader.done:
                async with _limit(loop, limits.idle, until, "timeout_idle"):
                    chunk = await read_some(response)
        for event in _read(lines.finish(), reader):
            yield event
        for event in reader.close():
            yield event
        await _drain(response)
    finally:
        if response is not None:
            # A connection with an unread rest is closed, a clean one goes back to the pool.
            response.release() if response.content.at_eof() else response.close()


def refusal(adapter: Adapter, status: int, body: bytes, wait: float | None) -> WireFault:
    """What an answer other than 200 means."""
    verdict = adapter.error_kind(status, body)
    return WireFault(
        verdict.kind,
        verdict.setting,
        status=status,
        retry_after=wait if wait is not None else verdict.retry_after,
        resend=status in _RESENT_STATUSES and verdict.kind != "no_credit",
    )


async def _unstreamed(
    response: aiohttp.ClientResponse, chunk: bytes, adapter: Adapter, idle: float, until: float
) -> list[Event]:
    """The events of an answer that a server sent whole although a stream was asked for."""
    if response.content_type != "application/json":
        raise WireFault("malformed")
    body = bytearray(chunk)
    while chunk:
        async with _limit(asyncio.get_running_loop(), idle, until, "timeout_idle"):
            chunk = await read_some(response)
        body += chunk
        if len(body) > MAX_RESPONSE:
            raise WireFault("too_large")
    answer = adapter.parse_full(bytes(body))
    events: list[Event] = [ReasoningDelta(answer.reasoning)] if answer.reasoning else []
    events += [TextDelta(answer.text)] if answer.text else []
    return [*events, *answer.tool_calls, answer.finished]


def _read(lines: list[ServerEvent], reader: Reader) -> Iterator[Event]:
    """The events one by one, so that those before a broken one are not lost with it."""
    for line in lines:
        if reader.done:
            return
        yield from reader.feed(line)


async def _first_bytes(response: aiohttp.ClientResponse) -> bytes:
    """The first bytes of the body. A connection lost before them may be tried again."""
    try:
        chunk = await read_some(response)
    except WireFault as error:
        fault = WireFault(error.kind, resend=True)
    else:
        if chunk:
            return chunk
        fault = WireFault("cut_off")
    raise fault


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Reads what little follows the end marker, so that the connection can be used again."""
    with suppress(TimeoutError, WireFault):
        async with asyncio.timeout(_DRAIN_S):
            while not response.content.at_eof():
                if not await read_some(response):
                    break


@asynccontextmanager
async def _limit(loop: asyncio.AbstractEventLoop, seconds: float, until: float, kind: str) -> AsyncIterator[None]:
    """Limits one wait; past it, WireFault of `kind`, or of the total when that came first."""
    try:
        async with asyncio.timeout_at(min(loop.time() + seconds, until)):
            yield
    except TimeoutError:
        kind = "timeout_total" if loop.time() >= until else kind
    else:
        return
    raise WireFault(kind)
