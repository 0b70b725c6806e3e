"""The only way out to a model: streams or fetches one answer, within limits, and hands out our own errors."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from math import inf
from typing import Final, Self, TypeVar

from promptassay.core.errors import ProviderFailure
from promptassay.providers import demo
from promptassay.providers.adapters import ADAPTERS, Adapter
from promptassay.providers.adapters.reading import error_object
from promptassay.providers.attempt import attempt, refusal
from promptassay.providers.failures import failure
from promptassay.providers.limiter import KeyLimiter, Slot
from promptassay.providers.transport import Timeouts, Transport
from promptassay.providers.wire import (
    Answer,
    CallRequest,
    Completion,
    Event,
    ModelInfo,
    Target,
    Waiting,
    WireFault,
    WireRequest,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

# A shorter wait is over before anybody has read of it.
_SAID_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how long to wait, in seconds. Full jitter: anything from 0 to base x 2^n, at most `cap`.

    `honour` is the longest wait asked for by a provider that is kept; a longer one ends the call at once.
    """

    limit: int = 2
    base: float = 0.5
    cap: float = 8.0
    honour: float = 60.0


DEFAULT_TIMEOUTS: Final = Timeouts()
DEFAULT_RETRIES: Final = Retries()


def _unheard(wait: Waiting) -> None:
    """Nobody wants to know."""


