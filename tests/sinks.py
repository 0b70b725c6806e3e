"""Every place where a secret could end up in a test: watched while it runs, and searched afterwards."""

import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import re2
from django.core.cache import caches
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from promptassay.config import roles
from promptassay.config.postgres_binaries import Account, find_binaries
from promptassay.providers import fake
from tests import environment
from tests.fakes.postgres import DEBIAN_15
from tests.fakes.processes import descendants
from tests.providers.factories import pieces

_KNOWING = (str(Path(__file__).parent), str(Path(fake.__file__).parent))


@dataclass
class Sinks:
    """What came out, by sink. `texts` holds (sink, text) in the order in which it came."""

    texts: list[tuple[str, str]] = field(default_factory=list, repr=False)

    def add(self, sink: str, text: object) -> None:
        """Keep what came out; bytes are read as UTF-8 with replacements."""
        self.texts.append((sink, text.decode(errors="replace") if isinstance(text, bytes) else str(text)))

    def add_response(self, response: Any) -> None:
        """Body, headers and cookies of an HTTP answer."""
        self.add(f"body of {response.status_code}", response.content)
        self.add("headers", f"{response.headers} {response.cookies}")

    def add_error(self, error: BaseException) -> None:
        """An exception with everything that hangs on it, local variables of every frame included."""
        self.add("exception", f"{error!s} {error!r} {error.args!r} {vars(error)!r}")
        self.add("traceback", _told(error))

    def find(self, plain: Iterable[str]) -> list[str]:
        """Each sink that holds eight characters in a row of a secret, in any spelling, with those characters."""
        search = _searcher(plain)
        found = {(sink, hit) for sink, text in self.texts if (hit := search(text.encode(errors="replace")))}
        return sorted(f"{sink}: {hit}" for sink, hit in found)


def _searcher(plain: Iterable[str]) -> Callable[[bytes], str]:
    """A function that gives the first piece of a secret in some bytes, or nothing. RE2 reads 100 MB in a second."""
    options = re2.Options()
    options.encoding, options.case_sensitive = re2.Options.Encoding.LATIN1, False
    every = "|".join(re2.escape(piece) for secret in plain for piece in pieces(secret))
    pattern = re2.compile(every.encode(), options)

    def search(data: bytes) -> str:
        hit = pattern.search(data)
        return hit.group().decode("latin-1") if hit else ""

    return search


def _told(error: BaseException) -> str:
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    _leave_out_tests(told)
    return "".join(told.format())


def _leave_out_tests(told: traceback.TracebackException | None) -> None:
    """Frames of the tests and of the fake provider know the secret; all others count, those of causes too."""
    while told is not None:
        kept = [frame for frame in told.stack if not frame.filename.startswith(_KNOWING)]
        told.stack = traceback.StackSummary.from_list(kept)
        _leave_out_tests(told.__cause__)
        told = told.__context__


class _Everything(logging.Handler):
    """Keeps each record: the message, its arguments, extra fields, and tracebacks with local variables."""

    def __init__(self, sinks: Sinks) -> None:
        super().__init__(logging.NOTSET)
        self.sinks = sinks

    def emit(self, record: logging.LogRecord) -> None:
        fields = {name: value for name, value in vars(record).items() if name != "exc_info"}
        self.sinks.add(f"log {record.name}", f"{record.getMessage()} {fields!r}")
        if record.exc_info and record.exc_info[1] is not None:
            self.sinks.add_error(record.exc_info[1])


@contextmanager
def watched() -> Iterator[Sinks]:
    """Every logger at DEBUG, with the statements of the database and their values."""
    sinks = Sinks()
    handler = _Everything(sinks)
    root = logging.getLogger()
    loggers = [logging.getLogger(name) for name in ("asyncio", "aiohttp", "django", "django.db.backends",
               "django.request", "procrastinate", "psycopg", *list(logging.root.manager.loggerDict))]  # fmt: skip
    levels = {logger: logger.level for logger in [root, *loggers]}
    hook, connection.force_debug_cursor = sys.excepthook, True
    root.addHandler(handler)
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    try:
        yield sinks
    finally:
        connection.force_debug_cursor = False
        sinks.add("statements", connection.queries)
        sys.excepthook = hook
        root.removeHandler(handler)
        for logger, level in levels.items():
            logger.setLevel(level)


