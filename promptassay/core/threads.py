"""Running database work from async code: a thread pool whose threads keep their own connection."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import ParamSpec, TypeVar

from django.db import Error, close_old_connections, connection, connections

P = ParamSpec("P")
T = TypeVar("T")

_pool: ThreadPoolExecutor | None = None
_alone: contextvars.ContextVar[ThreadPoolExecutor | None] = contextvars.ContextVar("promptassay_alone", default=None)


def configure(threads: int) -> ThreadPoolExecutor:
    """Make the process's pool; called once at start by the web server and by the worker."""
    global _pool
    _pool = ThreadPoolExecutor(threads, thread_name_prefix="promptassay")
    return _pool


@contextmanager
def on_one_connection() -> Iterator[None]:
    """Inside, the calling context's work runs piece after piece in one thread of its own, so on one connection.

    What somebody else runs at the same time is not affected.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="promptassay-alone") as pool:
        token = _alone.set(pool)
        try:
            yield
        finally:
            _alone.reset(token)
            pool.submit(lambda: connection.close()).result()  # that of its thread, not of this one


@asynccontextmanager
async def repeated(seconds: float, function: Callable[[], object]) -> AsyncIterator[None]:
    """For the time of the block, run blocking code in the pool every so many seconds; a database that is away is
    asked again the next time.
    """

    async def repeat() -> None:
        while True:
            with suppress(Error):
                await in_thread(function)
            await asyncio.sleep(seconds)

    repeating = asyncio.create_task(repeat())
    try:
        yield
    finally:
        repeating.cancel()
        with suppress(asyncio.CancelledError):
            await repeating


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking code (anything that touches the database) in the pool, with the caller's context variables."""
    context = contextvars.copy_context()

    def work() -> T:
        close_old_connections()
        try:
            return context.run(function, *args, **kwargs)
        finally:
            close_old_connections()

    loop, alone = asyncio.get_running_loop(), _alone.get()
    if alone is not None:  # its connection is kept as it is, in the middle of a transaction too
        return await loop.run_in_executor(alone, lambda: context.run(function, *args, **kwargs))
    return await loop.run_in_executor(_pool or configure(4), work)


async def in_own_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `in_thread`, in a thread made for it: for work that is long, or that waits for this very process to answer.

    It begins at once, however many threads of the pool are busy, and keeps none of them from serving.
    """
    context, done = contextvars.copy_context(), Future[T]()

    def work() -> None:
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(context.run(function, *args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
            done.set_exception(error)
        finally:
            connections.close_all()

    threading.Thread(target=work, name="promptassay-own", daemon=True).start()
    return await asyncio.wrap_future(done)
