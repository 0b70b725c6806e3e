"""Through a transaction-mode pooler two workspaces share two connections, and nothing is left over in either."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import pytest
from django.db import connections
from psycopg.conninfo import conninfo_to_dict
from pytest_django import DjangoDbBlocker

from promptassay.core.secret import Secret
from promptassay.core.tenancy import with_workspace
from promptassay.evals.models import Cell, Run
from promptassay.evals.services import start_run
from promptassay.prompts.models import Prompt
from promptassay.providers import services
from promptassay.providers.models import KeyUse
from tests import environment, gates
from tests.estate import Estate, build
from tests.fakes import pgbouncer
from tests.people import sign_up

T = TypeVar("T")
POOL_SIZE = 2
THREADS = 4
READS = 10_000
FAULT_EVERY = 100

pytestmark = [
    pytest.mark.pgbouncer,
    pytest.mark.skipif(
        not pgbouncer.PROGRAM.exists() and not os.environ.get("PROMPTASSAY_TEST_REQUIRE_ALL"),
        reason="PgBouncer is not installed",
    ),
]


@dataclass
class Pool:
    """Two committed workspaces and the address of a pooler of two connections in front of their database."""

    alice: Estate
    bob: Estate
    url: str


@pytest.fixture(scope="module")
def pool(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Pool]:
    with django_db_blocker.unblock():
        environment.empty_all()
        alice, bob = build(sign_up("alice@example.com"), "alices-own"), build(sign_up("bob@example.com"), "bobs-own")
        connections["default"].close()
    pooler = pgbouncer.start(os.environ["DATABASE_URL"], pool_mode="transaction", pool_size=POOL_SIZE)
    try:
        yield Pool(alice, bob, pooler.url)
    finally:
        pooler.stop()
        environment.empty_all()


@dataclass
class Tally:
    """What the threads saw."""

    reads: int = 0
    faults: int = 0
    foreign: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    backends: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


# One statement, evaluated from left to right: what was left over, then the context of this transaction.
_ENTER = (
    "SELECT coalesce(current_setting('promptassay.workspace', true), ''), pg_backend_pid(), "
    "set_config('promptassay.workspace', %s, {local})"
)
_READ = "SELECT workspace_id, title FROM prompts_prompt"


def _read(client: "psycopg.Connection[Any]", workspace_id: UUID, tally: Tally, *, local: bool = True) -> None:
    with client.transaction():
        row = client.execute(_ENTER.format(local=str(local).lower()), [str(workspace_id)]).fetchone()
        found = client.execute(_READ).fetchall()
    with tally.lock:
        tally.reads += 1
        tally.backends.add(row[1])  # type: ignore[index]
        if row[0]:  # type: ignore[index]
            tally.left_over.append(row[0])  # type: ignore[index]
        if not found or any(owner != workspace_id for owner, _ in found):
            tally.foreign.append(f"{workspace_id}: {found}")


def _failed(client: "psycopg.Connection[Any]", workspace_id: UUID) -> None:
    with contextlib.suppress(psycopg.errors.DivisionByZero), client.transaction():
        client.execute(_ENTER.format(local="true"), [str(workspace_id)])
        client.execute("SELECT 1 / 0")


def _timed_out(client: "psycopg.Connection[Any]", workspace_id: UUID) -> None:
    with contextlib.suppress(psycopg.errors.QueryCanceled), client.transaction():
        client.execute(_ENTER.format(local="true"), [str(workspace_id)])
        client.execute("SET LOCAL statement_timeout = 5")
        client.execute("SELECT pg_sleep(10)")


def _cancelled(client: "psycopg.Connection[Any]", workspace_id: UUID) -> None:
    with contextlib.suppress(psycopg.errors.QueryCanceled), client.transaction():
        client.execute(_ENTER.format(local="true"), [str(workspace_id)])
        canceller = threading.Timer(0.02, client.cancel_safe)
        canceller.start()
        try:
            client.execute("SELECT pg_sleep(10)")
        finally:
            canceller.join()


def _rolled_back(client: "psycopg.Connection[Any]", workspace_id: UUID) -> None:
    with client.transaction(force_rollback=True):
        client.execute(_ENTER.format(local="true"), [str(workspace_id)])
        client.execute("SAVEPOINT s")
        client.execute("ROLLBACK TO SAVEPOINT s")


_FAULTS = (_failed, _rolled_back, _timed_out, _cancelled)


def _many_reads(pool: Pool, tally: Tally, reads: int, *, local: bool, offset: int) -> None:
    owners = (pool.alice.workspace_id, pool.bob.workspace_id)
    client = _connect(pool.url)
    try:
        for number in range(reads):
            _read(client, owners[(number + offset) % 2], tally, local=local)
            if local and number % FAULT_EVERY == offset:
                _FAULTS[(number // FAULT_EVERY) % len(_FAULTS)](client, owners[number % 2])
                tally.faults += 1
            if local and number % 1000 == 999:  # a client that vanishes in the middle of its transaction
                client.execute("BEGIN")
                client.execute(_ENTER.format(local="true"), [str(owners[number % 2])])
                client.close()
                client = _connect(pool.url)
    finally:
        client.close()


def _connect(url: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(url, autocommit=True, prepare_threshold=None)


def _all_reads(pool: Pool, reads: int, *, local: bool = True) -> Tally:
    tally = Tally()
    with ThreadPoolExecutor(THREADS) as threads:
        waiting = [
            threads.submit(_many_reads, pool, tally, reads // THREADS, local=local, offset=offset)
            for offset in range(THREADS)
        ]
        for each in waiting:
            each.result()
    return tally


def test_ten_thousand_alternating_reads_never_show_a_foreign_row(pool: Pool) -> None:
    tally = _all_reads(pool, READS)
    gates.tried("pooled reads", tally.reads)
    assert tally.reads == READS
    assert tally.faults >= READS // FAULT_EVERY
    assert tally.foreign == []
    assert tally.left_over == []
    assert len(tally.backends) >= POOL_SIZE  # more only where a vanished client took its connection along


def test_a_context_of_the_session_would_bleed(pool: Pool) -> None:
    """The tripwire: the same reads with a session-level setting find what the other client left."""
    tally = _all_reads(pool, 200, local=False)
    assert len(tally.left_over) > 100
    with _connect(pool.url) as stranger:
        seen = [stranger.execute(_READ).fetchall() for _ in range(4)]
    assert any(seen), "without any context the next client reads somebody's prompts"


def test_no_client_finds_a_context_afterwards(pool: Pool) -> None:
    """After the sessions that bled are gone, a client that sets nothing is refused, as everywhere."""
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
    _all_reads(pool, 40)
    with _connect(pool.url) as client:
        for _ in range(2 * POOL_SIZE):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no workspace"):
                client.execute(_READ)


# --- The product's own way: Django's connection, row security, keys and runs ------------------------------------------


def _through_pooler(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, blocker: DjangoDbBlocker, work: Callable[[], T], times: int = 1
) -> list[T]:
    """Run `work` in new threads, whose default connection leads to the pooler with the product's own options."""
    address = conninfo_to_dict(pool.url)
    names = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    for name, key in names.items():
        monkeypatch.setitem(connections.settings["default"], name, str(address[key]))

    def with_own_connection() -> T:
        try:
            assert connections["default"].settings_dict["PORT"] == str(address["port"])
            return work()
        finally:
            connections["default"].close()

    with blocker.unblock(), ThreadPoolExecutor(times) as threads:
        return [each.result() for each in [threads.submit(with_own_connection) for _ in range(times)]]


