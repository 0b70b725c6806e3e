"""The wire keeps its pace and number, waits for a key's minute, and sends headers as they are meant."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from promptassay.trust.attack.wire import Answer, CannotRun, HttpTransport, Request, Spent, Wire
from tests.trust.attack.target import Clock


def _wire(answers: list[Answer], clock: Clock, *, most: int = 10, rate: float = 5.0) -> Wire:
    return Wire(lambda request: answers.pop(0), rate, most, sleep=clock.sleep, clock=clock.read)


def _answer(status: int = 200, **headers: str) -> Answer:
    return Answer(status, tuple((name.replace("_", "-"), value) for name, value in headers.items()), b"")


def test_the_pace_and_the_number_are_kept() -> None:
    clock = Clock()
    wire = _wire([_answer() for _ in range(4)], clock, most=3)
    for _ in range(3):
        wire.send("A", Request("GET", "/"))
    assert clock.now == pytest.approx(0.4)
    with pytest.raises(Spent):
        wire.send("A", Request("GET", "/"))


def test_a_minute_that_is_used_up_is_waited_for_by_its_key_alone() -> None:
    clock = Clock()
    spent = _answer(ratelimit_remaining="1", ratelimit_reset="40")
    wire = _wire([spent, _answer(), _answer()], clock)
    wire.send("A", Request("GET", "/"))
    wire.send("B", Request("GET", "/"))
    assert clock.now < 1
    wire.send("A", Request("GET", "/"))
    assert clock.now == pytest.approx(40.5)


def test_a_refusal_for_the_limit_is_waited_out_once() -> None:
    clock = Clock()
    wire = _wire([_answer(429, retry_after="7"), _answer()], clock)
    assert wire.send("A", Request("GET", "/")).status == 200
    assert clock.now >= 7


def test_no_key_is_printed() -> None:
    assert "secret" not in repr(Request("GET", "/x", (("Authorization", "Bearer secret"),)))


class _Echo(BaseHTTPRequestHandler):
    """Tells which headers came."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(302)
        self.send_header("Location", "http://elsewhere.invalid/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def echo() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_headers_go_out_as_they_stand_and_no_redirect_is_followed(echo: str) -> None:
    transport = HttpTransport(echo)
    answer = transport(Request("GET", "/x", (("Host", "other"), ("Authorization", "one"), ("Authorization", "two"))))
    assert answer.status == 302
    assert answer.body.decode().splitlines() == ["Host: other", "Authorization: one", "Authorization: two"]
    transport._connection.close()


def test_an_address_that_is_none_and_one_that_does_not_answer(echo: str) -> None:
    for url in ("", "prompts.example.com", "ftp://x", "http://x?y"):
        with pytest.raises(CannotRun):
            HttpTransport(url)
    with pytest.raises(CannotRun, match="does not answer"):
        HttpTransport("http://127.0.0.1:9")(Request("GET", "/"))
