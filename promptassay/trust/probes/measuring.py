"""Probe of the status page: a lie detector for the measurements, for what is made of them, and for what is shown."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string

from promptassay.providers.gateway import Gateway
from promptassay.trust.probes import Canaries, Outcome, progress
from promptassay.trust.status import clock, decoy, documents, page, probes, queries, states
from promptassay.trust.status.components import COMPONENTS, DECOY, STALE, Component
from promptassay.trust.status.record import Record, Sample, Verdict
from promptassay.trust.status.states import Sight, State

_SHOWN: Final = re.compile(r'<span class="state">([^<]*)</span>')


@dataclass
class _Seen:
    """What was asked, and where an answer was not true."""

    asked: dict[str, int] = field(default_factory=dict)
    lies: list[str] = field(default_factory=list)

    def ask(self, kind: str, is_true: bool, lie: str) -> None:
        self.asked[kind] = self.asked.get(kind, 0) + 1
        progress.tell(f"{kind}, {self.asked[kind]}: {'true' if is_true else lie}")
        if not is_true:
            self.lies.append(lie)


def lie_detector(canaries: Canaries) -> Outcome:
    """A decoy measured down and up; invented failures, gaps and old successes shown; the age of the last round."""
    now = clock.now()
    seen = _Seen()
    asyncio.run(_decoys(seen, now))
    for component in (each for each in COMPONENTS if each.built):
        _is_told(seen, component, now)
    _is_shown(seen, now)
    record = queries.read_record(now)
    if record.last_round is None and not seen.lies:
        return Outcome("unset", seen.asked, "No round of measurements was made here yet.")
    _is_fresh(seen, record, now)
    return Outcome("failed" if seen.lies else "held", {**seen.asked, "lies": len(seen.lies)}, "; ".join(seen.lies[:5]))


async def _decoys(seen: _Seen, now: datetime) -> None:
    """The very measurement that providers get, of a decoy that is down, and of one that answers."""
    async with Gateway() as gateway:
        for down in (True, False):
            async with decoy.standing(down=down) as target:
                sample = await probes.reach(DECOY, gateway, target, now)
            is_true = (sample.verdict is Verdict.FAIL) is down
            seen.ask(
                "decoys measured", is_true, f"a decoy that was {'down' if down else 'up'} was measured as the other"
            )


def _is_told(seen: _Seen, component: Component, now: datetime) -> None:
    """What one component's states say of an invented failure, of a success that is too old, and of no measurement."""
    old = now - STALE - timedelta(seconds=1)
    for kind, sample, state in (
        ("failures shown", Sample(component.id, now, Verdict.FAIL, None, "unreachable"), State.DOWN),
        ("old successes shown", Sample(component.id, old, Verdict.PASS, 1.0), State.UNKNOWN),
        ("gaps shown", None, State.UNKNOWN),
    ):
        record = Record(now, now, True, (), {component.id: sample} if sample else {})
        line = next(each for each in states.status_of(record, now).lines if each.component == component)
        seen.ask(kind, line.state is state, f"{component.title}: {kind} as {line.state}")


def _is_shown(seen: _Seen, now: datetime) -> None:
    """The page and its JSON, made from a record in which every measurement failed."""
    samples = {each.id: Sample(each.id, now, Verdict.FAIL, None, "unreachable") for each in COMPONENTS if each.built}
    status = states.status_of(Record(now, now, True, (), samples), now)
    shown = _SHOWN.findall(render_to_string("trust/status_show.html", page.context(status)))
    seen.ask("pages read", len(shown) >= len(samples), "the page leaves components out")
    seen.ask("pages read", State.UP not in shown, "the page shows failed measurements as operational")
    told = orjson.loads(DjangoJSONEncoder().encode(documents.as_json(status)))
    claimed = {told["state"], *(each["state"] for each in told["components"])}
    seen.ask("pages read", State.UP not in claimed, "the JSON tells failed measurements as operational")
    health = documents.as_health(status)
    seen.ask("pages read", health[1] == 503, "the health for monitors tells failed measurements as well")


def _is_fresh(seen: _Seen, record: Record, now: datetime) -> None:
    """The measurements of this instance: made a moment ago, and never blind to the decoy."""
    last = record.last_round
    seen.ask("rounds", last is not None and now - last <= STALE, "the measurements have stopped")
    sight, words = states.sight_of(record, now)
    seen.ask("rounds", sight is not Sight.BLIND, words)
