"""What was measured, as plain values: what the pages are made from, and what is kept for when the database is away."""

from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Self

import orjson

_FORMAT: Final = 2


class Verdict(StrEnum):
    """What one measurement found; the words of health+json."""

    PASS = "pass"  # noqa: S105 - a word
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Sample:
    """One measurement. `value` is in the component's unit, None where nothing came; `reason` a key of REASONS."""

    component: str
    at: datetime
    verdict: Verdict
    value: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Day:
    """The measurements of one UTC day: how many passed, were slow, failed; the middle and the 95th per cent."""

    day: date
    passed: int
    slow: int
    failed: int
    p50: float | None = None
    p95: float | None = None

    @property
    def measured(self) -> int:
        """How many measurements there were."""
        return self.passed + self.slow + self.failed

    @property
    def share(self) -> float | None:
        """Which share of them found an answer; None without any."""
        return (self.passed + self.slow) / self.measured if self.measured else None


@dataclass(frozen=True)
class Note:
    """What the operator said of an incident at a moment; `is_cause` where it names the cause."""

    at: datetime
    words: str
    is_cause: bool = False


@dataclass(frozen=True)
class Incident:
    """Failures in a row, by reason. `cause` is what ended it, where that was no measurement; `notes` are in order."""

    number: int
    component: str
    opened_at: datetime
    closed_at: datetime | None
    reasons: dict[str, int]
    cause: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def operators_cause(self) -> str:
        """The cause as the operator last named it; empty while it has not."""
        return next((each.words for each in reversed(self.notes) if each.is_cause), "")


@dataclass(frozen=True)
class Trial:
    """A minute in which the decoy was down, and whether each measurement in it said so."""

    start: datetime
    measurements: int
    seen: bool


@dataclass(frozen=True)
class Pace:
    """The middle and the 95th per cent of the last 24 hours, in the component's unit."""

    p50: float
    p95: float


@dataclass(frozen=True)
class Record:
    """All that the pages tell, as it was read at one moment; what it means for now is `states`' to say.

    `rehearsed`: whether the last round saw the decoy down when nobody listened there.
    """

    read_at: datetime
    last_round: datetime | None = None
    rehearsed: bool | None = None
    unused: tuple[str, ...] = ()
    latest: dict[str, Sample] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    days: dict[str, list[Day]] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)

    def as_json(self) -> bytes:
        """For a file that `from_json` reads."""
        return orjson.dumps({"format": _FORMAT} | asdict(self))

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Raises ValueError, KeyError or TypeError for anything else than `as_json` wrote."""
        found = orjson.loads(text)
        if not isinstance(found, dict) or found.pop("format", None) != _FORMAT:
            raise ValueError("another format")
        return cls(
            read_at=_time(found["read_at"]),
            last_round=_maybe(found["last_round"]),
            rehearsed=found["rehearsed"],
            unused=tuple(found["unused"]),
            latest={name: _sample(each) for name, each in found["latest"].items()},
            paces={name: Pace(**each) for name, each in found["paces"].items()},
            days={name: [_day(each) for each in days] for name, days in found["days"].items()},
            incidents=[_incident(each) for each in found["incidents"]],
            trials=[Trial(**{**each, "start": _time(each["start"])}) for each in found["trials"]],
        )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else _time(text)


def _sample(found: dict[str, Any]) -> Sample:
    return Sample(**{**found, "at": _time(found["at"]), "verdict": Verdict(found["verdict"])})


def _day(found: dict[str, Any]) -> Day:
    return Day(**{**found, "day": date.fromisoformat(found["day"])})


def _incident(found: dict[str, Any]) -> Incident:
    times = {"opened_at": _time(found["opened_at"]), "closed_at": _maybe(found["closed_at"])}
    notes = tuple(Note(_time(each["at"]), each["words"], each["is_cause"]) for each in found["notes"])
    return Incident(**{each.name: found[each.name] for each in fields(Incident)} | times | {"notes": notes})
