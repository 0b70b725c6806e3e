"""What the two roles may and may not do, on both supported ends of PostgreSQL."""

import time
from collections.abc import Callable, Iterator
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


def test_what_the_app_role_sends_is_in_no_log_of_the_server(server: postgres.Server) -> None:
    """With every statement and every error logged, as an operator may ask for: no bound value, no quoted one."""
    marker = "Rk4Qw9Zt7Lm2Vx"
    loud = {"log_statement": "all", "log_min_duration_statement": "0", "log_min_messages": "error",
            "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1",
            "log_min_error_statement": "error", "log_error_verbosity": "verbose"}  # fmt: skip
    with psycopg.connect(server.superuser_url, autocommit=True) as root:
        before = _log_of(server)
        for name, value in loud.items():
            root.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        root.execute("SELECT pg_reload_conf()")
        with psycopg.connect(server.app_url, autocommit=True) as app:
            _wait(lambda: app.execute("SHOW log_statement").fetchone() == ("all",))
            app.execute("SELECT length(%s)", [marker])
            for wrong in ("SELECT %s::uuid", "SELECT %s::jsonb", "SELECT %s::int"):
                with pytest.raises(psycopg.Error):
                    app.execute(wrong.encode(), [f"x {marker}"])
        root.execute("SELECT length(%s)", [f"root {marker}"])  # another role's values do show: the log is the right one
        root.execute("ALTER SYSTEM RESET ALL")
        root.execute("SELECT pg_reload_conf()")
    _wait(lambda: f"root {marker}" in _log_of(server))
    said = _log_of(server).removeprefix(before)
    assert "SELECT length($1)" in said
    assert marker not in said.replace(f"root {marker}", "")


def _wait(condition: Callable[[], bool]) -> None:
    """Until it holds; the server takes a new setting, and writes its log, when it comes to it."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def _log_of(server: postgres.Server) -> str:
    place = server.directory if isinstance(server, postgres.DebianServer) else server.paths.postgres / "log"  # type: ignore[attr-defined]
    return "".join(path.read_text() for path in sorted(place.glob("*log*")) if path.is_file())


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
