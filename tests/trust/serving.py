"""The product's own web server in this process, for the probes that ask it by HTTP."""

import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.db import connection

from promptassay.config.asgi import Application
from promptassay.config.web import server_of

_THREADS = 2


class Server:
    """One that runs in a thread of this process, so that a test can break what it serves."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.pool = ThreadPoolExecutor(_THREADS)
        self.threads = _THREADS
        self.application = Application(self.pool)
        self.stopping: asyncio.Event | None = None
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self) -> None:
        self.loop, self.stopping = asyncio.get_running_loop(), asyncio.Event()
        server = server_of(self.application, "127.0.0.1", self.port)
        serving = asyncio.create_task(server.serve())
        await self.stopping.wait()
        server.stop()
        with suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(serving, 10)

    def start(self) -> None:
        self.thread.start()
        deadline = time.monotonic() + 10
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            assert time.monotonic() < deadline, "the web server did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        assert self.stopping is not None
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join(15)
        self.close_connections()
        for pool in (self.pool, self.application.spare):
            pool.shutdown()

    def close_connections(self) -> None:
        """Each thread's own: all of them at once, so that each does it."""
        together = threading.Barrier(_THREADS)

        def close() -> None:
            together.wait(10)
            connection.close()

        for done in [self.pool.submit(close) for _ in range(_THREADS)]:
            done.result()
