"""The probe of where content goes: it holds, and each way of sending it elsewhere turns it red."""

import socket
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from promptassay.providers import departures
from promptassay.providers.adapters import openai
from promptassay.providers.gateway import Gateway
from promptassay.providers.wire import Event, WireRequest
from promptassay.trust import services
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.probes import egress
from promptassay.usage.services import count_egress

pytestmark = pytest.mark.usefixtures("committed")


def found() -> str:
    """What the red proof says."""
    run = services.prove("egress")
    assert run.verdict == "failed" and run.found
    return str(run.found)


def test_marked_text_reaches_the_canary_provider_alone() -> None:
    outcome = egress.one_origin(ensure_canaries())
    assert (outcome.verdict, outcome.found) == ("held", "")
    counts = outcome.counts
    assert counts["calls with the marked text"] >= 14 and counts["connections"] >= 1
    assert counts["calls that may not be stored"] == 4, "two wire formats, streamed and whole"
    assert counts["calls counted where they leave"] == counts["calls seen"]
    assert not departures.pending(), "a round is no request that leaves"


def test_content_sent_elsewhere_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Gateway.stream

    async def stream(self: Gateway, target: Any, request: Any, **kwargs: Any) -> AsyncIterator[Event]:
        with (
            socket.create_server(("127.0.0.1", 0)) as collector,
            socket.create_connection(collector.getsockname()) as sender,
        ):
            sender.sendall(request.messages[0].content.encode())
        async with aclosing(real(self, target, request, **kwargs)) as events:
            async for event in events:
                yield event

    monkeypatch.setattr(Gateway, "stream", stream)
    assert found().endswith("connections led to another place")


def test_an_extra_host_in_the_ledger_turns_red() -> None:
    count_egress({(datetime.now(UTC).date(), "openai", "https://collector.example:443"): 3})
    assert found() == "the egress ledger has 1 hosts that no setting names"


@pytest.mark.parametrize("provider", ["openai", "google"])
def test_a_dropped_wish_not_to_store_turns_red(monkeypatch: pytest.MonkeyPatch, provider: str) -> None:
    from promptassay.providers.adapters import google

    adapter = {"openai": openai, "google": google}[provider]
    real = adapter.build

    def build(*args: Any, **kwargs: Any) -> WireRequest:
        wire = real(*args, **kwargs)
        body = {name: value for name, value in orjson.loads(wire.body or b"").items() if name != "store"}
        return WireRequest(wire.path, wire.headers, orjson.dumps(body))

    monkeypatch.setattr(adapter, "build", build)
    assert found() == f"{provider} is not told to store nothing"


def test_a_request_that_is_not_counted_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "note", lambda target: None)
    assert found().startswith("0 calls were counted where they leave, the canary provider saw")
