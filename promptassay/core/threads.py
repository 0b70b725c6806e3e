"""Running database work from async code: a thread pool whose threads keep their own connection."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

_pool: ThreadPoolExecutor | None = None


def configure(threads: int) -> ThreadPoolExecutor:
    """Make the process's pool; called once at start by the web server and by the worker."""
    global _pool
    _pool = ThreadPoolExecutor(threads, thread_name_prefix="promptassay")
    return _pool


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking code (anything that touches the database) in the pool, with the caller's context variables."""
    context = contextvars.copy_context()

    def work() -> T:
        close_old_connections()
        try:
            return context.run(function, *args, **kwargs)
        finally:
            close_old_connections()

    pool = _pool or configure(4)
    return await asyncio.get_running_loop().run_in_executor(pool, work)
