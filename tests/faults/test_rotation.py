"""The master key is changed under a running server: killed in the middle, then by two at once, and no call fails."""

import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench.server import Server, launch, wait_until_answering
from promptassay.config.paths import DataPaths
from promptassay.providers.fake import FakeProvider, run_in_thread
from tests.fakes.processes import eventually
from tests.faults.browsing import Browser, ask, run_inside

KEYED, BARE, CLIENTS, MOVED_BEFORE_THE_KILL = 150, 40, 4, 25
PLAIN = "gsk_Vt3Bw9Ka6Ip2Xd7Mu4Eq8Zh"


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with run_in_thread() as provider:
        yield provider


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = launch(tmp_path / "data")
    try:
        wait_until_answering(started)
        yield started
    finally:
        started.stop()


def make(server: Server, fake: FakeProvider) -> dict[str, Any]:
    user = server.bootstrap()["user"]
    words = [user, fake.openai_url, PLAIN, str(KEYED), str(BARE)]
    found: dict[str, Any] = run_inside(server, "tests.faults.make_keys", *words)
    return found


@dataclass
class Clients:
    """Browsers that test keys without a pause, and now and then add the first key of a workspace."""

    browser: Browser
    fake: FakeProvider
    keyed: list[tuple[str, str]]
    bare: list[str]
    failures: list[str] = field(default_factory=list)
    tested: int = 0
    added: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self) -> "Clients":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def work(self, number: int) -> None:
        """One browser."""
        chance = random.Random(number)
        while not self.stopping.is_set():
            try:
                if number == 0 and self.bare and chance.random() < 0.2:
                    self.add(self.bare.pop())
                else:
                    self.test(*chance.choice(self.keyed))
            except Exception as error:
                self.failures.append(f"{type(error).__name__}: {error}")

    def test(self, workspace: str, key: str) -> None:
        """Open a key and call its provider with it."""
        answer = self.browser.post(f"/w/{workspace}/keys/{key}/test/", {})
        self.tested += 1
        if answer.status != 200 or "does not open" in answer.text:
            self.failures.append(f"test: {answer.status}: {answer.text[:300]}")

    def add(self, workspace: str) -> None:
        """Make a data key."""
        data = {"provider": "compatible", "name": "late", "base_url": self.fake.openai_url, "secret": PLAIN}
        answer = self.browser.post(f"/w/{workspace}/keys/new/", data)
        self.added += 1
        if answer.status != 302:  # led on to the key's page
            self.failures.append(f"add: {answer.status}: {answer.text[:300]}")


def start(server: Server) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "promptassay", "keys", "rotate", "--json"]
    return subprocess.Popen(command, env=server.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def status(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(server.run("keys", "status", "--json"))
    return found


MOVED = "SELECT count(*) FROM audit_entry WHERE action = 'data_key.rewrapped'"


def test_the_master_key_is_changed_under_load(server: Server, fake: FakeProvider) -> None:
    made = make(server, fake)
    keyed = [(workspace, key) for workspace, key in made["made"] if key]
    bare = [workspace for workspace, key in made["made"] if not key]
    paths = DataPaths(server.data_dir)
    first_key = paths.master_key.read_text()

    with Clients(Browser(server, "=".join(made["cookie"])), fake, keyed, bare) as clients:
        eventually(lambda: clients.tested >= 20, "the clients are at work")
        killed = start(server)
        eventually(lambda: ask(server, MOVED)[0] >= MOVED_BEFORE_THE_KILL, "some data keys are moved", 60)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        before = ask(server, MOVED)[0]
        between = status(server)
        assert before < KEYED and min(between["given"].values()) > 0, "it was killed in the middle"

        both = [start(server), start(server)]
        said = [each.communicate() for each in both]
        ended = [each.returncode for each in both]
        # Whoever came second waited for nothing and was told so; or came after the first had ended.
        assert 0 in ended and set(ended) <= {0, 2}, said
        assert all("at work on this data directory" in said[at][1] for at, code in enumerate(ended) if code)

        after = status(server)
        new, old = list(after["given"])
        assert (after["in_use"], after["given"][old], after["may_go"]) == (new, 0, [old])
        server.run("keys", "retire")
        eventually(
            lambda: all(held == [new] for held in status(server)["processes"].values()), "the old key is gone", 20
        )
        tested = clients.tested
        eventually(lambda: clients.tested >= tested + 20, "keys open without the old one")

    assert clients.failures == []
    assert clients.tested >= 60 and clients.added >= 1
    assert ask(server, MOVED)[0] == ask(server, f"{MOVED} AND data->>'to' = %s", new)[0] >= KEYED
    assert ask(server, "SELECT max(n) FROM (SELECT count(*) n FROM audit_entry WHERE action = 'data_key.rewrapped' "
                       "GROUP BY workspace_id) each")[0] == 1  # fmt: skip
    assert ask(server, "SELECT count(*) FROM workspaces_datakey WHERE master_id <> %s", new)[0] == 0
    assert paths.master_key.read_text() != first_key and not paths.previous_master_key.exists()
    assert stat.S_IMODE(paths.master_key.stat().st_mode) == 0o600
    assert sorted(os.listdir(paths.secrets)) == [
        "master-key", "postgres-postgres", "postgres-promptassay_app", "postgres-promptassay_owner", "secret-key",
    ]  # fmt: skip
    print(f"{clients.tested} keys tested and {clients.added} added meanwhile, 0 failures")
