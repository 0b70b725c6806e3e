"""What goes over the wire asks the provider not to store it, where the provider has such an option."""

import json
from dataclasses import replace
from typing import Any

import pytest

from promptassay.providers.adapters import google, openai
from promptassay.providers.fake import FakeProvider
from promptassay.providers.gateway import Gateway
from tests import gates
from tests.providers.calls import ask, collect, target

# Anthropic has no such option: it is a matter of the contract there.
WITH_OPTION = ("openai", "google")


async def unflagged(fake: FakeProvider, gateway: Gateway) -> list[str]:
    """The calls that were not asked to be forgotten, of all kinds that there are."""
    found = []
    for provider in WITH_OPTION:
        where = target(fake, provider)  # type: ignore[arg-type]
        for json_mode in (False, True):
            for stream in (False, True):
                fake.received.clear()
                request = ask(json_mode=json_mode)
                await (collect(gateway, where, request) if stream else gateway.complete(where, request))
                sent = [json.loads(entry.body) for entry in fake.received]
                gates.tried("calls on the wire", len(sent))
                assert sent
                found += [f"{provider} {entry.path}" for entry in fake.received if _kept(json.loads(entry.body))]
    return found


def _kept(body: dict[str, Any]) -> bool:
    return body.get("store") is not False


async def test_calls_ask_not_to_be_stored(fake: FakeProvider, gateway: Gateway) -> None:
    assert await unflagged(fake, gateway) == []


@pytest.mark.parametrize("adapter", [openai, google], ids=WITH_OPTION)
async def test_a_call_without_the_flag_would_be_found(
    fake: FakeProvider, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, adapter: Any
) -> None:
    """The tripwire: an adapter that drops the flag."""
    real = adapter.build

    def forgetful(*args: Any, **kwargs: Any) -> Any:
        wire = real(*args, **kwargs)
        body = json.loads(wire.body)
        body.pop("store")
        return replace(wire, body=json.dumps(body).encode())

    monkeypatch.setattr(adapter, "build", forgetful)
    assert len(await unflagged(fake, gateway)) == 4
