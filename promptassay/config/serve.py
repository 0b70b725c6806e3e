"""`promptassay serve`: starts PostgreSQL, web and workers, keeps them up, and stops them in order."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

from promptassay.config import child, embedded, listening
from promptassay.config.data_dir_lock import DataDirLock, clear_state, write_state
from promptassay.config.environment import Environment, load, read
from promptassay.core.errors import AppError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_READY_SECONDS = 60.0
_GRACE = ((signal.SIGTERM, 25.0),)  # a worker gives its jobs 20 s, the web process its streams 10 s
_DELAYS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # before the first, second, ... restart in a row
_STEADY_SECONDS = 60.0  # a child that lived this long starts with the first delay again


class ServeError(AppError):
    """A part of the server could not be started."""

    code = "SERVE"


class _StopRequested(BaseException):
    """Raised out of a start that is interrupted by a signal."""


@dataclass(frozen=True)
class Commands:
    """What the supervisor runs; tests put stand-ins here."""

    migrate: Sequence[str] = tuple(child.python_command("-m", "promptassay", "migrate", "--quiet"))
    check: Sequence[str] = tuple(child.python_command("-m", "promptassay", "migrate", "--check"))
    web: Sequence[str] = tuple(child.python_command("-m", "promptassay", "web"))
    worker: Sequence[str] = tuple(child.python_command("-m", "promptassay", "worker"))


@dataclass
class _Child:
    """One process that is kept up."""

    name: str
    command: Sequence[str]
    variables: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    failures: int = 0
    start_at: float = 0.0

    def start(self) -> None:
        self.process = child.spawn(self.command, env=self.variables, stdout=2)
        self.started = time.monotonic()

    def bury(self) -> str:
        """Clear up after the process ended, and say when the next one starts."""
        assert self.process is not None
        code = self.process.returncode
        child.kill_group(self.process.pid)  # processes of its own that it left behind
        self.process = None
        if time.monotonic() - self.started > _STEADY_SECONDS:
            self.failures = 0
        delay = _DELAYS[min(self.failures, len(_DELAYS) - 1)]
        self.failures += 1
        self.start_at = time.monotonic() + delay
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"The {self.name} process {how}; it starts again in {delay:g} s."


@dataclass
class _Supervisor:
    """The process tree of one server."""

    environment: Environment
    commands: Commands
    lock: DataDirLock
    database: embedded.Embedded | None = None
    children: list[_Child] = field(default_factory=list)
    # While True, a signal interrupts what runs (starting, migrating) by an exception.
    interruptible: bool = True
    stopping: bool = False
    wake: tuple[int, int] = field(default_factory=os.pipe)

    def run(self) -> int:
        """Start everything, say so, watch until a signal, stop everything. Returns the exit code."""
        self._listen_to_signals()
        try:
            first = self._start()
            self._announce(first)
            self.interruptible = False
            while not self.stopping:
                self._watch()
        except _StopRequested:
            pass
        finally:
            self.interruptible = False
            self.stopping = True
            self._stop()
        return 0

    def _start(self) -> bool:
        """Database, migrations, children, in this order; returns whether the data directory is new."""
        environment = self.environment
        first = environment.embedded and not environment.paths.has_cluster
        owner = {}
        if environment.embedded:
            self.database = embedded.start(environment.data_dir, lock=self.lock, announce=False)
            owner = {"DATABASE_OWNER_URL": self.database.owner_url}
        elif environment.database_owner_url is not None:
            owner = {"DATABASE_OWNER_URL": environment.database_owner_url.reveal()}
        write_state(environment.paths, pid=os.getpid(), address=environment.public_url, port=environment.port)
        variables = child.python_variables(self.database.variables(os.environ) if self.database else {})
        # The owner's password is for migrations: no process that serves requests may have it.
        variables.pop("DATABASE_OWNER_URL", None)
        self._migrate(variables, owner)
        if self.database is not None:
            self.database.announce_ready()
        self.children = [_Child("web", self.commands.web, variables)]
        for number in range(environment.workers):
            name = "worker" if environment.workers == 1 else f"worker {number + 1}"
            self.children.append(_Child(name, self.commands.worker, variables))
        for one in self.children:
            one.start()
        self._wait_until_ready(self.children[0])
        return first

    def _migrate(self, variables: dict[str, str], owner: dict[str, str]) -> None:
        """Bring the schema up to date as the owner role, or check that somebody else did."""
        command = self.commands.migrate if owner else self.commands.check
        process = child.spawn(command, env={**variables, **owner}, stdout=2)
        try:
            code = process.wait()
        except BaseException:
            child.stop([process], _GRACE)
            raise
        if code and owner:
            raise ServeError(
                "The database could not be migrated.",
                why=f"The migration ended with code {code}; its message stands above.",
                next_step="Mend what it names and start again, or run: promptassay doctor",
            )
        if code:
            raise ServeError(
                "The database is not at this version's schema.",
                why="Migrations run as the owner role, and DATABASE_OWNER_URL is not set here.",
                next_step="Run “promptassay migrate” with DATABASE_OWNER_URL set, then start again.",
            )

    def _wait_until_ready(self, web: _Child) -> None:
        """Return when the web process answers. Raises ServeError when it ends first or takes too long."""
        assert web.process is not None
        deadline = time.monotonic() + _READY_SECONDS
        while not listening.answers(self.environment):
            code = web.process.poll()
            if code is not None or time.monotonic() > deadline:
                raise ServeError(
                    "The web process did not start.",
                    why=f"It ended with code {code}; its message stands above."
                    if code is not None
                    else f"It did not answer within {_READY_SECONDS:.0f} s.",
                    next_step="Mend what it names and start again, or run: promptassay doctor",
                )
            time.sleep(0.03)

    def _announce(self, first: bool) -> None:
        environment = self.environment
        where = f"data in {environment.data_dir}, " if self.database else ""
        sys.stdout.write(
            f"PromptAssay is ready at {environment.public_url}/ ({where}Ctrl-C stops it)\n"
            + (
                f"Sign up at {environment.public_url}/accounts/signup/; the first account is the operator.\n"
                if first
                else ""
            )
        )
        sys.stdout.flush()

    def _watch(self) -> None:
        """Sleep until a child ends, a restart is due or a signal comes; then put right what is wrong."""
        now = time.monotonic()
        due = [one.start_at - now for one in self.children if one.process is None]
        select.select([self.wake[0]], [], [], max(0.0, min([*due, 5.0])))
        with contextlib.suppress(BlockingIOError):
            os.read(self.wake[0], 4096)
        if self.stopping:
            return
        if self.database is not None and not self.database.running:
            self._restart_database()
        for one in self.children:
            if one.process is not None and one.process.poll() is not None:
                _say(one.bury())
            elif one.process is None and time.monotonic() >= one.start_at:
                one.start()

    def _restart_database(self) -> None:
        """Start PostgreSQL again; web and worker connect again by themselves."""
        assert self.database is not None
        _say("PostgreSQL ended; it starts again.")
        self.interruptible = True
        try:
            self.database.restart()
        except AppError as error:
            _say(f"{error} It is tried again in 5 s.")
            time.sleep(5)
        finally:
            self.interruptible = False

    def _stop(self) -> None:
        """Stop web, then the workers together, then PostgreSQL; whatever does not go in time is killed."""
        for group in (self.children[:1], self.children[1:]):
            child.stop([one.process for one in group if one.process is not None], _GRACE)
        if self.database is not None:
            self.database.stop()
        clear_state(self.environment.paths)
        self.lock.release()

    def _listen_to_signals(self) -> None:
        for end in self.wake:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self.wake[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # only to wake up
        for number in _SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays in force
                signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            self._stop_at_once()
        self.stopping = True
        if self.interruptible:
            self.interruptible = False
            raise _StopRequested

    def _stop_at_once(self) -> None:
        """The second signal: kill web and workers; PostgreSQL goes without a checkpoint (it recovers)."""
        for one in self.children:
            if one.process is not None:
                child.kill_group(one.process.pid)
        if self.database is not None and self.database.process is not None:
            self.database.process.send_signal(signal.SIGQUIT)


def main(commands: Commands | None = None) -> int:
    """Run the server until a signal stops it; returns 0 after a clean stop. `commands` is for tests.

    Raises AppError when it cannot start: bad setting, taken port, data directory in use, failed migration.
    """
    environment, problems = read(os.environ)
    if problems:
        raise problems[0]
    listening.require_free_port(environment)
    environment = load()
    lock = DataDirLock(environment.paths)
    return _Supervisor(environment, commands or Commands(), lock).run()


def _say(text: str) -> None:
    sys.stderr.write(f"promptassay: {text}\n")
    sys.stderr.flush()
