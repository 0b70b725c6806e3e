"""The whole product at work under test: asking its database past row security, starting a run, waiting for both."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bench.server import Server
from promptassay.config import embedded
from promptassay.config.paths import DataPaths
from promptassay.providers.fake import FakeProvider


def database(server: Server) -> embedded.Embedded:
    """The server's embedded database."""
    paths = DataPaths(server.data_dir)
    state = json.loads(paths.state_file.read_text())
    return embedded.Embedded(paths, Path(state["socket_directory"]), 0)


def superuser(server: Server) -> "psycopg.Connection[tuple[Any, ...]]":
    """Sees every workspace's rows, those of the trust page's canaries too."""
    return psycopg.connect(database(server).url("postgres"), autocommit=True, connect_timeout=5)


def query(server: Server, statement: str, *values: Any) -> Any:
    """The first row."""
    with superuser(server) as connection:
        return connection.execute(statement.encode(), values).fetchone()


def begin_run(server: Server, account: dict[str, Any], fake: FakeProvider, *, cases: int, concurrency: int) -> str:
    """Start a run of so many cases on the fake provider; returns its id."""
    command = [sys.executable, "-m", "tests.faults.start_run", account["workspace"], account["user"], fake.openai_url]
    variables = server.variables | database(server).variables()
    done = subprocess.run([*command, str(cases), str(concurrency)], env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["run"])


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Ask until it holds; the database may be away meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(psycopg.Error, OSError):
            if condition():
                return
        time.sleep(0.05)
    raise AssertionError(f"did not hold within {seconds} s")
