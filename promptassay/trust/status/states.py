"""What a record means at a moment: states, bars, the detector. Pure: age is counted by the reader's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import floor
from typing import Final

from promptassay.trust.status.components import (
    COMPONENTS,
    DAYS_KEPT,
    DECOY,
    REASONS,
    RED_BELOW,
    STALE,
    Component,
)
from promptassay.trust.status.record import Day, Incident, Pace, Record, Sample, Trial, Verdict


class State(StrEnum):
    """How a component stands; nothing but a measurement makes it operational."""

    UP = "operational"
    SLOW = "slow"
    DOWN = "down"
    UNKNOWN = "unknown"
    UNUSED = "not used here"


class Sight(StrEnum):
    """Whether the measurements saw the decoy down when it was."""

    SEEN = "seen down"
    UNTRIED = "not tried yet"
    BLIND = "missed"


_STATE_OF: Final = {Verdict.PASS: State.UP, Verdict.WARN: State.SLOW, Verdict.FAIL: State.DOWN}
_TONES: Final = {State.UP: "good", State.SLOW: "warn", State.DOWN: "bad"}


@dataclass(frozen=True)
class Bar:
    """One UTC day of a component, to be drawn. `at` is its place from the left, from 0; its height tells the tone."""

    at: int
    day: str
    tone: str
    words: str

    @property
    def x(self) -> int:
        """Where it begins on a width of 360 for 90 days."""
        return 4 * self.at

    @property
    def height(self) -> int:
        """Out of 22: the worse the day, the lower the bar."""
        return {"good": 22, "warn": 16, "bad": 9}.get(self.tone, 0)

    @property
    def y(self) -> int:
        """Bars stand on one ground."""
        return 22 - self.height


@dataclass(frozen=True)
class Line:
    """A component as it stands. `words` say why; `share` is its availability over the days that were measured."""

    component: Component
    state: State
    words: str
    sample: Sample | None
    pace: Pace | None
    bars: list[Bar]
    share: float | None
    incident: Incident | None

    @property
    def percent(self) -> str:
        """Its availability, rounded down: only what never failed has the whole."""
        return "–" if self.share is None else f"{floor(self.share * 10_000) / 100:.2f} %"

    @property
    def pace_words(self) -> str:
        """The figures of the last 24 hours, of a component that is measured now."""
        if self.pace is None or self.state in (State.UNKNOWN, State.UNUSED):
            return ""
        return f"p50 {with_unit(self.component, self.pace.p50)}, p95 {with_unit(self.component, self.pace.p95)}"

    @property
    def tone(self) -> str:
        """The tone of its state, which also gives its shape."""
        return _TONES.get(self.state, "")

    @property
    def value(self) -> str:
        """The latest value with its unit, of a component that answered."""
        if self.sample is None or self.sample.value is None or self.state not in (State.UP, State.SLOW):
            return ""
        return with_unit(self.component, self.sample.value)


@dataclass(frozen=True)
class Status:
    """Everything that the pages tell."""

    now: datetime
    overall: State
    headline: str
    lines: list[Line]
    sight: Sight
    sight_words: str
    trials: list[Trial]
    decoy_bars: list[Bar]
    incidents: list[tuple[Component, Incident, str]]
    last_round: datetime | None
    read_at: datetime | None
    away_since: datetime | None

    @property
    def used(self) -> list[Line]:
        """The components that are used here."""
        return [line for line in self.lines if line.state is not State.UNUSED]

    @property
    def up(self) -> int:
        """How many of them answer, slowly or not."""
        return sum(line.state in (State.UP, State.SLOW) for line in self.used)

    @property
    def tone(self) -> str:
        """The tone of the whole."""
        return _TONES.get(self.overall, "")


def status_of(record: Record | None, now: datetime, away_since: datetime | None = None) -> Status:
    """What the record says now. `away_since`: since when the reader itself gets no answer from the database."""
    record = record or Record(read_at=now)
    sight, sight_words = sight_of(record, now)
    lines = [_line(component, record, now, away_since, sight) for component in COMPONENTS]
    overall, headline = _whole(lines, record, now, sight)
    by_id = {component.id: component for component in (*COMPONENTS, DECOY)}
    return Status(
        now=now,
        overall=overall,
        headline=headline,
        lines=lines,
        sight=sight,
        sight_words=sight_words,
        trials=record.trials,
        decoy_bars=[_decoy_bar(at, day, days) for at, day, days in _calendar(record.days.get(DECOY.id, []), now)],
        incidents=[
            (by_id[each.component], each, cause_of(each)) for each in record.incidents if each.component in by_id
        ],
        last_round=record.last_round,
        read_at=record.read_at if record.last_round else None,
        away_since=away_since,
    )


def state_of(sample: Sample | None, now: datetime) -> State:
    """What a component's latest measurement says now; an old one says nothing."""
    if sample is None or not -STALE <= now - sample.at <= STALE:
        return State.UNKNOWN
    return _STATE_OF[sample.verdict]


def sight_of(record: Record, now: datetime) -> tuple[Sight, str]:
    """The detector: were the decoy's minutes, the last rehearsal, and an invented failure seen as what they were?"""
    if not _tells_the_truth(now):
        return Sight.BLIND, "This page shows failed measurements as something else."
    if record.rehearsed is False:
        return Sight.BLIND, "In the last round nobody listened at the decoy's address, and it was measured as up."
    if record.trials and not record.trials[0].seen:
        return Sight.BLIND, "In its last minute the decoy was down, and it was measured as up."
    if record.trials:
        return Sight.SEEN, "Each measurement in its last minute found it down."
    return Sight.UNTRIED, "Its first minute comes within a day; in each round it is also found down once on purpose."


