"""A prober, a fake provider behind all three names, and a clock that tests wind: rounds without waiting."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from pytest_django import Settings

from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.gateway import Gateway
from promptassay.trust.status import clock, decoy, snapshot
from promptassay.trust.status.rounds import Prober
from tests import environment

START = datetime(2026, 11, 24, 12, 0, 1, tzinfo=UTC)
KEY = "sk-right-0123456789abcdef"


@dataclass
class Lab:
    """Rounds of one worker, one after the other, and what the pages say in between."""

    standing: ExitStack
    port: int = 0
    fake: FakeProvider = field(init=False)
    prober: Prober = field(default_factory=Prober)
    now: datetime = START

    def wind(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def round(self, *, then: float = 0.0) -> bool:
        """One round now; afterwards `then` seconds pass."""
        made = asyncio.run(self._round())
        snapshot.forget()
        self.wind(then)
        return made

    def rounds(self, number: int) -> None:
        """So many rounds, a minute from one to the next; the clock stands at the last."""
        for left in range(number, 0, -1):
            self.round(then=60 if left > 1 else 0)

    async def _round(self) -> bool:
        async with Gateway(allowed=frozenset({"127.0.0.1"})) as gateway:
            return await self.prober.round(self.now, gateway)

    def stop_provider(self) -> None:
        """The provider goes away: nobody listens at its port."""
        self.standing.close()

    def start_provider(self) -> None:
        """It listens at its port, from now on or again."""
        self.fake = self.standing.enter_context(run_in_thread(port=self.port, keys=frozenset({KEY})))
        self.port = self.fake.port


@pytest.fixture
def lab(committed: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """All three providers are measured; the decoy's minute is far away."""
    settings.STATUS_FILE = tmp_path / "status.json"
    settings.STATUS_PROVIDERS = ("openai", "anthropic", "google")
    snapshot.forget()
    monkeypatch.setattr(decoy, "down_from", lambda day: datetime(day.year, day.month, day.day, 3, 0, 30, tzinfo=UTC))
    with ExitStack() as standing:
        made = Lab(standing)
        made.start_provider()
        settings.PROVIDER_BASE_URLS = {
            "openai": made.fake.openai_url,
            "anthropic": made.fake.anthropic_url,
            "google": made.fake.google_url,
        }
        monkeypatch.setattr(clock, "now", lambda: made.now)
        yield made
    snapshot.forget()


@pytest.fixture
def no_database(lab: Lab) -> Iterator[None]:
    """PostgreSQL refuses this database's connections and has thrown out those that were open."""
    name = environment.current_database()
    with psycopg.connect(environment.superuser_url("postgres"), autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            superuser.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
