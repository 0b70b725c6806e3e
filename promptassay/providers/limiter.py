"""How many calls may be in flight on one key: more while they succeed, half after a 429."""

import asyncio
from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Lane:
    limit: int
    active: int = 0
    won: int = 0
    era: int = 0
    open_at: float = 0.0
    waiting: deque["asyncio.Future[None]"] = field(default_factory=deque)
    timer: asyncio.TimerHandle | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to one call on a key; give it back with `release`."""

    key_id: str
    era: int


class KeyLimiter:
    """Additive increase, multiplicative decrease, per key. Belongs to one event loop.

    A key starts with `initial` calls in flight. Each time that many have succeeded it gets one more, up to
    `most`. A 429 halves it, once for all the calls under way, and nobody starts before the pause is over.
    """

    def __init__(self, *, initial: int = 64, most: int = 256) -> None:
        self._initial = initial
        self._most = most
        self._lanes: dict[str, _Lane] = {}

    def limit(self, key_id: str) -> int:
        """The number of calls that may be in flight on the key now."""
        return self._lane(key_id).limit

    def _lane(self, key_id: str) -> _Lane:
        lane = self._lanes.get(key_id)
        if lane is None:
            lane = self._lanes[key_id] = _Lane(self._initial)
        return lane

    def try_acquire(self, key_id: str) -> Slot | None:
        """A slot if there is one now and nobody waits for it."""
        lane = self._lane(key_id)
        if lane.active >= lane.limit or lane.waiting or lane.open_at:
            return None
        lane.active += 1
        return Slot(key_id, lane.era)

    def pause(self, key_id: str) -> float:
        """Seconds until calls on the key may start again after a 429; 0 when they may now."""
        return max(0.0, self._lane(key_id).open_at - asyncio.get_running_loop().time())

    def is_full(self, key_id: str) -> bool:
        """Whether as many calls as may be are in flight on the key, or others wait in line."""
        lane = self._lane(key_id)
        return lane.active >= lane.limit or bool(lane.waiting)

    async def acquire(self, key_id: str) -> Slot:
        """Waits for its turn; first come, first served."""
        lane = self._lane(key_id)
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        lane.waiting.append(turn)
        self._wake(lane)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                lane.active -= 1
                self._wake(lane)
            raise
        return Slot(key_id, lane.era)

    def release(self, slot: Slot) -> None:
        """Gives the slot back."""
        lane = self._lane(slot.key_id)
        lane.active -= 1
        self._wake(lane)

    def succeeded(self, slot: Slot) -> None:
        """Counts a call that went well."""
        lane = self._lane(slot.key_id)
        lane.won += 1
        if lane.won >= lane.limit:
            lane.won = 0
            lane.limit = min(lane.limit + 1, self._most)
            self._wake(lane)

    def slow_down(self, slot: Slot, pause: float) -> None:
        """The provider answered 429: halve, and let nobody start for `pause` seconds."""
        lane = self._lane(slot.key_id)
        if slot.era == lane.era:
            lane.era += 1
            lane.won = 0
            lane.limit = max(1, lane.limit // 2)
        lane.open_at = max(lane.open_at, asyncio.get_running_loop().time() + pause)

    def _wake(self, lane: _Lane) -> None:
        loop = asyncio.get_running_loop()
        if lane.open_at:
            if loop.time() < lane.open_at:
                if lane.waiting and (lane.timer is None or lane.timer.when() < lane.open_at):
                    if lane.timer is not None:
                        lane.timer.cancel()
                    lane.timer = loop.call_at(lane.open_at, self._reopen, lane)
                return
            lane.open_at = 0.0
        while lane.waiting and lane.active < lane.limit:
            turn = lane.waiting.popleft()
            if not turn.done():
                lane.active += 1
                turn.set_result(None)

    def _reopen(self, lane: _Lane) -> None:
        lane.timer = None
        self._wake(lane)