def _tells_the_truth(now: datetime) -> bool:
    """Whether a failure, and a success that is too old, are shown as such."""
    old = now - STALE - timedelta(seconds=1)
    return (
        state_of(Sample(DECOY.id, now, Verdict.FAIL), now) is State.DOWN
        and state_of(Sample(DECOY.id, old, Verdict.PASS), now) is State.UNKNOWN
        and state_of(None, now) is State.UNKNOWN
    )


def _line(component: Component, record: Record, now: datetime, away_since: datetime | None, sight: Sight) -> Line:
    sample = record.latest.get(component.id)
    state, words = _state_and_words(component, record, now, away_since, sight)
    days = record.days.get(component.id, [])
    return Line(
        component=component,
        state=state,
        words=words,
        sample=sample,
        pace=record.paces.get(component.id),
        bars=[] if state is State.UNUSED else [_bar(at, day, found) for at, day, found in _calendar(days, now)],
        share=share_of(days),
        incident=next(
            (each for each in record.incidents if each.component == component.id and each.closed_at is None), None
        ),
    )


def _state_and_words(
    component: Component, record: Record, now: datetime, away_since: datetime | None, sight: Sight
) -> tuple[State, str]:
    if not component.built or component.id in record.unused:
        return State.UNUSED, ""
    if away_since is not None and component.core:
        return State.DOWN, "did not answer when this page was asked for"
    sample = record.latest.get(component.id)
    state = state_of(sample, now)
    if sample is None:
        return state, "not measured yet"
    if state is State.UNKNOWN:
        return state, f"last seen {ago(now - sample.at)}"
    if sight is Sight.BLIND and state in (State.UP, State.SLOW):
        return State.UNKNOWN, "measured, but the measurements missed the decoy"
    return state, REASONS.get(sample.reason, "")


def _whole(lines: Sequence[Line], record: Record, now: datetime, sight: Sight) -> tuple[State, str]:
    """The worst that is known, in one sentence; the unknown is never good."""
    used = [line for line in lines if line.state is not State.UNUSED]
    down, slow, unknown = (
        [line.component.title for line in used if line.state is state]
        for state in (State.DOWN, State.SLOW, State.UNKNOWN)
    )
    if sight is Sight.BLIND:
        return State.UNKNOWN, "These measurements cannot be trusted: they missed the decoy."
    if down:
        return State.DOWN, f"{_names(down)} {'is' if len(down) == 1 else 'are'} down."
    if not used or len(unknown) == len(used):
        since = f": the last round was {ago(now - record.last_round)}" if record.last_round else ""
        return State.UNKNOWN, f"Nothing is measured at the moment{since}."
    if unknown:
        return State.UNKNOWN, f"Nobody knows how {_names(unknown)} {'is' if len(unknown) == 1 else 'are'} doing."
    if slow:
        return State.SLOW, f"Everything answers; {_names(slow)} slowly."
    return State.UP, "Everything that is measured answers."


def _names(titles: Sequence[str]) -> str:
    if len(titles) > 3:
        return f"{len(titles)} components"
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def cause_of(incident: Incident) -> str:
    """Why an incident was one: the measured reasons with their counts, and what ended it."""
    failed = sum(incident.reasons.values())
    by_count = sorted(incident.reasons.items(), key=lambda pair: -pair[1])
    parts = [
        f"{REASONS.get(reason, 'failed')}{f' ({count})' if len(by_count) > 1 else ''}" for reason, count in by_count
    ]
    words = f"{failed} measurement{'' if failed == 1 else 's'} failed: {', '.join(parts)}."
    return f"{words} {incident.cause}".strip()


def share_of(days: Sequence[Day]) -> float | None:
    """(passed + slow) ÷ all measurements of all days that were measured; None when none was."""
    measured = sum(day.measured for day in days)
    return sum(day.passed + day.slow for day in days) / measured if measured else None


def with_unit(component: Component, value: float) -> str:
    """A value as people read it."""
    if component.unit == "s":
        return f"{value:.0f} s"
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"


def ago(age: timedelta) -> str:
    """An age in the largest unit that it fills."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute ago"
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if number := minutes // size:
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    raise AssertionError("an age fills some unit")


def _calendar(days: Sequence[Day], now: datetime) -> "list[tuple[int, str, Day | None]]":
    """The last 90 days, oldest first, each with what was measured in it."""
    by_day = {each.day: each for each in days}
    dates = [now.date() - timedelta(days=back) for back in range(DAYS_KEPT - 1, -1, -1)]
    return [(at, f"{date:%-d %b %Y}", by_day.get(date)) for at, date in enumerate(dates)]


def _bar(at: int, day: str, found: Day | None) -> Bar:
    if found is None or found.share is None:
        return Bar(at, day, "none", f"{day}: not measured")
    words = f"{day}: {found.measured - found.failed:,} of {found.measured:,} measurements answered"
    if found.failed == 0:
        return Bar(at, day, "good", words)
    return Bar(at, day, "warn" if found.share >= RED_BELOW else "bad", words)


def _decoy_bar(at: int, day: str, found: Day | None) -> Bar:
    if found is None or not found.measured:
        return Bar(at, day, "none", f"{day}: not measured")
    if found.failed:
        return Bar(at, day, "good", f"{day}: seen down")
    # A day on which its minute was measured in full cannot be without a failure.
    whole = found.measured >= 24 * 60 - 5
    return Bar(at, day, "bad" if whole else "none", f"{day}: {'missed' if whole else 'its minute was not measured'}")
