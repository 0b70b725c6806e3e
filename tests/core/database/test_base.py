"""A kept connection is used again without asking the server, and let go of once the server has hung up."""

from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import DataError, IntegrityError, OperationalError, ProgrammingError, connection, transaction

from promptassay.core.database import first_row, row_as
from tests import environment


@pytest.mark.django_db(transaction=True)
def test_a_live_connection_is_usable_without_a_statement() -> None:
    connection.ensure_connection()
    before = _statements()
    assert connection.is_usable()
    assert _statements() == before


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_not_usable_and_the_next_request_gets_another() -> None:
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    _end(pid)
    assert not connection.is_usable()
    connection.close_if_unusable_or_obsolete()  # as a request begins
    connection.health_check_enabled = True  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (pid,)


@pytest.mark.django_db(transaction=True)
def test_a_closed_connection_is_not_usable() -> None:
    connection.ensure_connection()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
    assert not connection.is_usable()


def _statements() -> str | None:
    """What the server last did for this connection."""
    with psycopg.connect(environment.superuser_url()) as superuser:
        row = superuser.execute(
            "SELECT query_start::text || query FROM pg_stat_activity WHERE pid = %s",
            [connection.connection.info.backend_pid],
        ).fetchone()
    return row[0] if row else None


def _end(pid: int) -> None:
    """End the server's side, and wait until it is gone."""
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("threshold", [None, 2], ids=["not prepared", "prepared"])
class TestFirstRow:
    """What `first_row` gives and raises is what a cursor gives and raises, whether statements are prepared or not."""

    @pytest.fixture(autouse=True)
    def _threshold(self, threshold: int | None) -> Iterator[None]:
        connection.ensure_connection()
        before, connection.connection.prepare_threshold = connection.connection.prepare_threshold, threshold
        yield
        connection.connection.prepare_threshold = before

    def test_values_are_bound_and_columns_come_as_text(self) -> None:
        for text in ("plain", "'; DROP TABLE accounts_user; --", 'ünï \\ "cødé" 🙂', ""):
            assert first_row("SELECT $1::text, NULL, 7, true", [text]) == (text, None, "7", "t")
        assert first_row("SELECT $1::text IS NULL", [None]) == ("t",)
        assert first_row("SELECT 1 WHERE false") is None

    def test_it_is_part_of_the_transaction_even_as_its_first_statement(self) -> None:
        with transaction.atomic():
            first_row("INSERT INTO django_session VALUES ('gone', '', now()) RETURNING 1")
            transaction.set_rollback(True)
        with transaction.atomic():
            first_row("SELECT set_config('promptassay.workspace', 'x', true)")
            assert first_row("SELECT current_setting('promptassay.workspace')") == ("x",)
        assert first_row("SELECT current_setting('promptassay.workspace', true)") == ("",)
        assert first_row("SELECT count(*) FROM django_session") == ("0",)

    def test_errors_are_djangos_and_the_connection_goes_on(self) -> None:
        for statement, expected in (
            ("SELECT 1 FROM no_such_table", ProgrammingError),
            ("SELECT $1::uuid", DataError),
            ("INSERT INTO django_session VALUES ('k', '', now()), ('k', '', now())", IntegrityError),
        ):
            with pytest.raises(expected), transaction.atomic():
                first_row(statement, ["no uuid"] if "$1" in statement else [])
        assert first_row("SELECT 1") == ("1",)

    def test_a_rollback_of_a_connection_with_prepared_statements_changes_nothing(self) -> None:
        for undone in (self._rolled_back, self._savepoint_rolled_back):
            for _ in range(8):  # more than the driver waits before it prepares a statement itself
                with connection.cursor() as cursor:
                    cursor.execute("SELECT %s::int", [1])
                assert first_row("SELECT 1") == ("1",)
            undone()
            assert first_row("SELECT 1") == ("1",)

    def _rolled_back(self) -> None:
        with transaction.atomic():
            first_row("SELECT 2")
            transaction.set_rollback(True)

    def _savepoint_rolled_back(self) -> None:
        with transaction.atomic():
            with transaction.atomic():
                first_row("SELECT 2")
                transaction.set_rollback(True)
            assert first_row("SELECT 2") == ("2",)

    def test_a_server_that_is_gone_is_an_operational_error_and_the_next_statement_connects_again(self) -> None:
        _end(connection.connection.info.backend_pid)
        with pytest.raises(OperationalError):
            first_row("SELECT 1")
        connection.close_if_unusable_or_obsolete()
        assert first_row("SELECT 1") == ("1",)

    def test_a_row_becomes_the_stored_object(self) -> None:
        Session.objects.create(session_key="k", session_data="data", expire_date="2030-01-02T03:04:05.678Z")
        fields = Session._meta.concrete_fields
        columns = ", ".join(str(field.column) for field in fields)
        row = first_row(f"SELECT {columns} FROM django_session WHERE session_key = $1", ["k"])
        assert row is not None
        found, stored = row_as(Session, fields, row), Session.objects.get(pk="k")
        assert [getattr(found, field.attname) for field in fields] == [
            getattr(stored, field.attname) for field in fields
        ]
