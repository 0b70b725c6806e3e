"""The fake provider: a real HTTP server with three formats, seeded answers, faults and a record."""

import asyncio
import ssl
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from types import ModuleType
from typing import Any, Final, Self, cast

import orjson
from aiohttp import web
from aiohttp.http import RawRequestMessage

from promptassay.providers.fake import anthropic_format, google_format, openai_format
from promptassay.providers.fake.answers import Asked, FakeAnswer, with_fault
from promptassay.providers.fake.faults import Fault, parse_fault
from promptassay.providers.fake.formats import Format
from promptassay.providers.fake.misbehave import answer_badly, send_stream
from promptassay.providers.fake.options import Options
from promptassay.providers.fake.record import Received

_FORMATS: Final[Mapping[str, ModuleType]] = {
    "openai": openai_format,
    "anthropic": anthropic_format,
    "google": google_format,
}
_MAX_BODY: Final = 64 << 20
_SCRIPT_OPTIONS: Final = ("mode", "seed", "text", "mark")


class FakeProvider:
    """`async with FakeProvider() as fake:` listens on loopback; `fake.received` is what it got, oldest first.

    Faults come from the model name (`gpt-test!429-after-1`), else from `schedule`, else from `options.fault`.
    """

    def __init__(
        self, *, port: int = 0, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, **options: Any
    ) -> None:
        self._wanted = (host, port)
        self._tls = tls
        self._site: web.SockSite | web.TCPSite | None = None
        self._runner: web.ServerRunner | None = None
        self._used: Counter[str] = Counter()
        self.port = port
        self.options = Options()
        self.received: deque[Received] = deque(maxlen=20_000)
        self.active = 0
        self.peak = 0
        self.control(options)

    @property
    def address(self) -> str:
        """The root, without a closing slash."""
        return f"{'https' if self._tls else 'http'}://{self._wanted[0]}:{self.port}"

    @property
    def openai_url(self) -> str:
        """The base URL for OpenAI and compatible clients."""
        return f"{self.address}/openai/v1"

    @property
    def anthropic_url(self) -> str:
        """The base URL for Anthropic clients."""
        return f"{self.address}/anthropic"

    @property
    def google_url(self) -> str:
        """The base URL for Gemini clients."""
        return f"{self.address}/google"

    async def start(self) -> Self:
        """Begins to listen."""
        server = web.Server(
            self._handle,
            request_factory=self._request,
            handler_cancellation=True,
            access_log=None,
            lingering_time=0,
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner,
            self._wanted[0],
            self._wanted[1],
            ssl_context=self._tls,
            backlog=1024,
        )
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def stop(self) -> None:
        """Closes every connection and stops listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    def control(self, options: Mapping[str, Any]) -> None:
        """Sets options by name, also mode, seed, text, mark, rules and queue. Raises ValueError."""
        for name, value in options.items():
            if name in _SCRIPT_OPTIONS:
                setattr(self.options.script, name, value)
            elif name == "rules":
                self.options.script.rules = [(str(pattern), str(text)) for pattern, text in value]
            elif name == "queue":
                self.options.script.queue = deque(map(str, value))
            elif name == "schedule":
                self.options.schedule = deque(spec if spec is None else _checked(spec) for spec in value)
            elif name == "fault":
                self.options.fault = _checked(value) if value else ""
            elif name == "redirect":
                self.options.redirect = str(value)
            elif name == "keys":
                self.options.keys = None if value is None else frozenset(value)
            elif name == "models":
                self.options.models = tuple(map(str, value))
            elif name in ("latency", "token_interval", "slow_interval"):
                setattr(self.options, name, float(value))
            elif name == "keep":
                self.options.keep = bool(value)
            else:
                raise ValueError(f"there is no option {name!r}")

    def reset(self) -> None:
        """Forgets what it received and which faults were used up; options stay."""
        self.received.clear()
        self._used.clear()
        self.options.schedule.clear()
        self.options.script.queue.clear()
        self.peak = self.active

    def _request(
        self, message: RawRequestMessage, payload: Any, protocol: Any, writer: Any, task: Any
    ) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_MAX_BODY)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        body = await request.read()
        if path.startswith("/_") or path == "/healthz":
            return self._about(request, path, body)
        entry = Received(
            request.raw_path, {str(name): value for name, value in request.headers.items()}, body, monotonic()
        )
        if self.options.keep:
            self.received.append(entry)
        self.active += 1
        self.peak = max(self.peak, self.active)
        try:
            response = await self._serve(request, path, body, entry)
            entry.status = response.status
            return response
        except (asyncio.CancelledError, ConnectionError):
            entry.closed_early = monotonic()
            raise
        finally:
            self.active -= 1
            entry.ended = monotonic()

    async def _serve(self, request: web.BaseRequest, path: str, body: bytes, entry: Received) -> web.StreamResponse:
        face = cast("Format | None", _FORMATS.get(path.split("/", 2)[1]))
        if face is None:
            return _json(404, b'{"error":"There is no such path in the fake provider."}')
        key = face.key_of(request.headers)
        if self.options.keys is not None and key not in self.options.keys:
            status = 401 if key else face.WITHOUT_KEY
            return _json(face.http_status(status), face.error(status, key))
        if request.method == "GET" and path.endswith("/models"):
            return await self._list(request, face, key)
        try:
            asked = face.read(path, request.headers, orjson.loads(body))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return _json(400, face.error(400, key, message=f"{type(error).__name__}: {error}"))
        fault = self._fault(asked.fault, f"{path}{asked.request.model}!{asked.fault}")
        entry.fault = fault.name if fault else ""
        return await self._answer(request, face, asked, fault, key)

    async def _list(self, request: web.BaseRequest, face: Format, key: str) -> web.StreamResponse:
        """The list of models, or the faults that a list can have: a status, silence, a piece, a closed connection."""
        fault, mark = self._fault("", "models"), self.options.script.mark
        body = face.models(self.options.models)
        if mark:
            body = orjson.dumps({"note": mark, **orjson.loads(body)})
        if fault is None:
            return _json(200, body)
        if fault.status:
            return _json(face.http_status(fault.status), face.error(fault.status, key, message=mark))
        if fault.name in ("hang", "stall"):
            await asyncio.sleep(3600)
        if fault.name in ("reset", "disconnect") and request.transport is not None:
            request.transport.abort()
        return _json(200, body[: len(body) // 2] if fault.name == "malformed" else body)

    async def _answer(
        self, request: web.BaseRequest, face: Format, asked: Asked, fault: Fault | None, key: str
    ) -> web.StreamResponse:
        answer: FakeAnswer = self.options.script.answer(asked)
        if fault is not None:
            answer = with_fault(answer, fault.name, asked, self.options.script.mark)
        if self.options.latency:
            await asyncio.sleep(self.options.latency)
        if fault is not None:
            bad = await answer_badly(request, face, asked, answer, fault, key, self.options)
            if bad is not None:
                return bad
        if asked.stream:
            return await send_stream(request, face.frames(answer, asked), self.options.token_interval)
        return _json(200, face.whole(answer, asked))

    def _fault(self, spec: str, name: str) -> Fault | None:
        if not spec and self.options.schedule:
            spec = self.options.schedule.popleft() or ""
        spec = spec or self.options.fault
        if not spec:
            return None
        fault = parse_fault(spec)
        self._used[name] += 1
        return None if fault.times and self._used[name] > fault.times else fault

    def _about(self, request: web.BaseRequest, path: str, body: bytes) -> web.Response:
        if path == "/healthz":
            return _json(200, b'{"status":"ok"}')
        if path == "/_record":
            entries = [entry.as_dict() for entry in self.received]
            return _json(200, orjson.dumps({"received": entries, "active": self.active, "peak": self.peak}))
        if path == "/_reset" and request.method == "POST":
            self.reset()
            return _json(200, b"{}")
        if path == "/_control" and request.method == "POST":
            try:
                self.control(orjson.loads(body))
            except (ValueError, TypeError, AttributeError) as error:
                return _json(400, orjson.dumps({"error": str(error)}))
            return _json(200, b"{}")
        return _json(404, b'{"error":"There is no such control."}')


def _checked(spec: str) -> str:
    parse_fault(spec)
    return spec


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json")


@contextmanager
def run_in_thread(**options: Any) -> Iterator[FakeProvider]:
    """The fake provider in a thread with its own event loop, for synchronous tests."""
    fake = FakeProvider(**options)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake-provider", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(fake.start(), loop).result(10)
        yield fake
    finally:
        asyncio.run_coroutine_threadsafe(fake.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def addresses(fake: FakeProvider) -> dict[str, str]:
    """The line that the command prints: where each face listens."""
    return {
        "address": fake.address,
        "openai": fake.openai_url,
        "anthropic": fake.anthropic_url,
        "google": fake.google_url,
    }
