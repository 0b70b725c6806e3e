"""What the figures of a run mean, in words: held against the threshold, and against each other."""

from dataclasses import dataclass
from typing import Literal

from promptassay.evals.queries.compare import Comparison
from promptassay.evals.statistics import PassRate

State = Literal["pass", "fail", "wait"]


@dataclass(frozen=True)
class Verdict:
    """A pass rate against the threshold. `certain` says that the whole interval lies on one side of it."""

    state: State
    certain: bool
    figures: str
    words: str

    @property
    def text(self) -> str:
        """Figures and words as one sentence part: “91 % of 24, interval 74–98 %: meets 90 %”."""
        return f"{self.figures}: {self.words}" if self.figures else self.words


def against_threshold(rate: PassRate, threshold: float, *, over: bool = False) -> Verdict:
    """The verdict on a column; `wait` while there is nothing to go by. over: no more will come."""
    if rate.rate is None:
        return Verdict("wait", False, "", "no verdict" if over else "no verdict yet")
    low, high = rate.interval
    meets = rate.rate >= threshold - 1e-9
    digits = 1 if not meets and abs(rate.rate - threshold) < 0.01 else 0
    figures = f"{share(rate.rate, digits)} of {rate.total:,}, interval {low * 100:.0f}–{high * 100:.0f} %"
    words = f"{'meets' if meets else 'below'} {share(threshold, 0 if round(threshold * 100, 6) % 1 == 0 else 1)}"
    return Verdict("pass" if meets else "fail", low >= threshold or high < threshold, figures, words)


def share(value: float, digits: int = 0) -> str:
    """A share as per cent, as the pages write it."""
    return f"{value * 100:.{digits}f} %"


def headline(comparison: Comparison) -> str:
    """The comparison in one sentence."""
    paired = comparison.paired
    new, old = comparison.after.label, comparison.before.label
    if paired.cases == 0:
        return "No case has a verdict on both sides yet."
    rates = f"{share(comparison.after_rate)} against {share(comparison.before_rate)}"
    points = abs(round(paired.difference * 100))
    if paired.conclusion == "better":
        return f"{new} passes {points} {_points(points)} more often than {old}: {rates}."
    if paired.conclusion == "worse":
        return f"{new} passes {points} {_points(points)} less often than {old}: {rates}."
    if paired.conclusion == "no difference seen":
        return f"No difference seen between {new} and {old}: {rates}."
    return f"Too few cases to tell {new} from {old}: {rates}."


def evidence(comparison: Comparison) -> str:
    """What stands behind the headline: interval, test, and what this suite could have seen."""
    paired = comparison.paired
    low, high = paired.interval
    sentence = (
        f"Interval {low * 100:+.0f} to {high * 100:+.0f} points (95 %, paired over {paired.cases:,} "
        f"{'case' if paired.cases == 1 else 'cases'}, exact McNemar p = {p_value(paired.p_value)})."
    )
    if paired.detectable is None:
        return f"{sentence} So few cases could not have shown any difference."
    return f"{sentence} This suite could have seen a difference of {points_up(paired.detectable)} points or more."


def p_value(value: float) -> str:
    """A p value to three decimals, or how small it is."""
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def points_up(value: float) -> int:
    """A share as whole points, rounded up: a difference that was just missed is not claimed."""
    return int(-(-round(value * 100, 6) // 1))


def _points(count: int) -> str:
    return "point" if count == 1 else "points"
