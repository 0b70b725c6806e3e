"""The embedded PostgreSQL: made once in the data directory, run as our child, reached by a private socket."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from promptassay.config import child, cluster, roles
from promptassay.config.data_dir_lock import (
    DataDirInUseError,
    DataDirLock,
    clear_state,
    read_state,
    write_state,
)
from promptassay.config.database_url import socket_url
from promptassay.config.local_secrets import new_password, read_or_create_secret, read_secret
from promptassay.config.paths import DataPaths
from promptassay.config.postgres_binaries import (
    Account,
    EmbeddedDatabaseError,
    choose_account,
    find_binaries,
)
from promptassay.core.secret import Secret

_START_SECONDS = 300.0  # recovery after a crash replays the log; nothing is served meanwhile
_SHARED_MEMORY_SECONDS = 15.0  # backends of a killed postmaster notice and leave within this
_STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
_POLL_SECONDS = 0.01


@dataclass
class Embedded:
    """A running embedded database. `process` is None when another process of ours runs it."""

    paths: DataPaths
    socket_directory: Path
    pid: int
    process: "subprocess.Popen[bytes] | None" = None
    lock: DataDirLock | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def url(self, user: str, database: str = roles.DATABASE) -> str:
        """A libpq URI for `user` (postgres, or one of the two roles); it holds the plain password."""
        secret = read_secret(self.paths.secrets / f"postgres-{user}")
        return socket_url(user, secret, str(self.socket_directory), database)

    @property
    def superuser_url(self) -> str:
        """The superuser, in the maintenance database."""
        return self.url("postgres", "postgres")

    @property
    def owner_url(self) -> str:
        """The owner role: migrations only."""
        return self.url(roles.OWNER_ROLE)

    @property
    def app_url(self) -> str:
        """The app role: everything else."""
        return self.url(roles.APP_ROLE)

    @property
    def running(self) -> bool:
        """Whether the database process is there."""
        return self.process.poll() is None if self.process is not None else child.is_alive(self.pid)

    def variables(self, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """Environment variables that make a child process use this database as the app role.

        Keys that the operator keeps elsewhere, as `given` tells, stay there.
        """
        found = {
            "PROMPTASSAY_DATA_DIR": str(self.paths.root),
            "DATABASE_URL": self.app_url,
            "PROMPTASSAY_PREPARED_STATEMENTS": "on",
        }
        if not _names(given, "PROMPTASSAY_MASTER_KEY"):
            found["PROMPTASSAY_MASTER_KEY_FILE"] = str(self.paths.master_key)
            found["PROMPTASSAY_MASTER_KEY_PREVIOUS_FILE"] = str(self.paths.previous_master_key)
        if not _names(given, "PROMPTASSAY_SECRET_KEY"):
            found["PROMPTASSAY_SECRET_KEY_FILE"] = str(self.paths.secrets / "secret-key")
        return found

    def announce_ready(self) -> None:
        """Let other commands of this machine attach."""
        write_state(self.paths, database_ready=True)

    def restart(self) -> None:
        """Start again after the database process died. Raises EmbeddedDatabaseError."""
        self.process = _launch(self.paths, self.socket_directory, self.settings)
        self.pid = self.process.pid
        write_state(self.paths, database_pid=self.pid)

    def stop(self) -> None:
        """Shut down: open transactions are rolled back, everything is written. Safe to call twice."""
        if self.process is not None:
            child.stop([self.process], _STOP_STEPS)
            self.process = None
            clear_state(self.paths)
            _remove_temporary_socket_directory(self.paths, self.socket_directory)
        if self.lock is not None:
            self.lock.release()
            self.lock = None


def start(
    data_dir: Path,
    *,
    lock: DataDirLock | None = None,
    settings: Mapping[str, str] | None = None,
    announce: bool = True,
) -> Embedded:
    """Start the embedded database of `data_dir`, making it on first use; returns when it answers.

    Takes the data directory's lock unless the caller holds it (`lock`); then the caller releases it.
    With `announce` other commands may attach at once; without, when the caller says so by `announce_ready`.
    `settings` override PostgreSQL's settings (tests switch durability off). Call from the main thread. Raises
    EmbeddedDatabaseError, DataDirError.
    """
    paths = DataPaths(data_dir)
    own_lock = DataDirLock(paths) if lock is None else None
    try:
        account = choose_account(paths.cluster)
        left_over = read_state(paths).get("socket_directory", "")
        clear_state(paths)
        cluster.stop_survivor(paths)
        if left_over:
            _remove_temporary_socket_directory(paths, Path(left_over))
        _create_if_missing(paths, account)
        directory = cluster.socket_directory(paths, account)
        chosen = {**cluster.SETTINGS, **(settings or {})}
        process = _launch(paths, directory, chosen)
        database = Embedded(paths, directory, process.pid, process, own_lock, chosen)
    except BaseException:
        if own_lock is not None:
            own_lock.release()
        raise
    try:
        write_state(paths, socket_directory=str(directory), database_pid=process.pid)
        _prepare_once(database)
        if announce:
            database.announce_ready()
    except BaseException:
        database.stop()
        raise
    return database


@contextmanager
def attach_or_start(data_dir: Path, *, wait_seconds: float = 30.0) -> Iterator[Embedded]:
    """The running embedded database of `data_dir`, or one started for the time of the block.

    Raises DataDirInUseError when another process holds the directory but shows no database in time.
    """
    paths = DataPaths(data_dir)
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            database = start(data_dir)
        except DataDirInUseError as in_use:
            attached = _attach(paths)
            if attached is not None:
                yield attached
                return
            if time.monotonic() > deadline:
                raise in_use from None
            time.sleep(0.1)
        else:
            try:
                yield database
            finally:
                database.stop()
            return


def _names(given: Mapping[str, str] | None, name: str) -> bool:
    return given is not None and any(given.get(each, "").strip() for each in (name, f"{name}_FILE"))


def _attach(paths: DataPaths) -> Embedded | None:
    """The database that another process of ours runs, once it is ready and its roles are there."""
    state = read_state(paths)
    if not state.get("database_ready") or cluster.status(paths) != "ready":
        return None
    return Embedded(paths, Path(state["socket_directory"]), int(state["database_pid"]))


def _create_if_missing(paths: DataPaths, account: Account) -> None:
    """Make the cluster and the passwords on first use. Raises EmbeddedDatabaseError."""
    password_file = paths.secrets / "postgres-postgres"
    if paths.has_cluster and not password_file.exists():
        raise EmbeddedDatabaseError(
            f"The database's password {password_file} is missing.",
            why=f"A database exists in {paths.cluster}, and only that password opens it.",
            next_step="Restore the folder “secrets” from the same backup as the database.",
        )
    superuser = read_or_create_secret(password_file, new_password)
    for role in (roles.OWNER_ROLE, roles.APP_ROLE):
        read_or_create_secret(paths.secrets / f"postgres-{role}", new_password)
    cluster.create_if_missing(paths, account, superuser)


def _launch(paths: DataPaths, socket_directory: Path, settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start the postmaster and wait until it is ready. Raises EmbeddedDatabaseError with what it said."""
    account = choose_account(paths.cluster)
    cluster.configure(paths, account, socket_directory, settings)
    command = [str(find_binaries(account) / "postgres"), "-D", cluster.cluster_argument(paths, account)]
    memory_deadline = time.monotonic() + _SHARED_MEMORY_SECONDS
    while True:
        cluster.remove_stale_files(paths, socket_directory)
        since = time.time()
        with cluster.open_start_log(paths, account) as log:
            process = child.spawn(
                command,
                death_signal=signal.SIGINT,
                cwd=paths.cluster,
                stdout=log,
                stderr=log,
                env=cluster.PROGRAM_VARIABLES,
                **account.popen_arguments(),
            )
        try:
            ready = _wait_until_ready(paths, process)
        except BaseException:
            child.stop([process], _STOP_STEPS)
            raise
        if ready:
            return process
        child.stop([process], _STOP_STEPS)
        said = cluster.read_start_log(paths)
        if "shared memory" not in said or time.monotonic() > memory_deadline:
            raise cluster.failure("The embedded PostgreSQL did not start.", cluster.read_logs(paths, since), paths)
        time.sleep(0.1)


