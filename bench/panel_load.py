"""A client of many panel streams in a process of its own; `python -m bench.panel_load` reads a task from stdin.

The task is JSON: `kind` (`steady` or `leave`), `url`, `cookies`, `headers`, `forms`, and what the kind needs. The
answer is one JSON line. Times are in seconds of the monotonic clock, which all processes share.
"""

import asyncio
import json
import random
import sys
import time
from typing import Any

import aiohttp


async def steady(task: dict[str, Any]) -> dict[str, Any]:
    """Keep `open` streams open for `seconds`: each that ends is followed by another; a few direct calls beside them."""
    until = time.monotonic() + task["seconds"]
    result: dict[str, Any] = {"first": [], "direct": [], "done": 0, "dropped": [], "open": []}
    now_open = 0

    async def worker(number: int, session: aiohttp.ClientSession) -> None:
        nonlocal now_open
        await asyncio.sleep(task["ramp"] * number / task["open"])
        data = task["forms"][number % len(task["forms"])]
        while time.monotonic() < until:
            now_open += 1
            try:
                first, end = await read(session, data["url"], b"event: delta", data=data["fields"])
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                first, end = None, type(error).__name__
            now_open -= 1
            result["done"] += end == "done"
            if end != "done":
                result["dropped"].append(end)
            elif data["measured"] and first is not None:
                result["first"].append(first)

    async def direct(session: aiohttp.ClientSession) -> None:
        while time.monotonic() < until:
            first, _ = await read(session, task["direct"]["url"], b'"content":"', json=task["direct"]["body"])
            if first is not None:
                result["direct"].append(first)
            result["open"].append(now_open)

    async with sessions(task) as ours, aiohttp.ClientSession() as theirs:
        await asyncio.gather(direct(theirs), *(worker(number, ours) for number in range(task["open"])))
    return result


async def leave(task: dict[str, Any]) -> dict[str, Any]:
    """Begin `count` streams, `at_once` together, and hang up on each at a moment of its own; says when, by number."""
    gate = asyncio.Semaphore(task["at_once"])
    chance = random.Random(7)
    left: dict[str, float] = {}

    async def one(number: int, stay: float, session: aiohttp.ClientSession) -> None:
        data = task["forms"][number % len(task["forms"])]
        fields = {**data["fields"], "content-0": f"{data['fields']['content-0']} Stream number {number:05}."}
        async with gate, session.post(data["url"], data=fields) as answer:
            await answer.content.readany()  # the first event: the call to the provider begins
            await asyncio.sleep(stay)
            left[str(number)] = time.monotonic()
            answer.close()

    async with sessions(task) as ours:
        stays = [chance.uniform(0.02, task["longest"]) for _ in range(task["count"])]
        await asyncio.gather(*(one(number, stay, ours) for number, stay in enumerate(stays)))
    return {"left": left}


def sessions(task: dict[str, Any]) -> aiohttp.ClientSession:
    """A signed-in session without a limit of connections."""
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(cookies=task["cookies"], headers=task["headers"], connector=connector)


async def read(session: aiohttp.ClientSession, url: str, mark: bytes, **request: Any) -> tuple[float | None, str]:
    """Seconds to the chunk with the mark, and how the stream ended: `done`, or what is wrong."""
    begun = time.monotonic()
    first, tail = None, b""
    async with session.post(url, **request) as answer:
        if answer.status != 200:
            return None, f"status {answer.status}"
        async for chunk in answer.content.iter_any():
            tail = (tail + chunk)[-4_000:]
            if first is None and mark in tail:
                first = time.monotonic() - begun
    return first, "done" if b"event: done" in tail or b"[DONE]" in tail else "cut off"


def main() -> None:
    """Do the task from stdin."""
    task = json.load(sys.stdin)
    kinds = {"steady": steady, "leave": leave}
    sys.stdout.write(json.dumps(asyncio.run(kinds[task["kind"]](task))) + "\n")


if __name__ == "__main__":
    main()
