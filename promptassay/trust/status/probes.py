"""One measurement of each component, each with its time limit; what went wrong becomes a word of ours."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from smtplib import SMTPException
from time import perf_counter
from typing import Final

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from promptassay.core.errors import ProviderFailure
from promptassay.core.threads import in_thread
from promptassay.providers.gateway import Gateway
from promptassay.providers.wire import ProviderName, Target
from promptassay.trust.status import decoy
from promptassay.trust.status.components import (
    DATABASE_READ,
    DATABASE_WRITE,
    DECOY,
    LIMIT,
    MAIL,
    QUEUE,
    QUEUE_FAILS_OVER,
    SUPABASE,
    Component,
)
from promptassay.trust.status.record import Sample, Verdict

_DATABASE_GONE: Final = (OperationalError, InterfaceError)
_TIMEOUTS: Final = frozenset({"timeout_connect", "timeout_first_byte", "timeout_idle", "timeout_total"})
_SMTP_OK: Final = 250
_OWN_WORDS: Final = frozenset({"unreachable", "tls", "rate_limited", "server_error", "overloaded"})

_CLAIM: Final = "INSERT INTO trust_statusround (minute, unused) VALUES (%s, '[]') ON CONFLICT DO NOTHING"
_READ_BACK: Final = "SELECT count(*) FROM trust_statusround WHERE minute = %s"
_OLDEST: Final = """
SELECT extract(epoch FROM max(now() - greatest(j.scheduled_at, e.at)))
FROM procrastinate_jobs j
JOIN LATERAL (
  SELECT max(at) AS at FROM procrastinate_events
  WHERE job_id = j.id AND type IN ('deferred', 'deferred_for_retry')
) e ON true
WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
"""


class AnothersRound(Exception):
    """Another worker makes this minute's round."""


def verdict_of(component: Component, value: float) -> tuple[Verdict, str]:
    """What a value means for a component that answered."""
    return (Verdict.PASS, "") if value <= component.slow_over else (Verdict.WARN, "slow")


async def write_database(minute: datetime, now: datetime) -> Sample:
    """Claims the minute's round, which is the row written. Raises AnothersRound."""
    return await _database(DATABASE_WRITE, now, lambda: _claim(minute))


async def read_database(minute: datetime, now: datetime) -> Sample:
    """Reads the claim back."""
    return await _database(DATABASE_READ, now, lambda: _statement(_READ_BACK, [minute]))


async def oldest_job(now: datetime) -> Sample:
    """The age of the job that has waited longest, in seconds."""
    found: list[float] = []

    def ask() -> None:
        found.append(_statement(_OLDEST) or 0.0)

    asked = await _database(QUEUE, now, ask)
    if not found:
        return asked
    age = max(0.0, float(found[0]))
    if age > QUEUE_FAILS_OVER:
        return Sample(QUEUE.id, now, Verdict.FAIL, age, "waiting")
    return Sample(QUEUE.id, now, *_in_order(verdict_of(QUEUE, age), age))


async def mail(now: datetime) -> Sample:
    """Greets the mail server over the connection that mail would take; no name and no password are sent."""

    def greet() -> None:
        server = EmailBackend(username="", password="", timeout=LIMIT / 2)
        try:
            server.open()
            if server.connection is not None:
                server.connection.ehlo_or_helo_if_needed()
                if server.connection.noop()[0] != _SMTP_OK:
                    raise SMTPException
        finally:
            server.close()

    return await _timed(MAIL, now, lambda: in_thread(greet))


async def provider(component: Component, gateway: Gateway, now: datetime) -> Sample:
    """One request without a key to the provider's own address."""
    name: ProviderName = component.id  # type: ignore[assignment]
    target = Target(name, settings.PROVIDER_BASE_URLS[name], key_id=f"status:{name}")
    return await reach(component, gateway, target, now)


async def supabase(gateway: Gateway, now: datetime) -> Sample:
    """One request without a key to the project that the database belongs to."""
    target = Target("compatible", settings.SUPABASE_URL, key_id="status:supabase")
    return await reach(SUPABASE, gateway, target, now)


async def decoy_as_scheduled(gateway: Gateway, now: datetime) -> Sample:
    """The decoy as it stands or lies at this moment."""
    async with decoy.standing(down=decoy.is_down(now)) as target:
        return await reach(DECOY, gateway, target, now)


async def rehearse(gateway: Gateway, now: datetime) -> bool:
    """Whether a decoy that is down is seen down: asked in every round, so that no day passes with a blind eye."""
    async with decoy.standing(down=True) as target:
        return (await reach(DECOY, gateway, target, now)).verdict is Verdict.FAIL


async def reach(component: Component, gateway: Gateway, target: Target, now: datetime) -> Sample:
    """A provider's answer to whoever has no key, in milliseconds to its first byte."""
    try:
        async with asyncio.timeout(LIMIT + 1):
            took = 1000 * await gateway.reach(target, deadline=LIMIT)
    except ProviderFailure as error:
        reason = _reason_of(error.kind)
        return Sample(component.id, now, Verdict.WARN if reason == "rate_limited" else Verdict.FAIL, None, reason)
    except TimeoutError:
        return Sample(component.id, now, Verdict.FAIL, None, "timeout")
    return Sample(component.id, now, *_in_order(verdict_of(component, took), took))


def _reason_of(kind: str) -> str:
    if kind in _TIMEOUTS:
        return "timeout"
    if kind == "refused_address":
        return "blocked"
    return kind if kind in _OWN_WORDS else "unexpected"


async def _database(component: Component, now: datetime, ask: Callable[[], object]) -> Sample:
    return await _timed(component, now, lambda: in_thread(ask))


async def _timed(component: Component, now: datetime, act: Callable[[], Awaitable[object]]) -> Sample:
    """The measurement of something that takes time; whatever it raises becomes a failed one."""
    begun = perf_counter()
    try:
        async with asyncio.timeout(LIMIT):
            await act()
    except AnothersRound:
        raise
    except TimeoutError:
        reason = "timeout"
    except ssl.SSLError:
        reason = "tls"
    except _DATABASE_GONE:
        reason = "unreachable"
    except DatabaseError:
        reason = "refused"
    except SMTPException:
        reason = "server_error"
    except OSError:
        reason = "unreachable"
    else:
        took = 1000 * (perf_counter() - begun)
        return Sample(component.id, now, *_in_order(verdict_of(component, took), took))
    return Sample(component.id, now, Verdict.FAIL, None, reason)


def _in_order(verdict: tuple[Verdict, str], value: float) -> tuple[Verdict, float, str]:
    return verdict[0], round(value, 2), verdict[1]


def _claim(minute: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        _limit(cursor)
        cursor.execute(_CLAIM, [minute])
        if cursor.rowcount != 1:
            raise AnothersRound


def _statement(statement: str, values: "list[datetime] | None" = None) -> float | None:
    """The only value of a statement's only row."""
    with transaction.atomic(), connection.cursor() as cursor:
        _limit(cursor)
        cursor.execute(statement, values or [])
        row = cursor.fetchone()
    return None if row is None or row[0] is None else float(row[0])


def _limit(cursor: "connection.cursor") -> None:  # type: ignore[name-defined]
    cursor.execute(f"SET LOCAL statement_timeout = {round(LIMIT * 1000)}")