def _wait_until_ready(paths: DataPaths, process: "subprocess.Popen[bytes]") -> bool:
    """Whether the postmaster reports that it accepts connections; False when it ended instead."""
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None:
        if cluster.status(paths, process.pid) == "ready":
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return False


def _prepare_once(database: Embedded) -> None:
    """Create the roles and the database when the definition changed since the last start."""
    paths = database.paths
    if not cluster.is_prepared(paths, roles.setup_script()):
        # In a process of its own: the supervisor stays free of the driver's memory.
        done = subprocess.run(  # noqa: S603 - our own arguments
            child.python_command("-m", "promptassay.config.prepare_database"),
            env=child.python_variables({"PROMPTASSAY_PREPARE": str(paths.root)}),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise cluster.failure("The embedded database's roles could not be made.", done.stderr, paths)
        cluster.mark_prepared(paths, roles.setup_script())


def prepare_here(data_dir: Path) -> None:
    """Create or mend the roles and the database of the running embedded PostgreSQL."""
    import psycopg  # not at the top: the supervisor imports this module and must stay small

    paths = DataPaths(data_dir)
    database = Embedded(paths, Path(read_state(paths)["socket_directory"]), 0)
    passwords = roles.RolePasswords(owner=_password(paths, roles.OWNER_ROLE), app=_password(paths, roles.APP_ROLE))
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        roles.ensure_roles(connection, passwords)
    with psycopg.connect(database.url("postgres"), autocommit=True) as connection:
        roles.close_database(connection)


def _password(paths: DataPaths, role: str) -> Secret:
    return read_secret(paths.secrets / f"postgres-{role}")


def _remove_temporary_socket_directory(paths: DataPaths, directory: Path) -> None:
    """Remove the socket's directory if it had to lie outside the data directory."""
    if directory.name.startswith(cluster.SOCKET_PREFIX) and paths.root not in directory.parents:
        shutil.rmtree(directory, ignore_errors=True)
