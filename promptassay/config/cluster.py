"""The embedded database's files: how they are made, configured, owned and told apart from a dead server's."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from promptassay.config import child
from promptassay.config.paths import DataPaths
from promptassay.config.postgres_binaries import Account, EmbeddedDatabaseError, find_binaries
from promptassay.core.secret import Secret

VERSION = "18"
SOCKET_PREFIX = "promptassay-socket-"
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_LIMIT = 103  # macOS; Linux allows 107
PROGRAM_VARIABLES = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}

# Small, durable, and silent about content: no statement, parameter, detail or client error reaches a log.
SETTINGS: dict[str, str] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "40MB",
    "effective_cache_size": "512MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "huge_pages": "off",
    "jit": "off",
    "io_method": "sync",
    "random_page_cost": "1.1",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_buffers": "2MB",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "checkpoint_completion_target": "0.9",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "autovacuum_max_workers": "2",
    "autovacuum_worker_slots": "2",
    "password_encryption": "scram-sha-256",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "logging_collector": "on",
    "log_directory": "'../log'",
    "log_filename": "'postgresql-%a.log'",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_file_mode": "0600",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def cluster_argument(paths: DataPaths, account: Account) -> str:
    """The -D argument. As root the account may not walk to the directory, but may work inside it.

    The programs are started with the cluster as their working directory, so `/proc/self/cwd` names it without
    asking for rights on its parents; nothing has to be moved or opened to others.
    """
    if account.current:
        return str(paths.cluster)
    if sys.platform != "linux":
        raise EmbeddedDatabaseError(
            "The embedded PostgreSQL cannot be run by root on this system.",
            why="PostgreSQL refuses to run as root.",
            next_step="Start PromptAssay as an ordinary user.",
        )
    return "/proc/self/cwd"


def create_if_missing(paths: DataPaths, account: Account, superuser: Secret) -> None:
    """Make the cluster with checksums and SCRAM passwords only, in one step: no half-made one is seen."""
    for directory in (paths.postgres, paths.postgres / "log", paths.postgres / "run"):
        _make_owned(directory, account)
    if paths.has_cluster:
        _check_version(paths)
        return
    fresh = paths.postgres / "new"
    shutil.rmtree(fresh, ignore_errors=True)
    if paths.cluster.exists():
        paths.cluster.rmdir()  # raises if it holds anything that is not a cluster
    _make_owned(fresh, account)
    password_file = paths.postgres / "initdb-password"
    _write_owned(password_file, superuser.reveal() + "\n", account)
    command = [
        str(find_binaries(account) / "initdb"),
        f"--pgdata={fresh if account.current else '/proc/self/cwd'}",
        "--username=postgres",
        "--pwfile=../initdb-password",
        "--auth=scram-sha-256",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            command,
            cwd=fresh,
            env=PROGRAM_VARIABLES,
            capture_output=True,
            text=True,
            check=False,
            **account.popen_arguments(),
        )
    finally:
        password_file.unlink(missing_ok=True)
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise failure("The embedded database could not be made.", done.stderr, paths)
    _prepared_mark(paths).unlink(missing_ok=True)
    fresh.rename(paths.cluster)


def configure(paths: DataPaths, account: Account, sockets: Path, settings: Mapping[str, str]) -> None:
    """Write the cluster's configuration: ours alone, so that nothing depends on what was there before."""
    # Named from the cluster, so that an account that may not enter the data directory from outside finds it.
    place = "../run" if sockets == paths.postgres / "run" else str(sockets).replace("'", "''")
    settings = {**settings, "unix_socket_directories": f"'{place}'"}
    lines = [f"{name} = {value}" for name, value in settings.items()]
    header = "# Written by PromptAssay at every start; changes are lost."
    _write_owned(paths.cluster / "postgresql.conf", "\n".join([header, *lines]) + "\n", account)
    _write_owned(paths.cluster / "pg_hba.conf", "local all all scram-sha-256\n", account)


def socket_directory(paths: DataPaths, account: Account) -> Path:
    """A private directory with a short enough socket path; in the data directory if possible."""
    inside = paths.postgres / "run"
    if len(os.fsencode(inside / _SOCKET_NAME)) <= _SOCKET_LIMIT:
        return inside
    parent = tempfile.gettempdir() if account.current else "/tmp"  # noqa: S108 - a fresh private name in it
    made = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=parent))
    os.chown(made, account.uid, account.gid)
    return made


def status(paths: DataPaths, pid: int | None = None) -> str:
    """What the postmaster says about itself: starting, ready, stopping or standby; empty when there is none.

    With `pid`, only that postmaster's word counts.
    """
    lines = _pid_file(paths)
    if len(lines) < 8 or (pid is not None and lines[0].strip() != str(pid)):
        return ""
    return lines[7].strip()