class _Lane:
    """What belongs to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: Transport, limiter: KeyLimiter) -> None:
        self.loop = loop
        self.transport = transport
        self.limiter = limiter


class Gateway:
    """One per process. Works in any event loop and keeps its connections per loop; close it in each.

    `allowed` holds the hosts (`host` or `host:port`) that may be private and speak http. `initial` and `most`
    bound the calls in flight on one key.
    """

    def __init__(
        self,
        *,
        allowed: frozenset[str] = frozenset(),
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        retries: Retries = DEFAULT_RETRIES,
        initial: int = 64,
        most: int = 256,
        demo_token_s: float = demo.TOKEN_S,
    ) -> None:
        self._allowed = allowed
        self._timeouts = timeouts
        self._retries = retries
        self._initial = initial
        self._most = most
        self._demo_token_s = demo_token_s
        self._lanes: dict[int, _Lane] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections of the running loop."""
        lane = self._lanes.pop(id(asyncio.get_running_loop()), None)
        if lane is not None:
            await lane.transport.close()

    def limit(self, key_id: str) -> int:
        """How many calls may be in flight on the key now, in the running loop."""
        return self._lane().limiter.limit(key_id)

    def _lane(self) -> _Lane:
        loop = asyncio.get_running_loop()
        lane = self._lanes.get(id(loop))
        if lane is None or lane.loop is not loop:
            self._lanes = {key: kept for key, kept in self._lanes.items() if not kept.loop.is_closed()}
            lane = _Lane(
                loop,
                Transport(self._timeouts, self._allowed),
                KeyLimiter(initial=self._initial, most=self._most),
            )
            self._lanes[id(loop)] = lane
        return lane

    async def complete(
        self,
        target: Target,
        request: CallRequest,
        *,
        deadline: float | None = None,
        waiting: Callable[[Waiting], None] = _unheard,
    ) -> Completion:
        """The whole answer. `deadline` limits the call with its waits, in seconds. Raises ProviderFailure.

        `waiting` is called before each wait of a second or more.
        """
        started = asyncio.get_running_loop().time()
        if target.provider == "demo":
            return _completion(demo.answer(request), started, started, 1)
        adapter = ADAPTERS[target.provider]
        wire = adapter.build(request, target, stream=False)
        parse = adapter.parse_full
        answer, first_byte, attempts = await self._fetch(target, wire, adapter, parse, deadline, waiting)
        return _completion(answer, started, first_byte, attempts)

    async def list_models(self, target: Target, *, deadline: float | None = 30.0) -> list[ModelInfo]:
        """The models that the key may use, in the provider's order. Raises ProviderFailure."""
        if target.provider == "demo":
            return list(demo.MODELS)
        adapter = ADAPTERS[target.provider]
        wire = adapter.build_models(target)
        try:
            models, _, _ = await self._fetch(target, wire, adapter, adapter.parse_models, deadline)
        except ProviderFailure as error:
            if error.kind != "model_not_found":
                raise
        else:
            return models
        # Here a 404 is not about a model: there is no API at this address.
        raise failure(WireFault("malformed", status=404), target)

    async def reach(self, target: Target, *, deadline: float) -> float:
        """Asks for the models without a key, once; the provider's own refusal shows that it can be reached.

        Returns the seconds to the first byte of that answer, connecting included. `deadline` is in seconds. Raises
        ProviderFailure: no answer, or one that the provider's documentation does not give to whoever has no key.
        """
        adapter = ADAPTERS[target.provider]
        bare = replace(target, secret=None)
        wire = adapter.build_models(bare)
        lane = self._lane()
        started = lane.loop.time()
        slot = await self._slot(lane, bare, started + deadline)
        try:
            async with asyncio.timeout_at(started + deadline):
                reply = await lane.transport.fetch(bare, wire)
            if reply.status == 200:
                adapter.parse_models(reply.body)  # a server that needs no key
            elif not (reply.status in adapter.REFUSES_WITH and error_object(reply.body)):
                raise refusal(adapter, reply.status, reply.body, reply.retry_after)
            return reply.first_byte - started
        except TimeoutError:
            fault = WireFault("timeout_total")
        except WireFault as error:
            fault = error
        finally:
            lane.limiter.release(slot)
        raise failure(fault, bare)

    async def stream(
        self, target: Target, request: CallRequest, *, deadline: float | None = None
    ) -> AsyncGenerator[Event, None]:
        """The answer as it comes; `Finished` is last. `deadline` limits the call with its waits, in seconds.

        `Waiting` comes before each wait of a second or more.

        Close the iterator to cancel (`contextlib.aclosing`): the connection is then closed at once.
        Raises ProviderFailure; what was given before it is a part of the answer.
        """
        if target.provider == "demo":
            async for event in demo.stream(request, self._demo_token_s):
                yield event
            return
        adapter = ADAPTERS[target.provider]
        wire = adapter.build(request, target, stream=True)
        lane = self._lane()
        until = lane.loop.time() + (inf if deadline is None else deadline)
        attempts = 0
        while True:
            attempts += 1
            if (held := _held(lane, target)) is not None:
                yield held
            slot = await self._slot(lane, target, until)
            try:
                async with aclosing(attempt(lane.transport, self._timeouts, target, wire, adapter, until)) as events:
                    async for event in events:
                        yield event
                lane.limiter.succeeded(slot)
                return
            except WireFault as error:
                fault = error
                wait = self._judge(lane, slot, error, attempts, until)
            finally:
                lane.limiter.release(slot)
            if wait is None:
                break
            if wait >= _SAID_S:
                yield _retrying(fault, wait)
            await asyncio.sleep(wait)
        raise _report(fault, target, attempts)

    async def _fetch(
        self,
        target: Target,
        wire: WireRequest,
        adapter: Adapter,
        parse: Callable[[bytes], T],
        deadline: float | None,
        waiting: Callable[[Waiting], None] = _unheard,
    ) -> tuple[T, float, int]:
        """What `parse` makes of the whole answer, the clock at its first byte, and the number of attempts."""
        lane = self._lane()
        until = lane.loop.time() + (inf if deadline is None else deadline)
        attempts = 0
        while True:
            attempts += 1
            if (held := _held(lane, target)) is not None:
                waiting(held)
            slot = await self._slot(lane, target, until)
            try:
                async with asyncio.timeout_at(until if deadline is not None else None):
                    reply = await lane.transport.fetch(target, wire)
                if reply.status != 200:
                    raise refusal(adapter, reply.status, reply.body, reply.retry_after)
                parsed = parse(reply.body)
                lane.limiter.succeeded(slot)
                return parsed, reply.first_byte, attempts
            except TimeoutError:
                fault = WireFault("timeout_total")
                wait = None
            except WireFault as error:
                fault = error
                wait = self._judge(lane, slot, error, attempts, until)
            finally:
                lane.limiter.release(slot)
            if wait is None:
                break
            if wait >= _SAID_S:
                waiting(_retrying(fault, wait))
            await asyncio.sleep(wait)
        raise _report(fault, target, attempts)

    async def _slot(self, lane: _Lane, target: Target, until: float) -> Slot:
        """The right to one call on the key. Raises ProviderFailure when it does not come before `until`."""
        slot = lane.limiter.try_acquire(target.key_id)
        if slot is not None:
            return slot
        try:
            async with asyncio.timeout_at(None if until == inf else until):
                return await lane.limiter.acquire(target.key_id)
        except TimeoutError:
            pass
        raise _report(WireFault("timeout_total"), target, 0)

    def _judge(self, lane: _Lane, slot: Slot, fault: WireFault, attempts: int, until: float) -> float | None:
        """How long to wait before the next attempt; None ends it. Slows the key down on 429."""
        rules = self._retries
        wait = fault.retry_after
        if wait is None:
            wait = random.uniform(0, min(rules.cap, rules.base * 2 ** (attempts - 1)))  # noqa: S311 - jitter
        if fault.kind == "rate_limited":
            lane.limiter.slow_down(slot, min(wait, rules.honour))
        if not fault.resend or attempts > rules.limit or wait > rules.honour:
            return None
        return wait if lane.loop.time() + wait < until else None


def _held(lane: _Lane, target: Target) -> Waiting | None:
    """What a call on the key would have to wait for now, if it is worth a word."""
    pause = lane.limiter.pause(target.key_id)
    if pause >= _SAID_S:
        return Waiting("asked", pause)
    return Waiting("busy") if lane.limiter.is_full(target.key_id) else None


def _retrying(fault: WireFault, wait: float) -> Waiting:
    return Waiting("again" if fault.retry_after is None else "asked", wait)


def _completion(answer: Answer, started: float, first_byte: float, attempts: int) -> Completion:
    finished = answer.finished
    return Completion(
        answer.text,
        answer.tool_calls,
        finished.finish_reason,
        finished.usage,
        finished.refusal,
        finished.model,
        first_byte - started,
        asyncio.get_running_loop().time() - started,
        attempts,
    )


def _report(fault: WireFault, target: Target, attempts: int) -> ProviderFailure:
    """The error for people; the log gets ids and a kind."""
    log.info(
        "call failed: provider=%s key=%s kind=%s status=%s attempts=%d",
        target.provider,
        target.key_id,
        fault.kind,
        fault.status,
        attempts,
    )
    return failure(fault, target)
