"""What a round says and does outside the database: log lines, files that it writes, addresses that it connects to."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from promptassay.core.logs import Formatter


@dataclass
class Seen:
    """What came while it was watched: the lines of the whole process's log at DEBUG; of the round itself, the files
    that it opened to write, the `host:port` of each connection and datagram, and the programs that it started.
    """

    lines: list[str] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    connected: list[str] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)


_watched: ContextVar[Seen | None] = ContextVar("promptassay_watched", default=None)
_has_hook = False
_one_at_a_time = threading.Lock()
_EVENTS: Final = frozenset(
    {"open", "socket.connect", "socket.sendto", "socket.sendmsg", "subprocess.Popen", "os.system", "os.posix_spawn"}
)
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@contextmanager
def watching() -> Iterator[Seen]:
    """Watch what the block does: the log of the process, and files and connections of the calling context."""
    global _has_hook
    if not _has_hook:  # the interpreter takes a hook once and for all; outside of a round it does nothing
        sys.addaudithook(_note)
        _has_hook = True
    seen = Seen()
    token = _watched.set(seen)
    try:
        with _everything_logged(seen):
            yield seen
    finally:
        _watched.reset(token)


def _note(event: str, values: tuple[Any, ...]) -> None:
    if event not in _EVENTS or (seen := _watched.get()) is None:
        return
    if event == "open":
        path, mode, flags = values
        writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & _WRITES)
        if writes and isinstance(path, str | bytes):
            seen.written.add(os.fsdecode(path))
    elif event.startswith("socket."):
        address = values[1]
        if isinstance(address, tuple):  # another is the path of a socket of this machine
            seen.connected.append(f"{address[0]}:{address[1]}")
    else:
        seen.programs.append(event)


class _Keep(logging.Handler):
    """Keeps each line as the product writes it."""

    def __init__(self, seen: Seen) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(Formatter("{levelname} {name} {message}", style="{"))
        self.seen = seen

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.lines.append(self.format(record))


class _AsBefore(logging.Filter):
    """Lets a handler write what it would have written, whatever the loggers are set to for the time of a round.

    Of the round itself only what went wrong: that its calls fail is its own doing, and nobody's news.
    """

    def __init__(self, levels: dict[str, int]) -> None:
        super().__init__()
        self.levels = levels

    def filter(self, record: logging.LogRecord) -> bool:
        name = record.name
        while name and not self.levels.get(name):
            name = name.rpartition(".")[0]
        least = self.levels.get(name, 0) if _watched.get() is None else logging.WARNING
        return record.levelno >= least


@contextmanager
def _everything_logged(seen: Seen) -> Iterator[None]:
    """Every logger at DEBUG but those that the product itself keeps quieter, whatever it is told to log.

    What is written elsewhere stays what it was: nobody's log gets longer because of a round.
    """
    with _one_at_a_time:
        known = {
            name: each for name, each in logging.root.manager.loggerDict.items() if isinstance(each, logging.Logger)
        }
        levels = {"": logging.root.level, **{name: each.level for name, each in known.items()}}
        quiet = settings.LOGGING["loggers"]
        raised = [logging.root, *(each for name, each in known.items() if each.level and name not in quiet)]
        handlers = [handler for logger in raised for handler in logger.handlers]
        keep, as_before = _Keep(seen), _AsBefore(levels)
        try:
            for handler in handlers:
                handler.addFilter(as_before)
            logging.root.addHandler(keep)
            for logger in raised:
                logger.setLevel(logging.DEBUG)
            yield
        finally:
            for logger in raised:
                logger.setLevel(levels["" if logger is logging.root else logger.name])
            logging.root.removeHandler(keep)
            for handler in handlers:
                handler.removeFilter(as_before)
