"""Probes that write do so in one transaction on one connection, which is undone in the end, whatever happened in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from django.db import connection, transaction

from promptassay.core.threads import in_thread, on_one_connection

_PATIENCE: Final = "25s"  # below the longest that a statement may take


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """All that the block does in the database, from whichever task of it, is seen by itself alone and then gone.

    So a round leaves no row behind, not even in ledgers that nothing may be deleted from; a round that dies leaves
    none either; and nobody else's job, rotation or look at the database meets what it made.
    """
    with on_one_connection():
        atomic = transaction.atomic()
        await in_thread(_begin, atomic)
        try:
            yield
        finally:
            await in_thread(_undo, atomic)


def _begin(atomic: Any) -> None:
    atomic.__enter__()
    with connection.cursor() as cursor:
        # Rounds of several processes write to one workspace, so one waits for the other's end here, and nowhere else.
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('promptassay.trust.round'))")
        # The transaction has its number from here on: rows that are written later are told by it.
        cursor.execute("SELECT pg_current_xact_id()")


def _undo(atomic: Any) -> None:
    transaction.set_rollback(True)
    atomic.__exit__(None, None, None)


def run_what_waits_for_the_commit() -> None:
    """What was put off until the commit, which never comes, happens now: it may keep something too."""
    waiting, connection.run_on_commit = connection.run_on_commit, []
    for each in waiting:
        each[1]()
