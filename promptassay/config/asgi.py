"""The server's entry: each request's view runs in a thread, streams and provider calls run on the event loop.

Django's own ASGI handler hops between loop and threads at every middleware (330 requests/s here with one query);
one hop for the whole synchronous stack keeps pages fast, and a model's stream never holds a thread or a transaction.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from contextvars import copy_context
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponseBase
from django.urls import set_script_prefix

from promptassay.core.errors import AppError
from promptassay.core.http import LaterResponse, StreamResponse, replace_by_error
from promptassay.core.threads import in_thread

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger("promptassay.http")
_TOO_LARGE = b"The request is larger than this server accepts. Nothing was saved; send less at once.\n"
_FAILED = b"Something went wrong on our side. Try again; if it stays, tell whoever runs this instance.\n"


# Answered by threads of their own, which others cannot keep waiting when the database hangs.
_ALWAYS = frozenset({"/healthz", "/readyz", "/status", "/status.json", "/status.rss", "/api/health"})


class ClientGone(Exception):
    """The client closed the connection before its request was whole."""


class Application(BaseHandler):
    """An ASGI application around Django's synchronous middleware and views."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        super().__init__()
        self.load_middleware()
        self.pool = pool
        self.spare = ThreadPoolExecutor(2, thread_name_prefix="always")
        self.streams: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; other protocols are not spoken here."""
        if scope["type"] != "http":
            return
        try:
            await self._serve(scope, receive, send)
        except Exception as error:
            log.error("a request failed after its view: %s", type(error).__name__, exc_info=error)
            with suppress(Exception):  # a response may have begun
                await _send_plain(send, 500, _FAILED)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _read_body(receive)
        except ClientGone:
            return
        if body is None:
            await _send_plain(send, 413, _TOO_LARGE)
            return
        loop = asyncio.get_running_loop()
        context = copy_context()  # what a request leaves in context variables ends with it, not with the thread
        request = ASGIRequest(scope, body)
        pool = self.spare if scope["path"] in _ALWAYS else self.pool
        response, content = await loop.run_in_executor(pool, context.run, self._respond, request)
        try:
            if isinstance(response, StreamResponse):
                await self._stream(response, receive, send)
                return
            if isinstance(response, LaterResponse):
                content = await _later(request, response)
            await _send_start(send, response, len(content))
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})
        finally:
            await loop.run_in_executor(pool, response.close)

    def stop_streams(self) -> None:
        """End every open stream, for a quick shutdown; their clients reconnect to the next process."""
        for task in self.streams:
            task.cancel()

    def _respond(self, request: HttpRequest) -> tuple[HttpResponseBase, bytes]:
        set_script_prefix("/")
        signals.request_started.send(sender=self.__class__, scope=getattr(request, "scope", None))
        response = self.get_response(request)
        content = b"".join(response)
        return response, content

    async def _stream(self, response: StreamResponse, receive: Receive, send: Send) -> None:
        await _send_start(send, response, None)
        pump = asyncio.create_task(_pump(response, send))
        self.streams.add(pump)
        gone = asyncio.create_task(_wait_until_gone(receive))
        try:
            await asyncio.wait({pump, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.streams.discard(pump)
            gone.cancel()
            pump.cancel()
            await asyncio.gather(pump, gone, return_exceptions=True)
            if not pump.cancelled() and (error := pump.exception()) is not None:
                log.error("a stream failed: %s", type(error).__name__)


async def _pump(response: StreamResponse, send: Send) -> None:
    async with aclosing(response.stream()) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _later(request: HttpRequest, response: LaterResponse) -> bytes:
    try:
        return (await response.later()).encode()
    except AppError as error:
        return await in_thread(replace_by_error, request, response, error)


async def _read_body(receive: Receive) -> BytesIO | None:
    """The whole body in memory (content never goes to a temporary file), or None when it is too large."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024 * 1024
    body = BytesIO()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body.write(message.get("body", b""))
        if body.tell() > limit:
            return None
        if not message.get("more_body", False):
            body.seek(0)
            return body


async def _send_start(send: Send, response: HttpResponseBase, length: int | None) -> None:
    # A length that middleware set is that of the empty body from before the stream or the provider's call.
    kept = [(name, value) for name, value in response.items() if name.lower() != "content-length"]
    headers = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in kept]
    headers += [
        (b"set-cookie", cookie.output(header="").strip().encode("ascii")) for cookie in response.cookies.values()
    ]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})


async def _send_plain(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
