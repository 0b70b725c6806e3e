"""Processes that die while a model answers leave nothing of the answer: kill -9 of web and worker, then a search.

The whole product runs, with its logs at DEBUG and PostgreSQL's log as loud as it can be made.
"""

import json
import os
import signal
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.server import EMAIL, PASSWORD, Server, launch, processes, wait_until_answering
from promptassay.core.stored import DataClass, tables
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.trust.probes.markers import Search
from tests import sweeps
from tests.faults.running import begin_run, database, query, superuser, wait_for
from tests.faults.test_full_disk import Browser
from tests.house.test_nothing_kept import LOUD
from tests.keeping import MARKERS, SAID, TYPED
from tests.markers import Finds, elsewhere
from tests.prompts.factories import typed

CASES, CONCURRENCY, LATENCY = 60, 10, 0.2
OUTPUTS = {
    f"{table.name}.{name}"
    for table in tables()
    for name, column in table.columns.items()
    if column.kind is DataClass.OUTPUT
}


class Listener(Browser):
    """A browser that listens to an answer while it comes, and may leave in the middle."""

    def begin(self, path: str, **fields: str) -> Any:
        """Post a form whose answer streams, and give the open answer; closing it leaves."""
        token = next(cookie.value for cookie in self.cookies if cookie.name == "promptassay_csrf") or ""
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        headers = {"Accept": "text/event-stream", "Referer": self.server.address + path}
        return self.opener.open(
            urllib.request.Request(self.server.address + path, data=data, headers=headers), timeout=30
        )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "temporary").mkdir(mode=0o777)
    settings = {"PROMPTASSAY_LOG_LEVEL": "debug", "TMPDIR": str(tmp_path / "temporary")}
    started = launch(tmp_path / "data", settings)
    try:
        wait_until_answering(started)
        yield started
    finally:
        started.stop()


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with run_in_thread() as provider:
        provider.control({"latency": LATENCY, "mark": SAID})
        yield provider


def make_loud(server: Server) -> None:
    with superuser(server) as connection:
        for name, value in LOUD.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        connection.execute("SELECT pg_reload_conf()")


def kill(server: Server, name: str) -> None:
    os.kill(processes(server)[name][0], signal.SIGKILL)


def sign_in(server: Server) -> Listener:
    browser = Listener(server)
    browser.get("/accounts/login/")
    assert browser.post("/accounts/login/", login=EMAIL, password=PASSWORD)[0] == 200
    return browser


def test_what_dies_in_the_middle_of_an_answer_leaves_nothing_of_it(server: Server, fake: FakeProvider) -> None:
    account = server.bootstrap()
    make_loud(server)
    run_id = begin_run(server, account, fake, cases=CASES, concurrency=CONCURRENCY)
    wait_for(lambda: query(server, "SELECT done FROM evals_run WHERE id = %s", run_id)[0] >= 10)
    kill(server, "worker")  # cells are in flight; another worker takes them over
    browser = sign_in(server)
    (key,) = query(server, "SELECT id FROM providers_key WHERE workspace_id = %s", account["workspace"])
    (prompt,) = query(server, "SELECT id FROM prompts_prompt WHERE workspace_id = %s", account["workspace"])
    stall, at = f"{key}/gpt-test!stall", f"/w/{account['workspace']}"
    assert browser.post(f"{at}/panels/consent/", model=stall)[0] == 200
    # Three streams hang in the middle of their answers: one client leaves, the others' process is killed.
    form = typed(f"Sort this. {TYPED}", f"And this. {TYPED}")
    chat = json.dumps([{"role": "user", "text": TYPED}])
    run, panel = f"{at}/prompts/{prompt}/run/", f"{at}/panels/brainstorm/of/{prompt}/run/"
    streams = [
        browser.begin(run, **form, model=stall),
        browser.begin(panel, **form, chat=chat, model=stall),
        browser.begin(run, **form, model=stall),
    ]
    browser.begin(run, **form, model=f"{key}/gpt-test!400").read()
    for stream in streams:
        assert SAID.lower() in _heard(stream).lower()
    streams[0].close()
    wait_for(lambda: fake.active <= 2 + CONCURRENCY)
    kill(server, "web")
    for stream in streams[1:]:
        stream.close()
    wait_for(lambda: query(server, "SELECT status FROM evals_run WHERE id = %s", run_id)[0] == "finished")
    wait_for(lambda: wait_until_answering(server, seconds=20) < 20)

    finds = Finds(Search(MARKERS))
    url = database(server).url("postgres")
    finds.look_in_rows(url)
    for place in ("data", "temporary"):
        finds.look_in_files(place, server.data_dir.parent / place)
    log = (server.data_dir.parent / "serve.log").read_text(errors="replace")
    finds.look("log of the processes", log)
    said = {place for place, name in finds.hits if name == "said"}
    assert {place for place in said if place.startswith("evals_")} <= OUTPUTS and "evals_output.output" in said
    stray = elsewhere(said, "evals_output", url=url) | {place for place, name in finds.hits if name == "typed"}
    assert stray == set()
    assert "call failed" in log and "The web process was killed by signal 9" in log
    sweeps.record(
        "nothing kept", actions=["playground run", "panel brainstorm", "suite run"],
        outcomes=["web killed", "worker killed", "client gone"],
        sinks=["database rows", "PostgreSQL's log", "PostgreSQL's files", "data directory", "temporary files",
               "logs of the processes"],
        places=finds.places, hits=len(stray),
    )  # fmt: skip


def _heard(stream: Any) -> str:
    """What came until the marker did, or until the provider fell silent."""
    heard = ""
    while SAID.lower() not in heard.lower():
        line = stream.readline().decode()
        if not line:
            break
        heard += line
    return heard
