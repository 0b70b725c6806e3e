"""The web server takes many connections at once, most of which do nothing."""

import asyncio
import contextlib
import socket
from typing import Any

from promptassay.config.web import server_of

IDLE = 400


async def answering(scope: Any, receive: Any, send: Any) -> None:
    """The plainest application: 200 and a word."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def asked(port: int) -> tuple[bytes, asyncio.StreamWriter]:
    """One request on a connection that stays open."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    return await reader.read(15), writer


async def test_hundreds_of_open_connections_keep_nobody_waiting() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = server_of(answering, "127.0.0.1", port)
    serving = asyncio.create_task(server.serve())
    open_now: list[asyncio.StreamWriter] = []
    try:
        async with asyncio.timeout(20):
            while not open_now:
                with contextlib.suppress(OSError):
                    open_now.append((await asked(port))[1])
                await asyncio.sleep(0)
            for _ in range(IDLE):
                answer, writer = await asked(port)
                open_now.append(writer)
                assert answer == b"HTTP/1.1 200 OK"
    finally:
        for writer in open_now:
            writer.close()
        server.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(serving, 10)
