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
Statement = tuple[str, Sequence[object]]


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
                return self._together(connection, [(statement, values)])[0]
            encoded, texts = statement.encode(), _texts(values)
            if connection.prepare_threshold is None:  # a pooler forbids to prepare any
                return _first(connection.pgconn.exec_params(encoded, texts))
            return _first(connection.pgconn.exec_prepared(self._prepared_as(connection, encoded), texts))

    def first_rows(self, statements: Sequence[Statement]) -> list[Row | None]:
        """As `first_row` for each of several statements, which are sent together and waited for once.

        None of them can use what another one gave. After the first that fails none is run, and its error is raised.
        """
        with self.wrap_database_errors:
            return self._together(self._ready(), statements)

    def _ready(self) -> Any:
        """The connection, opened or opened again as for a cursor."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.validate_thread_sharing()
        return self.connection

    def _together(self, connection: Any, statements: Sequence[Statement]) -> list[Row | None]:
        """The statements in one round trip, behind a BEGIN where the driver would send one.

        Behind a pooler one after the other: not each of them passes on statements that did not wait for an answer.
        """
        encoded = [(statement.encode(), _texts(values)) for statement, values in statements]
        server, begins = connection.pgconn, _begins(connection)
        if connection.prepare_threshold is None:
            if begins:
                _checked(server.exec_(b"BEGIN"))
            return [_first(server.exec_params(statement, texts)) for statement, texts in encoded]
        named = [(self._prepared_as(connection, statement), texts) for statement, texts in encoded]
        server.enter_pipeline_mode()
        try:
            if begins:
                server.send_query_params(b"BEGIN", None)
            for name, texts in named:
                server.send_query_prepared(name, texts)
            server.pipeline_sync()
            results = _drained(server)
            server.exit_pipeline_mode()
        except BaseException:
            connection.close()  # half of a conversation: nobody could go on with it
            raise
        return [_first(result) for result in results][begins:]

    def _prepared_as(self, connection: Any, statement: bytes) -> bytes:
        """The name under which the server knows the statement from now on."""
        # At a rollback psycopg deallocates all that is prepared, ours too, if it prepared something itself: so each
        # rollback forgets all names, and no name is given twice.
        name = self._prepared.get(statement)
        if name is None:
            name = b"promptassay_%d" % next(self._names)
            _checked(connection.pgconn.prepare(name, statement))
            self._prepared[statement] = name
        return name


def _texts(values: Sequence[object]) -> list[bytes | None]:
    return [None if value is None else str(value).encode() for value in values]


def _first(result: pq.abc.PGresult) -> Row | None:
    """The first row of a result; what went wrong is raised."""
    if not _checked(result).ntuples:
        return None
    found = (result.get_value(0, column) for column in range(result.nfields))
    return tuple(None if value is None else value.decode() for value in found)


def _drained(server: pq.abc.PGconn) -> list[pq.abc.PGresult]:
    """What came back until all that was sent is done, or the connection is gone."""
    results: list[pq.abc.PGresult] = []
    while True:
        result = server.get_result()
        if result is None:
            if server.status == pq.ConnStatus.BAD:
                return results
        elif result.status == pq.ExecStatus.PIPELINE_SYNC:
            return results
        else:
            results.append(result)


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
