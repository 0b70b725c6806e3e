"""A round waits for a web process that starts at the same moment, and not for ever."""

import asyncio
from time import monotonic

import pytest
from pytest_django import Settings

from promptassay.trust import jobs


async def test_a_round_waits_until_somebody_listens(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_AGAIN_S", 0.02)
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    settings.INTERNAL_URL = f"http://127.0.0.1:{port}"
    waiting = asyncio.create_task(jobs._until_somebody_listens())
    await asyncio.sleep(0.1)
    assert not waiting.done()
    async with await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", port):
        await asyncio.wait_for(waiting, 5)


async def test_a_round_goes_on_without_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_STARTING_S", 0.1)
    settings.INTERNAL_URL = "http://127.0.0.1:9"
    began = monotonic()
    await jobs._until_somebody_listens()
    assert monotonic() - began < 2
