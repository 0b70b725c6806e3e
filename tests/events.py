"""Answers that stream: their events as they came over HTTP, and somebody who leaves in the middle of one."""

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

from promptassay.providers.fake import FakeProvider
from promptassay.providers.process import gateway


def events(response: Any) -> list[tuple[str, Any]]:
    """The name and the data of each event of a whole answer."""
    assert response.headers["Content-Type"].startswith("text/event-stream"), response.content
    found = []
    for block in response.content.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


async def leave(stream: AsyncIterator[bytes], fake: FakeProvider) -> float:
    """Close a stream whose call is under way; the seconds until the provider's connection was closed, 2 at most."""
    assert fake.active == 1
    began = monotonic()
    await stream.aclose()  # type: ignore[attr-defined]
    while fake.active and monotonic() - began < 2:
        await asyncio.sleep(0.01)
    await gateway().close()
    return monotonic() - began
