"""The past of each claim: ninety days as bars, the stretches in which it was not proven, and why. Reads no evidence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db.models import F

from promptassay.trust.claims import CLAIMS, HERE, OPERATOR, Claim
from promptassay.trust.models import Lapse, ProofDay
from promptassay.trust.status.states import Bar
from promptassay.trust.summing import SILENT

DAYS: Final = 90
# Lapses that pages look at; a proof that flaps makes 288 of them a day.
LAPSES_READ: Final = 300
WORDS: Final = {
    "failed": "did not hold",
    "error": "could not be made",
    "unset": "nothing was configured to try",
    SILENT: "did not run",
    "lowered": "lowered by the operator",
}
_RED: Final = ("failed", "error", "lowered")
_TONES: Final = ("good", "warn", "bad")


@dataclass(frozen=True)
class Stretch:
    """One lapse as a page tells it."""

    lapse: Lapse
    now: datetime

    @property
    def words(self) -> str:
        return WORDS.get(self.lapse.verdict, self.lapse.verdict)

    @property
    def is_red(self) -> bool:
        return self.lapse.verdict in _RED

    @property
    def is_operators(self) -> bool:
        return self.lapse.proof == OPERATOR.id

    @property
    def lasted(self) -> str:
        """How long it lasted, or has lasted so far."""
        return span((self.lapse.ended_at or self.now) - self.lapse.began_at)


@dataclass(frozen=True)
class Story:
    """A claim's past. `bars` are days, oldest first; `stretches` what was not proven, newest first."""

    bars: tuple[Bar, ...]
    stretches: tuple[Stretch, ...]

    @property
    def red(self) -> list[Stretch]:
        """The stretches in which it failed."""
        return [each for each in self.stretches if each.is_red]

    @property
    def recorded(self) -> int:
        """How many of the days have a run."""
        return sum(bar.tone != "none" for bar in self.bars)

    @property
    def paths(self) -> list[tuple[str, str]]:
        """The bars of each tone as one outline, for pages that draw many rows of them."""
        found = []
        for tone in _TONES:
            outline = "".join(f"M{bar.x} {bar.y}h3v{bar.height}h-3z" for bar in self.bars if bar.tone == tone)
            if outline:
                found.append((tone, outline))
        return found

    @property
    def words(self) -> str:
        """The past in one sentence."""
        if not self.recorded:
            return "No run is recorded yet."
        days = f"{self.recorded} day{'' if self.recorded == 1 else 's'}"
        if not self.red:
            return f"Never red in {days} on record."
        times = "once" if len(self.red) == 1 else f"{len(self.red)} times"
        last = self.red[0]
        if last.lapse.ended_at is None:
            return f"Red since {last.lapse.began_at:%-d %b, %H:%M} UTC, for {last.lasted}; {times} in {days} on record."
        return f"Red {times} in {days} on record, last on {last.lapse.began_at:%-d %b, %H:%M} UTC for {last.lasted}."


def stories(now: datetime, only: Claim | None = None) -> dict[str, Story]:
    """The past of every claim, or of one, by its id."""
    wanted = [only] if only else list(CLAIMS)
    first = now.astimezone(UTC).date() - timedelta(days=DAYS - 1)
    days: dict[tuple[str, date], ProofDay] = {
        (each.proof, each.day): each
        for each in ProofDay.objects.filter(
            proof__in=[proof.id for claim in wanted for proof in claim.proofs], day__gte=first
        )
    }
    lapses = defaultdict(list)
    since = datetime.combine(first, time(), UTC)
    calendar = [(day, f"{day:%-d %b %Y}") for day in (first + timedelta(days=at) for at in range(DAYS))]
    found = Lapse.objects.filter(claim__in=[claim.id for claim in wanted]).exclude(ended_at__lt=since)
    for lapse in found.order_by(F("ended_at").desc(nulls_first=True), "-began_at")[:LAPSES_READ]:
        lapses[lapse.claim].append(Stretch(lapse, now))
    return {
        claim.id: Story(tuple(_bars(claim, days, lapses[claim.id], calendar)), tuple(lapses[claim.id]))
        for claim in wanted
    }


def _bars(
    claim: Claim,
    days: dict[tuple[str, date], ProofDay],
    stretches: Sequence[Stretch],
    calendar: Sequence[tuple[date, str]],
) -> list[Bar]:
    marked: dict[date, set[str]] = defaultdict(set)
    for each in stretches:
        if each.lapse.verdict in (SILENT, "lowered"):
            day = max(calendar[0][0], each.lapse.began_at.astimezone(UTC).date())
            while day <= (each.lapse.ended_at or each.now).astimezone(UTC).date():
                marked[day].add(each.lapse.verdict)
                day += timedelta(days=1)
    # A proof that is new says nothing of the days before it; the tests of a build speak once in its life.
    here = [proof.id for proof in claim.proofs if proof.kind in HERE]
    since = {proof: min((day for name, day in days if name == proof), default=date.max) for proof in here}
    bars = []
    for at, (day, name) in enumerate(calendar):
        runs = [days[proof.id, day] for proof in claim.proofs if (proof.id, day) in days]
        whole = all((proof, day) in days for proof in here if since[proof] <= day)
        bars.append(_bar(at, name, runs, marked[day], whole=whole))
    return bars


def _bar(at: int, name: str, runs: Sequence[ProofDay], marks: set[str], *, whole: bool) -> Bar:
    held, red, unset = sum(each.held for each in runs), sum(each.red for each in runs), sum(each.unset for each in runs)
    total = held + red + unset
    if "lowered" in marks:
        return Bar(at, name, "bad", f"{name}: lowered by the operator")
    if not total:
        return Bar(at, name, "none", f"{name}: no run")
    if red:
        return Bar(at, name, "bad", f"{name}: {red:,} of {total:,} runs did not hold")
    if unset or not whole:
        return Bar(at, name, "none", f"{name}: {held:,} of {total:,} runs held, the others had nothing to try")
    if SILENT in marks:
        return Bar(at, name, "warn", f"{name}: {total:,} runs held, with a gap")
    return Bar(at, name, "good", f"{name}: {total:,} runs held")


def span(length: timedelta) -> str:
    """A length of time in its two largest units."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return f"{max(0, int(length.total_seconds()))} s"
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return " ".join(parts[:2])
