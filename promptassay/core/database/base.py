"""The database backend that the settings name: PostgreSQL, with a short way for what every request asks.

Half of the time to a page's first row went into the drivers' layers, not into PostgreSQL. A handful of fixed
statements (session, person, context, membership, key) take `first_row` instead, which hands text to libpq and takes
text from it; everything else goes Django's usual way, on the same connection and in the same transaction.
"""

import select
from collections.abc import Sequence
from itertools import count
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import pq
from psycopg.errors import error_from_result

_FAILED = {pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE, pq.ExecStatus.NONFATAL_ERROR}

Row = tuple[str | None, ...]


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL, with a health check that asks the socket and with `first_row`."""

    def get_new_connection(self, conn_params: Any) -> Any:
        """Connect; nothing is prepared yet on the new connection."""
        self._prepared: dict[bytes, bytes] = {}
        self._names = count()
        return super().get_new_connection(conn_params)

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._prepared = {}

    def _savepoint_rollback(self, sid: str) -> None:
        try:
            super()._savepoint_rollback(sid)  # type: ignore[misc]
        finally:
            self._prepared = {}

    def is_usable(self) -> bool:
        """Whether the kept connection can take the next statement, without sending one.

        A server that ended (or a pooler that hung up) has closed its side, which the socket knows: an idle
        connection with something to read is over. What a socket cannot know, a network that fell silent, a
        statement would only learn by waiting.
        """
        if self.connection is None or self.connection.closed:
            return False
        try:
            poll = select.poll()
            poll.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
            return not poll.poll(0)
        except psycopg.Error:
            return False

    def first_row(self, statement: str, values: Sequence[object] = ()) -> Row | None:
        """The first row that a statement gives, each column as PostgreSQL writes it in text; None for no row.

        `statement` is fixed text with `$1`, `$2` ... for the values, which the server binds. Raises Django's
        database errors, as a cursor does.
        """
        with self.wrap_database_errors:
            connection = self._ready()
            if _begins(connection):
                _checked(connection.pgconn.exec_(b"BEGIN"))
            result = _checked(self._executed(connection, statement.encode(), values))
            if not result.ntuples:
                return None
            found = [result.get_value(0, column) for column in range(result.nfields)]
        return tuple(None if value is None else value.decode() for value in found)

    def _ready(self) -> Any:
        """The connection, opened or opened again as for a cursor."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.validate_thread_sharing()
        return self.connection

    def _executed(self, connection: Any, statement: bytes, values: Sequence[object]) -> pq.abc.PGresult:
        texts = [None if value is None else str(value).encode() for value in values]
        if connection.prepare_threshold is None:
            return connection.pgconn.exec_params(statement, texts)  # type: ignore[no-any-return]
        # At a rollback psycopg deallocates all that is prepared, ours too, if it prepared something itself: so each
        # rollback forgets all names, and no name is given twice.
        name = self._prepared.get(statement)
        if name is None:
            name = b"promptassay_%d" % next(self._names)
            _checked(connection.pgconn.prepare(name, statement))
            self._prepared[statement] = name
        return connection.pgconn.exec_prepared(name, texts)  # type: ignore[no-any-return]


def _begins(connection: Any) -> bool:
    """Whether the next statement is the first of a transaction, which the driver begins as late as that."""
    return bool(not connection.autocommit and connection.pgconn.transaction_status == pq.TransactionStatus.IDLE)


def _checked(result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in _FAILED:
        error = error_from_result(result)
        if error.sqlstate is None:  # not the server speaks, but libpq: the connection is gone
            raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
        raise error
    return result
