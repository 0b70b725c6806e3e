"""Real PostgreSQL servers for tests: the embedded 18 or Debian's 15, private, fast, and not durable."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import psycopg

from promptassay.config import child, embedded, roles
from promptassay.config.database_url import socket_url
from promptassay.config.postgres_binaries import choose_account
from promptassay.core.secret import Secret

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
PASSWORDS = roles.RolePasswords(owner=Secret("owner-password-for-tests"), app=Secret("app-password-for-tests"))
_SUPERUSER_PASSWORD = Secret("superuser-password-for-tests")
_VARIABLES = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


class Server(Protocol):
    """What both kinds of server offer. `url(user, database)` names any database."""

    @property
    def superuser_url(self) -> str: ...
    @property
    def owner_url(self) -> str: ...
    @property
    def app_url(self) -> str: ...
    def url(self, user: str, database: str = roles.DATABASE) -> str: ...
    def stop(self) -> None: ...


def start(version: Literal[15, 18], data_dir: Path, *, settings: Mapping[str, str] | None = None) -> Server:
    """Start a server with the two roles and the database `promptassay`; `data_dir` is made if need be.

    Version 15 starts empty each time and removes its files when it stops.
    """
    chosen = {**NOT_DURABLE, **(settings or {})}
    if version == 18:
        return embedded.start(data_dir, settings=chosen)
    return _start_debian(data_dir, chosen)


@dataclass
class DebianServer:
    """Debian's PostgreSQL 15, reached by a socket in `directory`."""

    directory: Path
    process: "subprocess.Popen[bytes]"

    def url(self, user: str, database: str = roles.DATABASE) -> str:
        passwords = {
            "postgres": _SUPERUSER_PASSWORD,
            roles.OWNER_ROLE: PASSWORDS.owner,
            roles.APP_ROLE: PASSWORDS.app,
        }
        return socket_url(user, passwords[user], str(self.directory), database)

    @property
    def superuser_url(self) -> str:
        return self.url("postgres", "postgres")

    @property
    def owner_url(self) -> str:
        return self.url(roles.OWNER_ROLE)

    @property
    def app_url(self) -> str:
        return self.url(roles.APP_ROLE)

    def stop(self) -> None:
        child.stop([self.process], ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0)))
        shutil.rmtree(self.directory, ignore_errors=True)


def _start_debian(data_dir: Path, settings: Mapping[str, str]) -> DebianServer:
    account = choose_account(data_dir)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    # As root, the server's account may not walk to a test's private directory: it gets one of its own.
    place = data_dir if account.current else Path(tempfile.mkdtemp(prefix="promptassay-test-", dir="/tmp"))
    cluster = place / "data"
    cluster.mkdir(mode=0o700)
    password_file = place / "password"
    password_file.write_text(_SUPERUSER_PASSWORD.reveal())
    for path in (place, cluster, password_file):
        if not account.current:
            shutil.chown(path, account.uid, account.gid)
    command = [
        str(DEBIAN_15 / "initdb"),
        "-D", str(cluster), "-U", "postgres", f"--pwfile={password_file}", "--auth=scram-sha-256",
        "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
    ]  # fmt: skip
    subprocess.run(command, cwd="/", env=_VARIABLES, check=True, capture_output=True, **account.popen_arguments())
    options = {"listen_addresses": "", "unix_socket_directories": str(place), "timezone": "UTC", **settings}
    with (place / "log").open("ab") as log:
        process = child.spawn(
            [
                str(DEBIAN_15 / "postgres"),
                "-D",
                str(cluster),
                *(f"--{name.replace('_', '-')}={value}" for name, value in options.items()),
            ],
            death_signal=signal.SIGINT,
            cwd="/",
            env=_VARIABLES,
            stdout=log,
            stderr=log,
            **account.popen_arguments(),
        )
    server = DebianServer(place, process)
    _wait_until_ready(server, cluster)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        roles.ensure_roles(connection, PASSWORDS)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        roles.close_database(connection)
    return server


def _wait_until_ready(server: DebianServer, cluster: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        pid_file = cluster / "postmaster.pid"
        if pid_file.exists() and "ready" in pid_file.read_text():
            return
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((server.directory / "log").read_text()[-2000:])
        time.sleep(0.01)