def add_database(sinks: Sinks) -> None:
    """The whole database as `pg_dump` of the running version writes it, read by the superuser."""
    programs = DEBIAN_15 if environment.version() == 15 else find_binaries(Account(0, 0, current=True))
    done = subprocess.run(
        [str(programs / "pg_dump"), "--inserts", "--dbname", environment.superuser_url()],
        capture_output=True,
        check=True,
    )
    assert b"INSERT INTO public.accounts_user" in done.stdout, "the dump holds the test's rows"
    sinks.add("database dump", done.stdout)
    _add_rows(sinks)


def _add_rows(sinks: Sinks) -> None:
    """What the dump holds packed or in passing: the queue with its history, and sessions as the product reads them."""
    from promptassay.accounts.sessions import SessionStore

    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        for table in ("procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers"):
            for row in superuser.execute(f"SELECT to_jsonb(t)::text FROM {table} t"):
                sinks.add("queue", row[0])
        for (packed,) in superuser.execute("SELECT session_data FROM django_session"):
            sinks.add("session", SessionStore().decode(packed))
    sinks.add("session", "searched")
    sinks.add("queue", "searched")


def add_memory(sinks: Sinks) -> None:
    """The cache of this process, and what anybody on the machine, or a child of ours, can see of its processes."""
    for cache in caches.all(initialized_only=True):
        sinks.add("cache", f"{getattr(cache, '_cache', '')!r}")
    sinks.add("cache", f"{vars(caches['default'])!r}")
    add_processes(sinks, [os.getpid(), *descendants(os.getpid())])


def add_processes(sinks: Sinks, pids: Iterable[int]) -> None:
    """The command line and the environment of each process."""
    for pid in pids:
        for sink, name in (("process arguments", "cmdline"), ("process environment", "environ")):
            try:
                sinks.add(sink, Path(f"/proc/{pid}/{name}").read_bytes())
            except OSError:  # it has ended
                continue


# Everything that PostgreSQL can write of statements and their values, which the product's own settings never ask for.
LOUD = {
    "log_statement": "all",
    "log_min_messages": "debug2",
    "log_min_error_statement": "debug1",
    "log_min_duration_statement": "0",
    "log_error_verbosity": "verbose",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "-1",
}


@contextmanager
def loud_database() -> Iterator[None]:
    """The app role's new connections to this process's database have every statement logged, with its values."""
    where = f"ALTER ROLE {roles.APP_ROLE} IN DATABASE {environment.current_database()}"
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        for name, value in LOUD.items():
            superuser.execute(f"{where} SET {name} = '{value}'")
        connection.close()
        try:
            yield
        finally:
            superuser.execute(f"{where} RESET ALL")
            connection.close()


def database_log() -> bytes:
    """What the running PostgreSQL wrote into its log: a folder of files, or Debian's one file."""
    data = server_directory()
    places = [place for place in (data / "log", data.parent / "log") if place.exists()]
    files = [path for place in places for path in ([place] if place.is_file() else files_below(place))]
    return b"".join(_bytes_of(path) for path in files)


def files_below(*directories: Path) -> list[Path]:
    """Every plain file below the directories."""
    found = (path for directory in directories for path in directory.rglob("*"))
    return [path for path in found if path.is_file() and not path.is_symlink()]


def files_with(plain: Iterable[str], *directories: Path) -> list[str]:
    """The names of the files below the directories that hold a piece of a secret."""
    search = _searcher(plain)
    return [path.name for path in files_below(*directories) if search(_bytes_of(path))]


def _bytes_of(path: Path) -> bytes:
    """What a file holds; a server at work may have taken it away since it was listed."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def server_directory() -> Path:
    """Where the running PostgreSQL keeps its tables, its write-ahead log and its log."""
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute("CHECKPOINT")
    sockets = Path(str(conninfo_to_dict(environment.superuser_url())["host"]))
    return sockets.parent if sockets.name == "run" else sockets
