"""The statistics behind every figure of a run and of two runs compared, in plain Python.

Rates are fractions from 0 to 1, scores are 0 to 10, p values are two-sided. Each function names its source.
"""

import math
import random
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Generic, Literal, NamedTuple, TypeVar

CONFIDENCE: Final = 0.95
SIGNIFICANCE: Final = 0.05
POWER: Final = 0.8
SCORE_MARGIN: Final = 0.5
"""Scores that differ by less count as unchanged."""

_EXACT_SIGNED_RANK: Final = 100  # pairs up to which the signed-rank test counts every outcome
_EXACT_BINOMIAL: Final = 1000  # pairs up to which binomial tails are summed in whole numbers
_BOOTSTRAP_DRAWS: Final = 2_000_000
_NORMAL: Final = NormalDist()

K = TypeVar("K", bound=Hashable)
Change = Literal["improved", "regressed", "unchanged"]
Conclusion = Literal["better", "worse", "no difference seen", "too few cases to tell"]


class Interval(NamedTuple):
    """A confidence interval, both ends included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PassRate:
    """How many cases passed; `rate` is None when there are none. A case that passed partly counts partly."""

    passed: float
    total: int
    rate: float | None
    interval: Interval


@dataclass(frozen=True, slots=True)
class FlakyCase(Generic[K]):
    """A case whose repeats disagree: `passed` of `total` repeats passed."""

    case: K
    passed: int
    total: int


@dataclass(frozen=True, slots=True)
class PairedRates:
    """Two runs over the same cases, by verdict. `difference` is the change of the pass rate, new minus old.

    `detectable` is the smallest true change that this many cases would have shown with 80 % certainty, or
    None when they could not have shown any.
    """

    cases: int
    improved: int
    regressed: int
    difference: float
    interval: Interval
    p_value: float
    detectable: float | None
    conclusion: Conclusion


@dataclass(frozen=True, slots=True)
class PairedScores:
    """Two runs over the same cases, by score. `difference` is the mean of new minus old, in points."""

    cases: int
    improved: int
    regressed: int
    difference: float
    interval: Interval
    p_value: float
    detectable: float | None
    conclusion: Conclusion


def wilson_interval(passed: float, total: int, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval of a rate (Wilson 1927, without continuity correction); (0, 1) when total is 0.

    passed: 0 to total, a fraction where cases pass in part. Raises ValueError outside that.
    """
    if total < 0 or not 0 <= passed <= total:
        raise ValueError(f"{passed} of {total} is no rate")
    if total == 0:
        return Interval(0.0, 1.0)
    z = _quantile(confidence)
    rate = passed / total
    spread = 1 + z * z / total
    centre = (rate + z * z / (2 * total)) / spread
    half = z / spread * math.sqrt(rate * (1 - rate) / total + z * z / (4 * total * total))
    low = 0.0 if passed == 0 else max(0.0, centre - half)
    high = 1.0 if passed == total else min(1.0, centre + half)
    return Interval(low, high)


def pass_rate(by_case: Iterable[Sequence[bool]], confidence: float = CONFIDENCE) -> PassRate:
    """The mean over cases of the share of their repeats that passed, with Wilson's interval over cases.

    Repeats of one case are alike, so they do not narrow the interval: only further cases do. Cases without
    any verdict (all errors) are left out.
    """
    shares = [sum(repeats) / len(repeats) for repeats in by_case if repeats]
    passed = min(math.fsum(shares), float(len(shares)))
    rate = passed / len(shares) if shares else None
    return PassRate(passed, len(shares), rate, wilson_interval(passed, len(shares), confidence))


def percentile(values: Sequence[float], percent: float) -> float:
    """The percentile by linear interpolation between the two nearest values (Hyndman and Fan's type 7).

    percent: 0 to 100. Raises ValueError for no values or a percent outside.
    """
    return percentiles(values, (percent,))[0]


def percentiles(values: Sequence[float], percents: Sequence[float]) -> list[float]:
    """Several percentiles of the same values, which are sorted once; see `percentile`."""
    if not values or any(not 0 <= percent <= 100 for percent in percents):
        raise ValueError("percentiles need values, and percents from 0 to 100")
    ordered = sorted(values)
    found = []
    for percent in percents:
        position = (len(ordered) - 1) * percent / 100
        below = math.floor(position)
        share = position - below
        low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
        found.append(low if low == high or share == 0 else low * (1 - share) + high * share)
    return found


def mcnemar_exact(improved: int, regressed: int, *, mid_p: bool = False) -> float:
    """The p value of McNemar's exact test that improvements and regressions are equally likely.

    mid_p: half the probability of the observed outcome is left out (Fagerland and others 2013), which is less
    conservative. 1.0 when nothing changed.
    """
    if improved < 0 or regressed < 0:
        raise ValueError("counts are not negative")
    changed, fewer = improved + regressed, min(improved, regressed)
    tail, point = _fair_binomial(fewer, changed)
    return min(1.0, max(0.0, 2 * tail - point if mid_p else 2 * tail))


