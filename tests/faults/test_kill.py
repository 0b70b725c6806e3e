"""kill -9 of worker, web and PostgreSQL in the middle of a 1,000-case run: complete, and nothing counted twice."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from bench.server import Server, launch, processes, wait_until_answering
from promptassay.providers.fake import FakeProvider, run_in_thread
from tests.faults.running import begin_run, query, superuser, wait_for

CASES, CONCURRENCY, LATENCY = 1000, 25, 0.1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = launch(tmp_path_factory.mktemp("product") / "data")
    try:
        wait_until_answering(started)
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def account(server: Server) -> dict[str, Any]:
    return server.bootstrap()


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with run_in_thread() as provider:
        provider.control({"latency": LATENCY, "mode": "text", "text": "a refund"})
        yield provider


@pytest.mark.parametrize("victim", ["worker", "web", "postgres"])
def test_a_run_survives_kill_9(server: Server, account: dict[str, Any], fake: FakeProvider, victim: str) -> None:
    if victim != "worker":  # each test adds its own key of the same name
        with superuser(server) as connection:
            connection.execute("UPDATE providers_key SET name = id::text")
    run = begin_run(server, account, fake, cases=CASES, concurrency=CONCURRENCY)
    wait_for(lambda: query(server, "SELECT done FROM evals_run WHERE id = %s", run)[0] >= 200, 30)
    for pid in processes(server)[victim][:1]:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: query(server, "SELECT status FROM evals_run WHERE id = %s", run)[0] == "finished", 90)
    total, done, passed, errors, calls = query(
        server, "SELECT total, done, passed, errors, calls FROM evals_run WHERE id = %s", run
    )
    assert (total, done, passed, errors, calls) == (CASES, CASES, CASES, 0, CASES)
    assert query(server, "SELECT count(*), count(DISTINCT cell_id) FROM evals_output WHERE run_id = %s", run) == (
        CASES,
        CASES,
    )
    assert query(server, "SELECT count(*) FROM usage_modelcall WHERE subject_id = %s", run) == (CASES,)
    # A call may be repeated only for what was in flight when the process died.
    assert CASES <= len(fake.received) <= CASES + 2 * CONCURRENCY
    wait_for(lambda: wait_until_answering(server, seconds=20) < 20, 25)
