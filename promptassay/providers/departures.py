"""Every request that leaves for a provider is counted here, where it leaves, on its way into the egress ledger.

Counting is a dictionary's work; the ledger gets the sums every few seconds. A process that is killed takes the counts
of those seconds with it.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Final

from promptassay.providers.connector import origin_of
from promptassay.providers.private_hosts import is_own_provider
from promptassay.providers.wire import Target
from promptassay.usage.services import count_egress

EVERY_S: Final = 5.0
_lock = threading.Lock()
_left: Counter[tuple[date, str, str]] = Counter()
_told: ContextVar[list[str] | None] = ContextVar("promptassay_departures", default=None)


def note(target: Target) -> None:
    """A request leaves for this target now. A server that a workspace named is counted without its name; a fake
    provider of ours, which is no place outside, is not.
    """
    origin = origin_of(target.url)
    if (told := _told.get()) is not None:
        told.append(origin)
    if is_own_provider(target.url):
        return
    with _lock:
        _left[datetime.now(UTC).date(), target.provider, "" if target.provider == "compatible" else origin] += 1


@contextmanager
def told() -> Iterator[list[str]]:
    """The origin of each request that the calling context itself sends, in order."""
    found: list[str] = []
    token = _told.set(found)
    try:
        yield found
    finally:
        _told.reset(token)


def pending() -> Mapping[tuple[date, str, str], int]:
    """What is counted and not in the ledger yet."""
    with _lock:
        return dict(_left)


def write_down() -> None:
    """Move what was counted into the ledger; when the database is away it is kept for the next time."""
    with _lock:
        taken = dict(_left)
        _left.clear()
    if not taken:
        return
    try:
        count_egress(taken)
    except BaseException:
        with _lock:
            _left.update(taken)
        raise