def paired_rate_interval(improved: int, regressed: int, cases: int, confidence: float = CONFIDENCE) -> Interval:
    """The interval of the change of a pass rate over the same cases (Bonett and Price 2012)."""
    if cases < improved + regressed or min(improved, regressed) < 0:
        raise ValueError(f"{improved} and {regressed} of {cases} cases cannot have changed")
    if cases == 0:
        return Interval(-1.0, 1.0)
    up, down = (improved + 1) / (cases + 2), (regressed + 1) / (cases + 2)
    half = _quantile(confidence) * math.sqrt((up + down - (up - down) ** 2) / (cases + 2))
    return Interval(max(-1.0, up - down - half), min(1.0, up - down + half))


def signed_rank_p(differences: Sequence[float]) -> float:
    """The p value of Wilcoxon's signed-rank test that differences are symmetric about 0; 1.0 when all are 0.

    Differences of 0 are left out, ties share their mean rank. Up to 100 differences the distribution is
    counted exactly, ties included; beyond, the normal approximation with correction for ties is used.
    """
    present = [each for each in differences if each != 0]
    if not present:
        return 1.0
    ranks = _doubled_ranks([abs(each) for each in present])
    positive = sum(rank for rank, each in zip(ranks, present, strict=True) if each > 0)
    total = sum(ranks)
    if len(present) <= _EXACT_SIGNED_RANK:
        return _signed_rank_exact(ranks, min(positive, total - positive))
    variance = sum(rank * rank for rank in ranks) / 4  # the mean ranks carry the correction for ties
    return min(1.0, 2 * _NORMAL.cdf(-abs(positive - total / 2) / math.sqrt(variance)))


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE, *, seed: int = 1) -> Interval:
    """The interval of a mean by the percentile bootstrap (Efron 1979); ValueError for no values.

    The same values and seed give the same interval. Beyond 2,000 values the normal approximation is used.
    """
    count = len(values)
    if not count:
        raise ValueError("a mean needs values")
    mean = math.fsum(values) / count
    if min(values) == max(values):
        return Interval(values[0], values[0])
    if count > 2000:
        half = _quantile(confidence) * _deviation(values) / math.sqrt(count)
        return Interval(mean - half, mean + half)
    draw = random.Random(seed)  # noqa: S311 -- a reproducible resampling, nothing secret
    resamples = min(10_000, max(1000, _BOOTSTRAP_DRAWS // count))
    means = [math.fsum(draw.choices(values, k=count)) / count for _ in range(resamples)]
    low, high = percentiles(means, (50 * (1 - confidence), 50 * (1 + confidence)))
    return Interval(low, high)


def cases_needed(difference: float, changed: float, *, power: float = POWER, significance: float = SIGNIFICANCE) -> int:
    """How many cases show a true change of the pass rate by `difference` (McNemar; Connor 1987).

    changed: the share of cases whose verdict changes at all, in either direction; it cannot be less than the
    difference, and counts as that where it is. Raises ValueError for a difference outside 0 (excluded) to 1.
    """
    if not 0 < abs(difference) <= 1:
        raise ValueError("a difference of rates lies between 0 and 1")
    return math.ceil(_needed(abs(difference), changed, power, significance) - 1e-9)


def further_cases_needed(
    cases: int, difference: float, changed: float, *, power: float = POWER, significance: float = SIGNIFICANCE
) -> int:
    """How many cases more than these are needed to show a change of that size; 0 when there are enough."""
    return max(0, cases_needed(difference, changed, power=power, significance=significance) - cases)


def detectable_difference(
    cases: int, changed: float, *, power: float = POWER, significance: float = SIGNIFICANCE
) -> float | None:
    """The smallest true change of the pass rate that so many cases show with that power; None for too few.

    The inverse of `cases_needed`, see there for `changed`.
    """
    if cases < 1 or _needed(1.0, changed, power, significance) > cases:
        return None
    low, high = 0.0, 1.0
    for _ in range(60):  # halving 60 times is as exact as a float is
        middle = (low + high) / 2
        if middle > 0 and _needed(middle, changed, power, significance) <= cases:
            high = middle
        else:
            low = middle
    return high


def detectable_score_difference(
    cases: int, deviation: float, *, power: float = POWER, significance: float = SIGNIFICANCE
) -> float | None:
    """The smallest true change of a mean score that so many pairs show; None for less than 2 pairs.

    deviation: the standard deviation of the differences, in points. A normal approximation.
    """
    if cases < 2:
        return None
    return (_quantile(1 - significance) + _NORMAL.inv_cdf(power)) * deviation / math.sqrt(cases)


def compare_rates(
    before: Sequence[bool],
    after: Sequence[bool],
    *,
    meaningful: float = 0.1,
    significance: float = SIGNIFICANCE,
) -> PairedRates:
    """Compare verdicts of the same cases, in the same order; ValueError when the lengths differ.

    meaningful: a change of the pass rate smaller than this does not matter to anybody. Without a significant
    difference the conclusion is “no difference seen” only if the interval rules out a change that large.
    """
    pairs = list(zip(before, after, strict=True))
    improved = sum(new and not old for old, new in pairs)
    regressed = sum(old and not new for old, new in pairs)
    cases = len(pairs)
    difference = (improved - regressed) / cases if cases else 0.0
    interval = paired_rate_interval(improved, regressed, cases, 1 - significance)
    p_value = mcnemar_exact(improved, regressed)
    detectable = detectable_difference(cases, (improved + regressed) / cases if cases else 0.0)
    conclusion = _conclude(difference, interval, p_value, meaningful, significance)
    return PairedRates(cases, improved, regressed, difference, interval, p_value, detectable, conclusion)


def compare_scores(
    before: Sequence[float],
    after: Sequence[float],
    *,
    margin: float = SCORE_MARGIN,
    significance: float = SIGNIFICANCE,
) -> PairedScores:
    """Compare scores of the same cases, in the same order; ValueError when the lengths differ.

    margin: in points; a smaller change of a case is “unchanged”, one of the mean does not matter.
    """
    differences = [round(new - old, 9) for old, new in zip(before, after, strict=True)]
    changes = [change(each, margin) for each in differences]
    cases = len(differences)
    difference = math.fsum(differences) / cases if cases else 0.0
    interval = mean_interval(differences, 1 - significance) if cases > 1 else Interval(-10.0, 10.0)
    p_value = signed_rank_p(differences)
    detectable = detectable_score_difference(cases, _deviation(differences)) if cases > 1 else None
    conclusion = _conclude(difference, interval, p_value, margin, significance)
    improved, regressed = changes.count("improved"), changes.count("regressed")
    return PairedScores(cases, improved, regressed, difference, interval, p_value, detectable, conclusion)


def change(difference: float, margin: float = SCORE_MARGIN) -> Change:
    """What a change of one case's score, in points, counts as; the margin itself counts as a change."""
    if abs(difference) < margin - 1e-9 or difference == 0:
        return "unchanged"
    return "improved" if difference > 0 else "regressed"


def flaky_cases(by_case: Mapping[K, Sequence[bool]]) -> list[FlakyCase[K]]:
    """The cases whose repeats disagree, nearest to a coin toss first; errors are no verdicts."""
    found = [FlakyCase(case, sum(repeats), len(repeats)) for case, repeats in by_case.items()]
    mixed = [each for each in found if 0 < each.passed < each.total]
    return sorted(mixed, key=lambda each: abs(each.passed / each.total - 0.5))


def _conclude(
    difference: float, interval: Interval, p_value: float, meaningful: float, significance: float
) -> Conclusion:
    if p_value <= significance and difference != 0:
        return "better" if difference > 0 else "worse"
    if -meaningful < interval.low and interval.high < meaningful:
        return "no difference seen"
    return "too few cases to tell"


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    return _NORMAL.inv_cdf(0.5 + confidence / 2)


def _fair_binomial(most: int, tosses: int) -> tuple[float, float]:
    """P(X <= most) and P(X = most) for the heads of so many tosses of a fair coin; `most` is at most half."""
    if tosses <= _EXACT_BINOMIAL:
        point = term = math.comb(tosses, most)
        tail = 0
        for heads in range(most, -1, -1):
            tail += term
            term = term * heads // (tosses - heads + 1)
        return tail / 2**tosses, point / 2**tosses
    log_ways = math.lgamma(tosses + 1) - math.lgamma(most + 1) - math.lgamma(tosses - most + 1)
    log_point = log_ways - tosses * math.log(2)
    ratio, share = 1.0, 0.0
    for heads in range(most, -1, -1):
        share += ratio
        ratio *= heads / (tosses - heads + 1)
        if ratio < share * 1e-18:
            break
    return math.exp(log_point) * share, math.exp(log_point)


def _doubled_ranks(sizes: Sequence[float]) -> list[int]:
    """Twice the mean rank of each value, which is a whole number also for ties."""
    order = sorted(range(len(sizes)), key=sizes.__getitem__)
    ranks = [0] * len(sizes)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and sizes[order[last + 1]] == sizes[order[first]]:
            last += 1
        for place in range(first, last + 1):
            ranks[order[place]] = first + last + 2
        first = last + 1
    return ranks


def _signed_rank_exact(ranks: Sequence[int], smaller: int) -> float:
    """Twice P(sum of the ranks with a plus <= smaller), all choices of signs being equally likely.

    The number of choices for every sum is packed into one whole number with a field for each sum, so that
    adding a rank is one shift and one addition.
    """
    width = len(ranks) + 1
    ways = 1
    for rank in ranks:
        ways += ways << (rank * width)
    field = (1 << width) - 1
    low_part = ways & ((1 << ((smaller + 1) * width)) - 1)
    tail = 0
    for packed in range(smaller + 1):
        tail += (low_part >> (packed * width)) & field
    return min(1.0, 2 * tail / (1 << len(ranks)))


def _needed(difference: float, changed: float, power: float, significance: float) -> float:
    share = min(1.0, max(changed, difference))
    chance = _quantile(1 - significance) * math.sqrt(share)
    spread = _NORMAL.inv_cdf(power) * math.sqrt(share - difference * difference)
    return ((chance + spread) / difference) ** 2


def _deviation(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((each - mean) * (each - mean) for each in values) / (len(values) - 1))
