"""The probe of the key on its way: it holds, and each way of losing the key or a ledger entry turns it red."""

import logging
from typing import Any

import aiohttp
import pytest

from promptassay.core.errors import ProviderFailure
from promptassay.providers import gateway
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import opening
from promptassay.providers.transport import Transport
from promptassay.trust import services
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.probes import ledger

pytestmark = pytest.mark.usefixtures("committed")


def found() -> str:
    """What the red proof says."""
    run = services.prove("custody-ledger")
    assert run.verdict == "failed" and run.found
    return str(run.found)


def test_each_call_has_its_entry_and_the_key_is_nowhere_else() -> None:
    outcome = ledger.counts_match(ensure_canaries())
    assert (outcome.verdict, outcome.found) == ("held", "")
    assert outcome.counts["calls seen"] == outcome.counts["calls in the ledger"] >= 9
    assert outcome.counts["errors that repeat the key"] == 2 and outcome.counts["redirects"] == 1


def test_a_logged_header_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Transport.open

    async def talkative(self: Transport, target: Any, wire: Any, limits: Any) -> Any:
        logging.getLogger("promptassay.providers").debug("sending %s", dict(wire.headers))
        return await real(self, target, wire, limits)

    monkeypatch.setattr(Transport, "open", talkative)
    assert found() == "a piece of the key stands in the log"


def test_a_key_that_is_returned_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    def telling(fault: Any, target: Any, attempts: int) -> ProviderFailure:
        return ProviderFailure(fault.kind, f"The key {target.secret.reveal()} was refused.")

    monkeypatch.setattr(gateway, "_report", telling)
    assert found() == "a piece of the key stands in what people are told"


def test_a_call_beside_the_ledger_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Any = opening.first_row  # type: ignore[attr-defined]

    def forgetful(statement: str, values: Any = ()) -> Any:
        if statement == opening._NOTE_USE and "playground" in values:
            return None
        return real(statement, values)

    monkeypatch.setattr(opening, "first_row", forgetful)
    assert found().startswith("the ledger has 7 calls, the canary provider saw 10")


def test_a_redirect_that_is_followed_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    real = aiohttp.ClientSession.request

    def obedient(self: Any, *args: Any, **kwargs: Any) -> Any:
        return real(self, *args, **{**kwargs, "allow_redirects": True})

    monkeypatch.setattr(aiohttp.ClientSession, "request", obedient)
    assert "a redirect to another origin was followed" in found()


@pytest.mark.parametrize("sabotage", ["origin", "base URL"])
def test_a_seal_without_its_origin_turns_red(monkeypatch: pytest.MonkeyPatch, sabotage: str) -> None:
    if sabotage == "origin":
        bound = property(lambda key: ("provider-key", str(key.id), key.provider))
        monkeypatch.setattr(ProviderKey, "seal_context", bound)
        assert found() == "the key opens with a changed base URL and origin"
    else:
        monkeypatch.setattr(opening, "_leads_where_it_says", lambda key: True)
        assert found() == "the key opens with a changed base URL"


def test_calls_that_never_came_are_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> bytes:
        return b""

    for name in ("playground", "panel", "drive", "_models"):
        monkeypatch.setattr(ledger, name, nothing)
    run = services.prove("custody-ledger")
    assert run.verdict != "held"
