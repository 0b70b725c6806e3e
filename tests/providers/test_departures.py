"""Requests are counted where they leave, and stand in the egress ledger within seconds."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import OperationalError

from promptassay.config.egress_notes import counted
from promptassay.core.errors import ProviderFailure
from promptassay.core.secret import Secret
from promptassay.providers import departures
from promptassay.providers.departures import note, pending, told, write_down
from promptassay.providers.fake import FakeProvider
from promptassay.providers.private_hosts import own_provider
from promptassay.providers.wire import Target
from promptassay.usage.queries import egress
from promptassay.usage.services import EGRESS_KEPT, count_egress
from tests.providers.calls import ask, caller

OPENAI = Target("openai", "https://api.openai.com/v1")
OWN = Target("compatible", "https://models.example:8443/v1")


@pytest.fixture(autouse=True)
def _nothing_pending() -> Iterator[None]:
    departures._left.clear()
    yield
    departures._left.clear()


def lines() -> list[tuple[date, str, str, int]]:
    return [(each.day, each.kind, each.origin, each.requests) for each in egress(days=2)]


async def test_each_attempt_is_counted_and_a_server_of_a_workspace_is_not_named() -> None:
    async with FakeProvider() as fake, caller("500") as gateway:
        target = Target("compatible", fake.openai_url, Secret("sk-x"), private_allowed=True)
        with pytest.raises(ProviderFailure):
            await gateway.complete(target, ask("gpt-test!500"))
        assert list(pending().values()) == [len(fake.received)] and len(fake.received) > 1
    assert [place[1:] for place in pending()] == [("compatible", "")]


def test_what_a_probe_sends_to_its_own_provider_leaves_nowhere() -> None:
    with own_provider(4711), told() as origins:
        note(Target("openai", "http://127.0.0.1:4711/openai/v1"))
        note(OPENAI)
    assert origins == ["http://127.0.0.1:4711", "https://api.openai.com:443"]
    assert [place[2] for place in pending()] == ["https://api.openai.com:443"]


@pytest.mark.django_db
def test_the_ledger_adds_up_by_day_and_host() -> None:
    today = datetime.now(UTC).date()
    for target in (OPENAI, OPENAI, OWN):
        note(target)
    write_down()
    note(OPENAI)
    write_down()
    write_down()
    assert lines() == [(today, "compatible", "", 1), (today, "openai", "https://api.openai.com:443", 3)]
    assert not pending()
    count_egress({(today - EGRESS_KEPT, "openai", "x"): 1})
    count_egress({(today - EGRESS_KEPT.__class__(days=401), "openai", "x"): 1})
    assert len(egress(days=1000)) == 3, "days that are too old go"


def test_counts_wait_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(requests: object) -> None:
        note(OPENAI)
        raise OperationalError("away")

    note(OPENAI)
    monkeypatch.setattr(departures, "count_egress", away)
    with pytest.raises(OperationalError):
        write_down()
    assert list(pending().values()) == [2], "nothing of before, and nothing of meanwhile, is lost"


@pytest.mark.usefixtures("committed")
def test_a_process_writes_down_what_it_counted_until_its_end() -> None:
    async def serve() -> None:
        async with counted():
            note(OPENAI)

    asyncio.run(serve())
    assert [each[3] for each in lines()] == [1]
