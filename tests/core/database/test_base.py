"""A kept connection is used again without asking the server, and let go of once the server has hung up."""

import psycopg
import pytest
from django.db import connection

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
