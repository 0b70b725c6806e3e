"""A probe's browser: it tells what went wrong without an address, and waits for nobody for ever."""

import socket
import time

import pytest
from pytest_django import Settings

from promptassay.trust.probes import loopback
from promptassay.trust.probes.loopback import Unreachable, Visitor


def test_it_asks_our_own_server_over_one_connection(committed: None, web: str) -> None:
    with Visitor() as visitor:
        answers = [visitor.ask("GET", "/healthz") for _ in range(2)]
        page = visitor.ask("GET", "/trust.json")
        refused = visitor.ask("POST", "/trust.json", script=True)
    assert [(each.status, each.body) for each in answers] == [(200, "alive\n")] * 2
    assert page.headers["content-type"] == "application/json" and refused.status == 405 and visitor.requests == 4


def test_a_server_that_says_nothing_is_given_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "_ANSWER_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, Visitor() as visitor:
        settings.INTERNAL_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unreachable, match="no answer within") as caught:
            visitor.ask("GET", "/healthz")
    assert "127.0.0.1" not in str(caught.value)


def test_a_probe_has_its_time(committed: None, web: str) -> None:
    with Visitor(_until=time.monotonic() - 1) as visitor, pytest.raises(Unreachable, match="did not answer everything"):
        visitor.ask("GET", "/healthz")
