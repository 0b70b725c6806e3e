"""A key gets fewer calls in flight after a 429 and more after successes, and a pause holds for everybody on it."""

import asyncio

from promptassay.providers.limiter import KeyLimiter, Slot


async def test_first_come_first_served_up_to_the_limit() -> None:
    limiter = KeyLimiter(initial=2, most=4)
    first, second = await limiter.acquire("k"), await limiter.acquire("k")
    order: list[int] = []

    async def wait(number: int) -> None:
        await limiter.acquire("k")
        order.append(number)

    tasks = [asyncio.create_task(wait(number)) for number in range(3)]
    await asyncio.sleep(0)
    assert order == []
    limiter.release(first)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert order == [0]
    limiter.release(second)
    limiter.release(Slot("k", 0))
    await asyncio.gather(*tasks)
    assert order == [0, 1, 2]


async def test_keys_do_not_share_a_limit() -> None:
    limiter = KeyLimiter(initial=1, most=1)
    await limiter.acquire("a")
    assert await asyncio.wait_for(limiter.acquire("b"), 1)
    assert limiter.try_acquire("a") is None


async def test_halved_once_for_the_calls_under_way_and_never_below_one() -> None:
    limiter = KeyLimiter(initial=8, most=8)
    slots = [await limiter.acquire("k") for _ in range(8)]
    for slot in slots:
        limiter.slow_down(slot, 0.0)
        limiter.release(slot)
    assert limiter.limit("k") == 4
    for expected in (2, 1, 1):
        slot = await limiter.acquire("k")
        limiter.slow_down(slot, 0.0)
        limiter.release(slot)
        assert limiter.limit("k") == expected


async def test_one_more_for_each_window_of_successes_up_to_the_most() -> None:
    limiter = KeyLimiter(initial=2, most=3)
    for expected in (2, 3, 3, 3, 3, 3, 3):
        slot = await limiter.acquire("k")
        limiter.succeeded(slot)
        limiter.release(slot)
        assert limiter.limit("k") == expected


async def test_a_pause_holds_for_everybody_on_the_key() -> None:
    limiter = KeyLimiter(initial=4, most=4)
    slot = await limiter.acquire("k")
    loop = asyncio.get_running_loop()
    started = loop.time()
    limiter.slow_down(slot, 0.1)
    limiter.release(slot)
    assert limiter.try_acquire("k") is None
    await asyncio.gather(*(limiter.acquire("k") for _ in range(2)))
    assert 0.09 <= loop.time() - started < 1.0
    assert limiter.try_acquire("other") is not None


async def test_who_stops_waiting_takes_nobodys_place() -> None:
    limiter = KeyLimiter(initial=1, most=1)
    slot = await limiter.acquire("k")
    leaver, stayer = asyncio.create_task(limiter.acquire("k")), asyncio.create_task(limiter.acquire("k"))
    await asyncio.sleep(0)
    leaver.cancel()
    limiter.release(slot)
    assert await asyncio.wait_for(stayer, 1)


async def test_who_is_cancelled_at_the_moment_of_getting_it_gives_it_back() -> None:
    limiter = KeyLimiter(initial=1, most=1)
    slot = await limiter.acquire("k")
    leaver = asyncio.create_task(limiter.acquire("k"))
    await asyncio.sleep(0)
    limiter.release(slot)
    leaver.cancel()
    await asyncio.gather(leaver, return_exceptions=True)
    assert limiter.try_acquire("k") is not None
