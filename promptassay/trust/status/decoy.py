"""The decoy: a small provider that is really down one minute a day, so that the measurements can be measured."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.conf import settings

from promptassay.providers.fake import FakeProvider
from promptassay.providers.private_hosts import own_provider
from promptassay.providers.wire import Target

MINUTE: Final = timedelta(seconds=60)
# Rounds begin with the minute: from half to half exactly one of them falls into it.
_OFFSET: Final = timedelta(seconds=30)
_CHOICES: Final = 24 * 60 - 1


def down_from(day: date) -> datetime:
    """When the decoy's minute begins on a UTC day: chosen by the instance's secret, known to no measurement."""
    chosen = hmac.digest(settings.SECRET_KEY.encode(), f"status decoy {day}".encode(), hashlib.sha256)
    minute = int.from_bytes(chosen[:8], "big") % _CHOICES
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minute) + _OFFSET


def is_down(at: datetime) -> bool:
    """Whether the decoy is down at this moment."""
    start = down_from(at.astimezone(UTC).date())
    return start <= at < start + MINUTE


def past_minutes(now: datetime, days: int = 3) -> list[datetime]:
    """The beginnings of the decoy's minutes that are over by now, newest first."""
    today = now.astimezone(UTC).date()
    starts = (down_from(today - timedelta(days=back)) for back in range(days))
    return [start for start in starts if start + MINUTE <= now]


@asynccontextmanager
async def standing(*, down: bool) -> AsyncIterator[Target]:
    """The decoy's address on loopback: a provider that refuses everybody, or a port where nobody listens."""
    provider = FakeProvider(keys=frozenset(), keep=False)
    await provider.start()
    try:
        if down:
            await provider.stop()
        with own_provider(provider.port):
            yield Target("openai", provider.openai_url, key_id="status:decoy", private_allowed=True)
    finally:
        await provider.stop()
