"""A pytest plugin, loaded before Django: starts PostgreSQL, migrates it once, and points the settings at a copy.

The first process starts the server and hands its address to xdist's workers by environment; each worker gets a
database of its own, copied from the migrated one. `PROMPTASSAY_TEST_POSTGRES` chooses 18 (embedded, the default)
or 15 (Debian's).
"""

import atexit
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit, urlunsplit

import psycopg

from promptassay.config import roles

_ROOT = Path(__file__).resolve().parent.parent
_SERVER = "PROMPTASSAY_TEST_SERVER"
_TEMPLATE = "promptassay"
_KEPT = {"django_migrations", "django_content_type", "auth_permission"}

SETTINGS = {
    "PROMPTASSAY_ENV": "production",
    "PROMPTASSAY_MASTER_KEY": "V1RPy0NMjS0zR3qLuVPV1lfzIhdCMqZXbWPvBvPSO6I=",
    "PROMPTASSAY_SECRET_KEY": "tests-only-5fA9kq2LmZ7xwPc3RtVb8nYhJd0sGeUi4oQaKzCrWlTy",
    "PROMPTASSAY_STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "PROMPTASSAY_PRIVATE_PROVIDER_HOSTS": "127.0.0.1,localhost",
    "PROMPTASSAY_LOG_LEVEL": "warning",
}
_OURS = ("DATABASE_", "PROMPTASSAY_", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")


def version() -> Literal[15, 18]:
    """The major version of PostgreSQL that this session runs on."""
    return cast(Literal[15, 18], int(os.environ.get("PROMPTASSAY_TEST_POSTGRES", "18")))


def superuser_url(database: str = "") -> str:
    """The superuser's address, for what the app role may not do: emptying tables, reading the catalogue whole."""
    return _with_database(os.environ[f"{_SERVER}_SUPERUSER"], database or current_database())


def current_database() -> str:
    """The name of this process's database."""
    return f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def empty_all() -> None:
    """Empty every table but Django's own records.

    Most tests fill a few tables, and emptying all of them by TRUNCATE takes a second: so the rows are deleted where
    there are any, without the triggers and references that keep the product from deleting them.
    """
    with psycopg.connect(superuser_url()) as connection:
        tables = connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                                    "AND relkind IN ('r', 'p') AND NOT relispartition").fetchall()  # fmt: skip
        asked = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for (name,) in tables if name not in _KEPT]
        connection.execute("SET LOCAL session_replication_role = replica")
        for (name,) in connection.execute(" UNION ALL ".join(asked)).fetchall():
            connection.execute(f'DELETE FROM "{name}"')
        connection.execute("SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) "
                           "FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL")  # fmt: skip


def fingerprint() -> dict[str, object]:
    """Every table, counted and hashed, as the superuser sees it."""
    with psycopg.connect(superuser_url()) as connection:
        names = connection.execute("SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'").fetchall()
        hashed = "SELECT count(*), sum(hashtext(t::text)::bigint) FROM {} t"
        return {name: connection.execute(hashed.format(name).encode()).fetchone() for (name,) in names}


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _start_server() -> None:
    from tests.fakes import postgres

    directory = Path(tempfile.mkdtemp(prefix="promptassay-tests-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    kept = None
    if version() == 18:
        kept = _ROOT / "tests" / ".artifacts" / f"cluster-{_schema_digest()}"
        kept.parent.mkdir(exist_ok=True)
        with (kept.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                _make_cluster(kept)
        subprocess.run(["cp", "-a", f"{kept}/.", str(directory)], check=True)
    server = postgres.start(version(), directory)
    atexit.register(server.stop)
    if kept is None:
        _migrate(server.app_url, server.owner_url, directory)
    os.environ[f"{_SERVER}_SUPERUSER"] = server.superuser_url
    os.environ[f"{_SERVER}_OWNER"] = server.owner_url
    os.environ[f"{_SERVER}_APP"] = server.app_url


def _make_cluster(directory: Path) -> None:
    from tests.fakes import postgres

    for old in directory.parent.glob("cluster-*"):
        shutil.rmtree(old, ignore_errors=True)
    unfinished = directory.parent / f"new-{directory.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    server = postgres.start(18, unfinished)
    try:
        _migrate(server.app_url, server.owner_url, unfinished)
    finally:
        server.stop()
    unfinished.rename(directory)


def _migrate(app_url: str, owner_url: str, data_dir: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    variables |= SETTINGS | {"DATABASE_URL": app_url, "DATABASE_OWNER_URL": owner_url}
    variables["PROMPTASSAY_DATA_DIR"] = str(data_dir)
    done = subprocess.run(
        [sys.executable, "-m", "promptassay", "migrate"],
        env=variables,
        cwd=_ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"The test database could not be migrated:\n{done.stdout}\n{done.stderr}")


def _schema_digest() -> str:
    """Changes with whatever a migrated cluster depends on."""
    state = hashlib.sha256()
    files = [*(_ROOT / "promptassay").glob("*/migrations/*.py"), _ROOT / "promptassay/core/rls.py"]
    files += [_ROOT / "requirements/dev.txt", *(_ROOT / "promptassay/config").glob("*.py")]
    for path in sorted(files):
        if path.exists():
            state.update(path.name.encode() + path.read_bytes())
    return state.hexdigest()[:16]


def _make_database() -> None:
    name = current_database()
    with psycopg.connect(superuser_url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} OWNER promptassay_owner")
    # A copied database does not bring the rights along that were given on it as a whole.
    with psycopg.connect(superuser_url(), autocommit=True) as connection:
        for statement in roles.database_statements(database=name):
            connection.execute(statement)
    for variable, role in (("DATABASE_URL", "APP"), ("DATABASE_OWNER_URL", "OWNER")):
        os.environ[variable] = _with_database(os.environ[f"{_SERVER}_{role}"], name)


def _set_up() -> None:
    data_dir = tempfile.mkdtemp(prefix="promptassay-data-")
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)
    (Path(data_dir) / "static").mkdir()  # whitenoise warns about a missing one
    first = f"{_SERVER}_SUPERUSER" not in os.environ
    for name in list(os.environ):
        if name.startswith(_OURS) and not name.startswith(("PROMPTASSAY_TEST_",)):
            del os.environ[name]
    if first:
        _start_server()
    os.environ.update(SETTINGS)
    os.environ["PROMPTASSAY_DATA_DIR"] = data_dir
    os.environ["DJANGO_SETTINGS_MODULE"] = "promptassay.config.settings"
    _make_database()


def pytest_report_header(config: Any) -> str:
    """Says which PostgreSQL the tests run on."""
    with psycopg.connect(superuser_url()) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return f"PostgreSQL {row[0] if row else '?'}, as the app role, database {current_database()}"


_set_up()
