"""The server's entry: pages from threads, streams from the loop, and clients that go away."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import override_settings
from django.urls import path

from promptassay.config.asgi import Application
from promptassay.core.doors import public_view
from promptassay.core.errors import ProviderFailure
from promptassay.core.http import LaterResponse, StreamResponse
from promptassay.core.logs import Formatter

closed: list[str] = []
WORDS = "Zq7Lm2Xv9Kt4Wd8Rb3Ny"


@public_view("GET", "POST", "HEAD", reason="a test")
def plain(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse(f"{request.method} {request.body.decode()}")


@public_view("GET", reason="a test")
def streamed(request: HttpRequest) -> HttpResponseBase:
    async def events() -> AsyncIterator[bytes]:
        try:
            yield b"one\n\n"
            yield b"two\n\n"
            if request.GET.get("hang"):
                await asyncio.Event().wait()
        finally:
            closed.append("stream")

    return StreamResponse(events)


@public_view("GET", reason="a test")
def later(request: HttpRequest) -> HttpResponseBase:
    async def html() -> str:
        if request.GET.get("defect"):
            raise RuntimeError(f"a defect with {WORDS}")
        if request.GET.get("fail"):
            raise ProviderFailure("unreachable", "The provider cannot be reached.")
        return "<p>später</p>"

    return LaterResponse(html)


urlpatterns = [path("plain", plain), path("streamed", streamed), path("later", later)]
handler404 = "promptassay.core.http.page_not_found"
handler500 = "promptassay.core.http.server_error"


@pytest.fixture
def application() -> Iterator[Application]:
    closed.clear()
    with ThreadPoolExecutor(2) as pool, override_settings(ROOT_URLCONF=__name__):
        yield Application(pool)


class Exchange:
    """One request as a server would hand it over; `sent` is what came back."""

    def __init__(self, url: str, *, method: str = "GET", body: bytes = b"", chunks: int = 1) -> None:
        path_part, _, query = url.partition("?")
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path_part,
            "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1"), (b"accept", b"text/html")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
            "scheme": "http",
        }
        size = max(1, -(-len(body) // chunks))
        parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
        self.incoming: list[dict[str, Any]] = [
            {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
            for number, part in enumerate(parts)
        ]
        self.gone = asyncio.Event()
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if self.incoming:
            return self.incoming.pop(0)
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if b"two" in message.get("body", b"") and "hang" in self.scope["query_string"].decode():
            self.gone.set()

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


async def exchange(application: Application, url: str, **request: Any) -> Exchange:
    made = Exchange(url, **request)
    await asyncio.wait_for(application(made.scope, made.receive, made.send), 10)
    return made


async def test_a_page_comes_from_a_thread_with_its_length(application: Application) -> None:
    got = await exchange(application, "/plain")
    assert (got.sent[0]["status"], got.body) == (200, b"GET ")
    assert got.headers[b"content-length"] == b"4"
    assert got.headers[b"x-request-id"]


async def test_a_body_in_many_chunks_is_whole(application: Application) -> None:
    got = await exchange(application, "/plain", method="GET", body=b"abcdef", chunks=3)
    assert got.body == b"GET abcdef"


async def test_head_has_headers_and_no_body(application: Application) -> None:
    got = await exchange(application, "/plain", method="HEAD")
    assert (got.headers[b"content-length"], got.body) == (b"5", b"")


async def test_too_large_a_body_is_refused_with_words(application: Application) -> None:
    got = await exchange(application, "/plain", method="POST", body=b"x" * (14 * 1024 * 1024), chunks=20)
    assert got.sent[0]["status"] == 413
    assert b"larger than this server accepts" in got.body


async def test_a_stream_has_no_length_and_comes_in_pieces(application: Application) -> None:
    got = await exchange(application, "/streamed")
    assert b"content-length" not in got.headers
    assert [message["body"] for message in got.sent[1:]] == [b"one\n\n", b"two\n\n", b""]
    assert closed == ["stream"]


async def test_a_client_that_leaves_closes_the_stream_at_once(application: Application) -> None:
    begun = asyncio.get_running_loop().time()
    await exchange(application, "/streamed?hang=1")
    assert closed == ["stream"]
    assert asyncio.get_running_loop().time() - begun < 1


async def test_a_client_that_leaves_before_its_body_is_whole_is_forgotten(application: Application) -> None:
    made = Exchange("/plain", method="POST", body=b"abc")
    made.incoming[0]["more_body"] = True
    made.gone.set()
    await application(made.scope, made.receive, made.send)
    assert made.sent == []


async def test_stopping_ends_open_streams(application: Application) -> None:
    made = Exchange("/streamed?hang=1")

    async def send(message: Any) -> None:
        made.sent.append(message)
        if b"two" in message.get("body", b""):
            application.stop_streams()

    await asyncio.wait_for(application(made.scope, made.receive, send), 10)
    assert closed == ["stream"]


async def test_a_later_body_replaces_the_length_that_middleware_set(application: Application) -> None:
    got = await exchange(application, "/later")
    assert got.body == "<p>später</p>".encode()
    assert got.headers[b"content-length"] == str(len(got.body)).encode()


@pytest.mark.django_db(transaction=True)
async def test_an_expected_failure_in_a_later_body_is_shown(application: Application) -> None:
    got = await exchange(application, "/later?fail=1")
    assert got.sent[0]["status"] == 502
    assert b"The provider cannot be reached." in got.body
    assert b"<!doctype html>" in got.body, "a browser that navigates gets a whole page"
    nonces = set(re.findall(rb'nonce="([^"]+)"', got.body))
    assert len(nonces) == 1 and nonces.pop() in got.headers[b"content-security-policy"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("header", "kind"),
    [((b"hx-request", b"true"), b"text/html"), ((b"x-requested-with", b"fetch"), b"application/json")],
)
async def test_an_expected_failure_in_a_later_body_suits_the_caller(
    application: Application, header: tuple[bytes, bytes], kind: bytes
) -> None:
    made = Exchange("/later?fail=1")
    made.scope["headers"].append(header)
    await application(made.scope, made.receive, made.send)
    headers = dict(made.sent[0]["headers"])
    assert made.sent[0]["status"] == 502 and headers[b"content-type"].startswith(kind)
    assert (b"hx-retarget" in headers) == (kind == b"text/html")
    assert b"<!doctype html>" not in b"".join(each.get("body", b"") for each in made.sent)


async def test_a_defect_in_a_later_body_is_a_plain_500_and_is_logged_without_its_words(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    got = await exchange(application, "/later?defect=1")
    assert got.sent[0]["status"] == 500 and b"Something went wrong" in got.body
    (record,) = [each for each in caplog.records if each.name == "promptassay.http"]
    written = Formatter().format(record)
    assert "a request failed after its view: RuntimeError" in written and "in html" in written
    assert WORDS not in written and WORDS.encode() not in got.body


async def test_an_unknown_path_is_the_404_page(application: Application) -> None:
    got = await exchange(application, "/nowhere")
    assert got.sent[0]["status"] == 404
    assert b"nothing at this address" in got.body


async def test_other_protocols_are_not_spoken(application: Application) -> None:
    made = Exchange("/plain")
    made.scope["type"] = "websocket"
    await application(made.scope, made.receive, made.send)
    assert made.sent == []