def test_the_products_connection_is_made_for_a_pooler() -> None:
    entry = connections.settings["default"]
    assert entry["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert entry["OPTIONS"]["server_side_binding"] is True
    assert entry["OPTIONS"]["prepare_threshold"] is None


def test_alternating_reads_through_the_orm(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    owners = {pool.alice.workspace_id: pool.alice.prompt.title, pool.bob.workspace_id: pool.bob.prompt.title}

    def read() -> int:
        wrong = 0
        for number in range(500):
            workspace_id = list(owners)[number % 2]
            with with_workspace(workspace_id):
                wrong += list(Prompt.objects.values_list("title", flat=True)) != [owners[workspace_id]]
            if number % 50 == 0:
                with contextlib.suppress(ZeroDivisionError), with_workspace(workspace_id):
                    raise ZeroDivisionError
        return wrong

    assert _through_pooler(pool, monkeypatch, django_db_blocker, read, times=THREADS) == [0] * THREADS


def test_a_key_and_a_run_through_the_pooler(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    alice = pool.alice.person

    def use() -> tuple[str, int, int, Run]:
        with alice.inside():
            key = services.add_key(alice.actor, provider="openai", name="pooled", secret=Secret("sk-pooled-1234567890"))
            services.rotate_key(alice.actor, key.id, secret=Secret("sk-pooled-0987654321"))
        with alice.inside():
            target = services.open_target(alice.actor, f"{key.id}/m", purpose="run", calls=3)
            uses = KeyUse.objects.filter(key_id=key.id).count()
        with alice.inside():
            run = start_run(alice.actor, pool.alice.suite, versions=[pool.alice.version], models=["demo/demo-small"])
        with alice.inside():
            cells = Cell.objects.filter(run=run).count()
        assert target.secret is not None
        return target.secret.reveal(), uses, cells, run

    ((secret, uses, cells, run),) = _through_pooler(pool, monkeypatch, django_db_blocker, use)
    assert (secret, uses, cells) == ("sk-pooled-0987654321", 1, run.total)
    with psycopg.connect(environment.superuser_url()) as superuser:
        queued = superuser.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE args->>'run_id' = %s", [str(run.id)]
        ).fetchone()
    assert queued == (1,)
