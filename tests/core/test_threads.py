"""Database work in threads: the caller's context goes along, and broken connections do not stay."""

import asyncio
import threading
from collections.abc import Iterator
from contextvars import ContextVar

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection

from promptassay.core import tenancy, threads
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import configure, in_own_thread, in_thread, on_one_connection, repeated
from promptassay.workspaces.models import Workspace
from tests import environment
from tests.people import Person, sign_up

_word: ContextVar[str] = ContextVar("word", default="nothing")


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A pool of a single thread, so that each piece of work meets what the one before left."""
    monkeypatch.setattr(threads, "_pool", None)
    pool = configure(1)
    yield
    pool.submit(lambda: connection.close()).result()
    pool.shutdown()


async def test_it_runs_elsewhere_and_gives_the_result_back(one_thread: None) -> None:
    name = await in_thread(lambda: threading.current_thread().name)
    assert name.startswith("promptassay")
    assert threading.current_thread().name != name
    assert await in_thread(divmod, 7, 2) == (3, 1)
    assert await in_thread("{a}".format, a=3) == "3"


async def test_an_error_comes_back_as_it_is(one_thread: None) -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)
    assert await in_thread(lambda: 1) == 1


async def test_context_variables_go_along_and_changes_do_not_come_back(one_thread: None) -> None:
    _word.set("along")

    def change() -> str:
        before = _word.get()
        _word.set("changed")
        return before

    assert await in_thread(change) == "along"
    assert _word.get() == "along"
    assert await in_thread(_word.get) == "along"

    async def other() -> str:
        _word.set("other")
        return await in_thread(_word.get)

    assert tuple(await asyncio.gather(other(), in_thread(_word.get))) == ("other", "along")


async def test_no_more_run_at_once_than_the_pool_has_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_pool", None)
    pool = configure(2)
    both = threading.Barrier(2, timeout=10)
    running, most, lock = 0, 0, threading.Lock()

    def work(number: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        if number < 2:
            both.wait()
        with lock:
            running -= 1

    await asyncio.gather(*[in_thread(work, number) for number in range(8)])
    pool.shutdown()
    assert most == 2


@pytest.mark.usefixtures("committed")
async def test_each_piece_of_work_enters_its_own_workspace(one_thread: None) -> None:
    alice, bob = await asyncio.to_thread(_two)

    def names(person: Person) -> list[str]:
        with with_workspace(person.workspace.id):
            assert tenancy.current() == tenancy.Context(person.workspace.id, None)
            return [str(row) for row in Workspace.objects.all()]

    for person in (alice, bob, alice):
        assert await in_thread(names, person) == [person.workspace.name]

    def outside() -> None:
        assert tenancy.current() is None
        Workspace.objects.count()

    with pytest.raises(ProgrammingError, match="no workspace"):
        await in_thread(outside)


def _two() -> tuple[Person, Person]:
    try:
        return sign_up("alice@example.com"), sign_up("bob@example.com")
    finally:
        connection.close()


@pytest.mark.usefixtures("committed")
async def test_a_connection_stays_open_and_a_broken_one_is_replaced(one_thread: None) -> None:
    def backend() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    def lose() -> None:
        with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
            superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])

    def break_off() -> None:
        backend()
        lose()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    first = await in_thread(backend)
    assert await in_thread(backend) == first
    with pytest.raises(OperationalError):
        await in_thread(break_off)
    second = await in_thread(backend)
    assert second != first
    assert await in_thread(backend) == second
    await in_thread(lose)  # between two pieces of work: the next one does not notice
    assert await in_thread(backend) not in (first, second)


async def test_on_one_connection_work_is_done_in_one_thread_of_its_own(one_thread: None) -> None:
    usual = await in_thread(threading.get_ident)
    with on_one_connection():
        alone = set(await asyncio.gather(*[in_thread(threading.get_ident) for _ in range(9)]))
        assert len(alone) == 1 and not alone & {usual, threading.get_ident()}
    assert await in_thread(threading.get_ident) == usual


async def test_what_is_repeated_goes_on_when_the_database_was_away(one_thread: None) -> None:
    times: list[int] = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        times.append(len(times))
        if len(times) == 3:
            loop.call_soon_threadsafe(enough.set)
        raise OperationalError("away")

    async with repeated(0.001, work):
        await asyncio.wait_for(enough.wait(), 5)
    done = len(times)
    await asyncio.sleep(0.01)
    assert len(times) == done


@pytest.mark.usefixtures("committed")
async def test_work_in_a_thread_of_its_own_waits_for_no_other(one_thread: None) -> None:
    _word.set("along")

    def work() -> tuple[str, int]:
        # The pool's only thread is taken by whoever waits for this.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return _word.get(), cursor.fetchone()[0]

    release = threading.Event()
    busy = asyncio.create_task(in_thread(release.wait, 10))
    assert await in_own_thread(work) == ("along", 1)
    release.set()
    await busy
    with pytest.raises(ZeroDivisionError):
        await in_own_thread(lambda: 1 // 0)
