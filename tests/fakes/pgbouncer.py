"""A real PgBouncer for tests, in front of a PostgreSQL that is reached by a socket."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from promptassay.config import child

PROGRAM = Path("/usr/sbin/pgbouncer")


@dataclass
class PgBouncer:
    """A running pooler; `url` is the upstream's address through it."""

    url: str
    directory: Path
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        child.stop([self.process], ((signal.SIGINT, 5.0), (signal.SIGTERM, 2.0)))
        shutil.rmtree(self.directory, ignore_errors=True)


def start(
    upstream_url: str,
    *,
    pool_mode: Literal["session", "transaction"] = "transaction",
    pool_size: int = 2,
) -> PgBouncer:
    """Start a pooler for the user and database of `upstream_url`; at most `pool_size` connections to it."""
    upstream = {key: str(value) for key, value in conninfo_to_dict(upstream_url).items()}
    user, password, database = upstream["user"], upstream["password"], upstream["dbname"]
    # It works inside the socket's directory, so that its account needs no rights on the directories above.
    sockets = "/proc/self/cwd" if os.geteuid() == 0 else upstream["host"]
    place = Path(tempfile.mkdtemp(prefix="pgbouncer-test-", dir="/tmp"))
    port = _free_port()
    (place / "users.txt").write_text(f'"{user}" "{password}"\n')
    (place / "pgbouncer.ini").write_text(
        "[databases]\n"
        f"{database} = host={sockets} port={upstream.get('port', '5432')} dbname={database}\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = scram-sha-256\nauth_file = {place / 'users.txt'}\n"
        f"pool_mode = {pool_mode}\ndefault_pool_size = {pool_size}\nmax_client_conn = 500\n"
        "ignore_startup_parameters = extra_float_digits\nserver_round_robin = 0\n"
        "log_connections = 0\nlog_disconnections = 0\nlog_stats = 0\n"
    )
    account = _account(Path(upstream["host"]))
    if account:
        for path in (place, *place.iterdir()):
            os.chown(path, account["user"], account["group"])
    with (place / "log").open("ab") as log:
        process = child.spawn(
            [str(PROGRAM), str(place / "pgbouncer.ini")],
            death_signal=signal.SIGINT,
            cwd=upstream["host"],
            stdout=log,
            stderr=log,
            **account,
        )
    _wait_until_listening(port, process, place / "log")
    host = f"{quote(user, safe='')}:{quote(password, safe='')}@127.0.0.1:{port}"
    return PgBouncer(f"postgresql://{host}/{quote(database, safe='')}", place, process)


def _account(sockets: Path) -> dict[str, Any]:
    """As root: the account that may enter the upstream's socket directory (PgBouncer refuses to be root)."""
    if os.geteuid() != 0:
        return {}
    found = sockets.stat() if sockets.is_dir() else None
    entry = pwd.getpwnam("nobody") if found is None or found.st_uid == 0 else pwd.getpwuid(found.st_uid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(log.read_text()[-2000:])
