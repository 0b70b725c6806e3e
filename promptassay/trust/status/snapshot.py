"""The record that the pages are made from: read from the database, and kept for when it is away."""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from promptassay.core.ids import uuid7
from promptassay.trust.status import queries
from promptassay.trust.status.record import Record, Sample

log = logging.getLogger("promptassay.status")

# How long a record is as good as new: the pages are public, and rounds come once a minute.
FRESH: Final = timedelta(seconds=3)
FILE_EVERY: Final = timedelta(seconds=60)
# How long anybody waits for a database that neither answers nor refuses, in seconds.
PATIENCE_S: Final = 4.0


@dataclass
class _Kept:
    """What this process has in memory. `away_since` is when the database first did not answer it."""

    record: Record | None = None
    asked_at: datetime | None = None
    away_since: datetime | None = None
    filed_at: datetime | None = None
    reading: "Future[Record] | None" = None


_kept = _Kept()
# The one thread that may hang when the database does; the readers only wait for it.
_reader = ThreadPoolExecutor(1, thread_name_prefix="status")
_asking = threading.Lock()


def latest(now: datetime) -> tuple[Record | None, datetime | None]:
    """The newest record there is, and since when the database does not answer this process (None: it does)."""
    fresh = _kept.asked_at is not None and timedelta() <= now - _kept.asked_at < FRESH
    # One of many readers asks; the others have the answer from before, if there is one.
    if not fresh and _asking.acquire(blocking=_kept.asked_at is None):
        try:
            _ask(now)
        finally:
            _asking.release()
    return _kept.record, _kept.away_since


def forget() -> None:
    """Start as a new process does."""
    _kept.record = _kept.asked_at = _kept.away_since = _kept.filed_at = None


def write_file(now: datetime, unkept: Sequence[Sample], unused: Sequence[str], rehearsed: bool) -> None:
    """After a round: the record for the pages of this machine, with what the database could not take."""
    record, away_since = latest(now)
    if unkept and (away_since is not None or record is not None):
        newest = {each.component: each for each in sorted(unkept, key=lambda each: each.at)}
        record = record or Record(read_at=now)
        record = replace(
            record,
            last_round=max(each.at for each in unkept),
            latest=record.latest | newest,
            unused=tuple(unused),
            rehearsed=rehearsed,
        )
    if record is not None:
        _write(record)


def _ask(now: datetime) -> None:
    try:
        record = _read_database(now)
    except (DatabaseError, InterfaceError, TimeoutError):
        _kept.away_since = _kept.away_since or now
        _kept.record = _newest(_kept.record, _read())
    else:
        _kept.record, _kept.away_since = record, None
        if _kept.filed_at is None or now - _kept.filed_at >= FILE_EVERY:
            _kept.filed_at = now
            _write(record)
    _kept.asked_at = now


def _read_database(now: datetime) -> Record:
    """Raises DatabaseError, InterfaceError, or TimeoutError while this reading or an earlier one hangs."""

    def read() -> Record:
        close_old_connections()
        try:
            return queries.read_record(now)
        finally:
            close_old_connections()

    if _kept.reading is not None and not _kept.reading.done():
        raise TimeoutError
    _kept.reading = _reader.submit(read)
    return _kept.reading.result(PATIENCE_S)


def _newest(*records: Record | None) -> Record | None:
    """The one whose round is the latest."""
    never = datetime.min.replace(tzinfo=UTC)
    return max((each for each in records if each), key=lambda each: each.last_round or never, default=None)


def _read() -> Record | None:
    try:
        return Record.from_json(Path(settings.STATUS_FILE).read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(record: Record) -> None:
    """Whole or not at all; a machine without a place for it does without."""
    target = Path(settings.STATUS_FILE)
    draft = target.with_name(f"{target.name}.{uuid7().hex}")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.write_bytes(record.as_json())
        draft.replace(target)
    except OSError as error:
        log.warning("the status could not be kept in a file: %s", type(error).__name__)
        draft.unlink(missing_ok=True)
