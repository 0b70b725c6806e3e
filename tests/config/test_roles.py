"""What the two roles may and may not do, on both supported ends of PostgreSQL."""

from collections.abc import Iterator
from typing import Literal

import psycopg
import pytest
from psycopg import errors

from promptassay.config import roles
from tests.fakes import postgres


@pytest.fixture(scope="module", params=[15, 18])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    version: Literal[15, 18] = request.param
    started = postgres.start(version, tmp_path_factory.mktemp("roles") / "server")
    with psycopg.connect(started.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE thing (id int)")
        owner.execute("GRANT SELECT, INSERT ON thing TO promptassay_app")
    yield started
    started.stop()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "TRUNCATE thing",
        "DROP TABLE thing",
        "ALTER TABLE thing DISABLE ROW LEVEL SECURITY",
        "SET ROLE promptassay_owner",
        "SET SESSION AUTHORIZATION promptassay_owner",
        "ALTER ROLE promptassay_app BYPASSRLS",
        "ALTER SYSTEM SET log_statement = 'all'",
        "COPY thing FROM PROGRAM 'id'",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT passwd FROM pg_shadow",
    ],
)
def test_the_app_role_may_not(server: postgres.Server, statement: str) -> None:
    with (
        psycopg.connect(server.app_url, autocommit=True) as app,
        pytest.raises((errors.InsufficientPrivilege, errors.InvalidParameterValue)),
    ):
        app.execute(statement.encode())


def test_the_app_role_has_its_time_outs(server: postgres.Server) -> None:
    with psycopg.connect(server.app_url) as app:
        for name, value in roles.APP_TIMEOUTS.items():
            assert app.execute(f"SHOW {name}".encode()).fetchone() == (value,)


def test_the_app_role_enters_only_its_own_database(server: postgres.Server) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as root:
        root.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger-password'")
    url = server.app_url.replace("promptassay_app:", "stranger:").replace(
        postgres.PASSWORDS.app.reveal(), "stranger-password"
    )
    if "stranger-password" in url:  # Debian's server has a known password to swap
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url)
    with psycopg.connect(server.superuser_url, autocommit=True) as root:
        allowed = root.execute("SELECT has_database_privilege('stranger', 'promptassay', 'CONNECT')").fetchone()
        assert allowed == (False,)
        root.execute("DROP ROLE stranger")


def test_making_the_roles_twice_mends_them_and_changes_passwords(server: postgres.Server) -> None:
    if isinstance(server, postgres.DebianServer):
        with psycopg.connect(server.superuser_url, autocommit=True) as root:
            root.execute("ALTER ROLE promptassay_app SUPERUSER INHERIT PASSWORD 'old'")
            roles.ensure_roles(root, postgres.PASSWORDS)
        with psycopg.connect(server.app_url) as app:
            row = app.execute("SELECT rolsuper, rolinherit FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False, False)


def test_passwords_are_stored_as_scram_and_never_sent(server: postgres.Server) -> None:
    with psycopg.connect(server.superuser_url) as root:
        verifier = roles.scram_verifier(root, roles.APP_ROLE, postgres.PASSWORDS.app)
        assert verifier.startswith("SCRAM-SHA-256$")
        assert postgres.PASSWORDS.app.reveal() not in verifier
        stored = root.execute("SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'promptassay%'").fetchall()
    assert all(value.startswith("SCRAM-SHA-256$") for (value,) in stored)
