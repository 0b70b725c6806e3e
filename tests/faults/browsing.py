"""A browser without pages: signed in to a running server by its cookie, it sends forms and reads whole answers."""

import http.client
import json
import subprocess
import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench.server import Server
from promptassay.config import embedded
from promptassay.config.paths import DataPaths

_ROOT = Path(__file__).parents[2]
_TOKEN = "a" * 32


@dataclass
class Answer:
    """What came back, with every header."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    @property
    def led_to(self) -> str:
        """The id at the end of the address that the answer leads to."""
        return dict(self.headers)["location"].rstrip("/").rsplit("/", 1)[-1]


@dataclass
class Browser:
    """Whoever holds the session's cookie."""

    server: Server
    cookie: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """A page."""
        return self._ask("GET", path, None)

    def post(self, path: str, data: Mapping[str, str] | Sequence[tuple[str, str]], *, leave_after: float = 0) -> Answer:
        """A form; with `leave_after`, the browser goes away after so many seconds without a byte."""
        return self._ask("POST", path, urllib.parse.urlencode(list(_pairs(data))), leave_after)

    def _ask(self, method: str, path: str, body: str | None, leave_after: float = 0) -> Answer:
        where = urllib.parse.urlsplit(self.server.address)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=leave_after or 30)
        headers = {"Cookie": f"{self.cookie}; promptassay_csrf={_TOKEN}", "X-CSRFToken": _TOKEN, **self.headers}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        text = b""
        try:
            connection.request(method, path, body, headers)
            found = connection.getresponse()
            with suppress(TimeoutError, http.client.IncompleteRead):
                while chunk := found.read1():
                    text += chunk
            return Answer(found.status, found.getheaders(), text.decode(errors="replace"))
        except TimeoutError:
            return Answer(0, [], "")
        finally:
            connection.close()


def _pairs(data: Mapping[str, str] | Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    return list(data.items()) if isinstance(data, Mapping) else data


def database(server: Server) -> embedded.Embedded:
    """The server's own PostgreSQL."""
    state = json.loads(DataPaths(server.data_dir).state_file.read_text())
    return embedded.Embedded(DataPaths(server.data_dir), Path(state["socket_directory"]), 0)


def ask(server: Server, statement: str, *values: object) -> Any:
    """The first row, past row security; None for none."""
    with psycopg.connect(database(server).url("postgres"), autocommit=True, connect_timeout=5) as superuser:
        cursor = superuser.execute(statement.encode(), values)
        return cursor.fetchone() if cursor.description else None


def run_inside(server: Server, module: str, *words: str) -> Any:
    """Run a module of the tests as a program in the server's environment; what it printed, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        env=server.variables | database(server).variables() | {"PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