def stop_survivor(paths: DataPaths) -> None:
    """Stop a postmaster that outlived its supervisor. Raises EmbeddedDatabaseError when it does not go."""
    pid = _postmaster_pid(paths)
    if pid is None:
        return
    for number, seconds in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if child.wait_until_gone(pid, seconds):
            return
    raise EmbeddedDatabaseError(
        f"An earlier database process ({pid}) still runs on {paths.cluster} and does not stop.",
        why="Two processes on one database would destroy it.",
        next_step=f"End process {pid}, then start again.",
    )


def remove_stale_files(paths: DataPaths, sockets: Path) -> None:
    """Remove a dead postmaster's lock files when their number is taken: by another program, or by its own entry.

    PostgreSQL would refuse to start then; in a container the first process often buries nobody, so that the dead
    keep their numbers. Its shared memory check still stands between two postmasters.
    """
    if _postmaster_pid(paths) is None:
        for stale in (paths.cluster / "postmaster.pid", sockets / f"{_SOCKET_NAME}.lock", sockets / _SOCKET_NAME):
            stale.unlink(missing_ok=True)


def open_start_log(paths: DataPaths, account: Account) -> BinaryIO:
    """A fresh file for what the postmaster says before its log collector runs."""
    path = paths.postgres / "log" / "start.log"
    _write_owned(path, "", account)
    return path.open("ab")


def read_start_log(paths: DataPaths) -> str:
    """What the last start said before its log collector ran."""
    return _tail(paths.postgres / "log" / "start.log")


def read_logs(paths: DataPaths, since: float) -> str:
    """What the last start said, and what stands in the newest log since then (seconds since 1970)."""
    daily = sorted((paths.postgres / "log").glob("postgresql-*.log"), key=lambda path: path.stat().st_mtime)
    lines = [line for path in daily[-1:] for line in _tail(path).splitlines()]
    earliest = f"{datetime.fromtimestamp(since, UTC):%Y-%m-%d %H:%M:%S}"  # as lines begin, to the second
    return "\n".join([read_start_log(paths), *(line for line in lines if line >= earliest)])


def failure(message: str, said: str, paths: DataPaths) -> EmbeddedDatabaseError:
    """The error for a program that failed, with the line that matters."""
    if "No space left on device" in said:
        return EmbeddedDatabaseError(
            message,
            why=f"The disk that holds {paths.root} is full.",
            next_step="Free some space, then start again.",
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "rror:", "could not"))]
    last = (telling or lines or ["nothing"])[-1]
    return EmbeddedDatabaseError(
        message,
        why=f"It said: {last}",
        next_step=f"Read {paths.postgres / 'log'}, or run: promptassay doctor",
    )


def is_prepared(paths: DataPaths, definition: str) -> bool:
    """Whether the roles were made by exactly this definition."""
    try:
        return _prepared_mark(paths).read_text() == _fingerprint(definition)
    except OSError:
        return False


def mark_prepared(paths: DataPaths, definition: str) -> None:
    """Remember that the roles were made."""
    _prepared_mark(paths).write_text(_fingerprint(definition))


def _prepared_mark(paths: DataPaths) -> Path:
    return paths.run / "roles-prepared"


def _fingerprint(definition: str) -> str:
    return hashlib.sha256(definition.encode()).hexdigest()


def _tail(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")[-2000:]


def _check_version(paths: DataPaths) -> None:
    found = (paths.cluster / "PG_VERSION").read_text().strip()
    if found != VERSION:
        raise EmbeddedDatabaseError(
            f"The database in {paths.cluster} was made by PostgreSQL {found}.",
            why=f"This PromptAssay brings PostgreSQL {VERSION}, which cannot read it.",
            next_step="Start the PromptAssay that made it, export, and import here.",
        )


def _pid_file(paths: DataPaths) -> list[str]:
    try:
        return (paths.cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _postmaster_pid(paths: DataPaths) -> int | None:
    """The id of a live postmaster that works in this cluster, or None."""
    lines = _pid_file(paths)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    if not child.is_alive(pid):
        return None
    if Path("/proc/self/cwd").exists():
        try:
            return pid if Path(f"/proc/{pid}/cwd").samefile(paths.cluster) else None
        except OSError:
            return None
    named = subprocess.run(  # noqa: S603 - our own arguments
        ["/bin/ps", "-p", str(pid), "-o", "comm="], capture_output=True, text=True, check=False
    )
    return pid if "postgres" in named.stdout else None


def _make_owned(path: Path, account: Account) -> None:
    """A 0700 directory of the account's."""
    path.mkdir(mode=0o700, exist_ok=True)
    if not account.current:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _write_owned(path: Path, text: str, account: Account) -> None:
    """Replace a file of the account's by a new one; a link planted there is never followed."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        if not account.current:
            os.fchown(file.fileno(), account.uid, account.gid)
    Path(temporary).replace(path)
