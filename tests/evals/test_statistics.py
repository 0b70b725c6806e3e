"""Statistics against values of SciPy 1.17.1, statsmodels 0.15.0 and NumPy 2.4.6, and against their own laws.

The reference values were computed once with those libraries, which are not needed to run this.
"""

import itertools
import math
import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.evals.statistics import (
    FlakyCase,
    Interval,
    cases_needed,
    change,
    compare_rates,
    compare_scores,
    detectable_difference,
    detectable_score_difference,
    flaky_cases,
    further_cases_needed,
    mcnemar_exact,
    mean_interval,
    paired_rate_interval,
    pass_rate,
    percentile,
    percentiles,
    signed_rank_p,
    wilson_interval,
)

EXACT = 1e-9

# passed, total, confidence, low, high: statsmodels.stats.proportion.proportion_confint(method="wilson")
WILSON = [
    (0, 1, 0.95, 0.0, 0.7934506856227626),
    (1, 1, 0.95, 0.20654931437723745, 1.0),
    (0, 24, 0.95, 0.0, 0.13797620467498017),
    (3, 24, 0.95, 0.04344334080123444, 0.31003881270500067),
    (17, 24, 0.95, 0.5083230633550337, 0.8508535180303913),
    (24, 24, 0.95, 0.8620237953250198, 1.0),
    (50, 100, 0.95, 0.4038315303659956, 0.5961684696340044),
    (50, 100, 0.99, 0.37527962504483986, 0.6247203749551602),
    (999, 1000, 0.95, 0.9943574414020421, 0.9998234536293739),
    (1, 5000, 0.9, 4.461970878022627e-05, 0.0008959800153535459),
    (4321, 5000, 0.95, 0.8544243819032877, 0.8734164239999327),
]
# improved, regressed, exact p: statsmodels mcnemar(exact=True); mid-p: 2 binom.cdf - binom.pmf of SciPy
MCNEMAR = [
    (1, 0, 1.0, 0.5),
    (5, 0, 0.0625, 0.03125),
    (6, 0, 0.03125, 0.015625),
    (6, 1, 0.125, 0.0703125),
    (3, 3, 1.0, 1.0),
    (10, 2, 0.03857421875, 0.0224609375),
    (2, 10, 0.03857421875, 0.0224609375),
    (12, 30, 0.007915897334896727, 0.0054015726545912895),
    (40, 41, 1.0, 0.9121566075526047),
    (250, 200, 0.02079180024760781, 0.018453405245606437),
    (700, 800, 0.010559255466711506, 0.009824629369101676),
    (1500, 1600, 0.07537169707532781, 0.07251506890654374),
    (3000, 2500, 1.6615256105422665e-11, 1.5204113038943934e-11),
]
# numpy.percentile of this list
VALUES = [3.2, 1.5, 9.9, 4.4, 4.4, 7.1, 0.3]
PERCENTILES = [
    (0, 0.3),
    (1, 0.372),
    (5, 0.66),
    (25, 2.35),
    (50, 4.4),
    (90, 8.22),
    (95, 9.059999999999999),
    (99, 9.732),
    (99.9, 9.883200000000002),
    (100, 9.9),
]
# scipy.stats.wilcoxon(method="exact"); the third has ties and zeros and was counted over all signs
SIGNED_RANK = [
    ([0.5, -1.2, 2.0, 3.1, -0.3, 4.2, 1.1, 0.9], 0.109375),
    ([-n if (n - 1) % 3 == 0 else n for n in range(1, 26)], 0.23036134243011475),
    ([1.0, 1, -1, 2, 2, 0, 3, -0.5, 0.5, 1.5, 0], 0.05078125),
]
# SciPy's wilcoxon with zero_method wilcox, without correction, method asymptotic
# fmt: off
MANY = [
    0.2, 0.4, -0.1, -0.7, -0.3, -0.8, 0.2, 1.5, -0.3, -0.5, 0.6, 0.5, 0.3, -0.8, 0.1, 0.8, -1.2, -0.3, -1.8, -1.1,
    -1.7, -0.1, -1.1, 0.4, 0.3, -0.0, -2.4, -0.4, 0.1, 0.3, -1.4, -0.3, -0.8, -0.7, 1.2, -0.7, 0.1, 1.0, -0.4, 0.0,
    0.3, 0.2, -1.1, 0.2, 1.5, -1.4, 1.0, 0.3, -0.5, 2.2, 0.9, -1.0, 0.2, 0.7, -0.0, 0.8, 0.1, 0.8, 1.6, -0.5, 0.4,
    -0.3, 0.3, -1.0, -0.4, -0.0, 1.0, 1.3, -1.2, -0.6, 0.8, -1.8, -0.3, 0.1, 1.4, 0.8, -0.2, -0.2, -0.1, 1.7, -0.3,
    -0.2, 0.5, 0.0, -0.0, -1.0, 0.1, -0.3, 1.3, 0.8, 0.1, 0.8, -0.2, 1.2, 0.1, 0.7, -1.1, 0.5, -1.5, -1.9, -0.2,
    -0.7, 0.3, 2.4, -0.7, -0.5, 0.4, 0.6, -0.0, -0.1, 0.9, 0.7, -0.9, 0.1, 0.2, -0.9, 0.4, -0.7, 1.1, 0.3, 0.2,
    -0.4, 0.0, -1.8, -1.0, 0.5, -2.0, 1.0, -1.6, 0.9, -0.7, 0.9, 0.3, -1.4, 1.4, 1.6, 0.1, -0.1, -0.0, -0.8, 1.2,
    -0.4, 0.1, -0.6, -0.5, -1.1, 1.4, -0.0, 1.1, 0.2,
]
# fmt: on
MANY_P = 0.9867133289318738
# difference, changed, cases: Connor's formula with the quantiles of SciPy, before rounding up
NEEDED = [
    (0.1, 0.2, 154.59856956021108),
    (0.05, 0.1, 311.5868751756675),
    (0.2, 0.2, 36.79459894376436),
    (0.3, 0.5, 41.16524233336481),
    (0.02, 0.4, 7846.521448148713),
]
# improved, regressed, cases, low, high: Bonett and Price's formula with the quantiles of SciPy
PAIRED = [
    (7, 1, 24, 0.009504558790755735, 0.45203390274770583),
    (0, 0, 24, -0.10660798648843675, 0.10660798648843675),
    (30, 10, 200, 0.03762886852136045, 0.1603909334588376),
]


@pytest.mark.parametrize(("passed", "total", "confidence", "low", "high"), WILSON)
def test_wilson_interval_matches_statsmodels(
    passed: int, total: int, confidence: float, low: float, high: float
) -> None:
    assert wilson_interval(passed, total, confidence) == pytest.approx((low, high), abs=EXACT)


@given(st.integers(1, 2000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilson_interval_holds_the_rate_and_is_symmetric(case: tuple[int, int]) -> None:
    passed, total = case
    low, high = wilson_interval(passed, total)
    assert 0 <= low <= passed / total <= high <= 1
    mirrored = wilson_interval(total - passed, total)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((low, high), abs=EXACT)
    wider = wilson_interval(passed, total, 0.99)
    assert wider.low <= low
    assert wider.high >= high


def test_wilson_interval_of_nothing_and_of_nonsense() -> None:
    assert wilson_interval(0, 0) == (0, 1)
    for passed, total, confidence in ((2, 1, 0.95), (-1, 1, 0.95), (0, -1, 0.95), (1, 2, 1.0), (1, 2, 0.0)):
        with pytest.raises(ValueError, match=r"rate|confidence"):
            wilson_interval(passed, total, confidence)


def test_wilson_interval_covers_as_often_as_it_says() -> None:
    total = 40
    intervals = [wilson_interval(passed, total) for passed in range(total + 1)]
    coverages = []
    for rate in [n / 100 for n in range(5, 96)]:
        ways = [math.comb(total, n) * rate**n * (1 - rate) ** (total - n) for n in range(total + 1)]
        coverages.append(
            math.fsum(way for way, (low, high) in zip(ways, intervals, strict=True) if low <= rate <= high)
        )
    assert min(coverages) > 0.9
    assert 0.94 < sum(coverages) / len(coverages) < 0.97


def test_pass_rate_counts_cases_and_not_repeats() -> None:
    rate = pass_rate([[True, True], [True, False], [False, False], []])
    assert (rate.passed, rate.total, rate.rate) == (1.5, 3, 0.5)
    assert pass_rate([[True] * 50, [False] * 50]).interval == wilson_interval(1, 2)
    assert pass_rate([]).rate is None
    assert pass_rate([]).interval == (0, 1)
    third = pass_rate([[True, True, True]] * 7 + [[True, True, False]])
    assert third.passed <= third.total


@pytest.mark.parametrize(("percent", "value"), PERCENTILES)
def test_percentiles_match_numpy(percent: float, value: float) -> None:
    assert percentile(VALUES, percent) == pytest.approx(value, abs=EXACT)


def test_percentiles_of_two_values() -> None:
    assert percentiles([20.0, 10.0], [0, 30, 50, 95, 100]) == pytest.approx([10.0, 13.0, 15.0, 19.5, 20.0], abs=EXACT)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50), st.lists(st.floats(0, 100), min_size=2, max_size=9))
def test_percentiles_grow_and_stay_inside(values: list[float], percents: list[float]) -> None:
    found = percentiles(values, sorted(percents))
    slack = 1e-6
    assert all(low <= high + slack for low, high in itertools.pairwise(found))
    assert min(values) - slack <= found[0]
    assert found[-1] <= max(values) + slack
    assert percentiles(values, [0, 100]) == [min(values), max(values)]


def test_percentiles_refuse_nonsense() -> None:
    for values, percent in (([], 50), ([1.0], -1), ([1.0], 101), ([1.0], math.nan)):
        with pytest.raises(ValueError, match="percentiles need"):
            percentile(values, percent)


@pytest.mark.parametrize(("improved", "regressed", "exact", "mid"), MCNEMAR)
def test_mcnemar_matches_statsmodels(improved: int, regressed: int, exact: float, mid: float) -> None:
    assert mcnemar_exact(improved, regressed) == pytest.approx(exact, rel=EXACT, abs=1e-15)
    assert mcnemar_exact(improved, regressed, mid_p=True) == pytest.approx(mid, rel=EXACT, abs=1e-15)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_a_symmetric_probability(improved: int, regressed: int) -> None:
    exact = mcnemar_exact(improved, regressed)
    assert 0 <= mcnemar_exact(improved, regressed, mid_p=True) <= exact <= 1
    assert exact == mcnemar_exact(regressed, improved)
    if improved > regressed:
        assert mcnemar_exact(improved + 1, regressed) <= exact


def test_mcnemar_of_nothing_and_the_seam_between_its_two_sums() -> None:
    assert mcnemar_exact(0, 0) == 1
    assert mcnemar_exact(480, 520) == pytest.approx(mcnemar_exact(481, 520), rel=0.1)
    with pytest.raises(ValueError, match="not negative"):
        mcnemar_exact(-1, 0)


@pytest.mark.parametrize(("improved", "regressed", "cases", "low", "high"), PAIRED)
def test_paired_interval_matches_the_formula(
    improved: int, regressed: int, cases: int, low: float, high: float
) -> None:
    assert paired_rate_interval(improved, regressed, cases) == pytest.approx((low, high), abs=EXACT)


def test_paired_interval_covers_as_often_as_it_says() -> None:
    cases, up, down = 30, 0.25, 0.1
    covered = 0.0
    for improved in range(cases + 1):
        for regressed in range(cases + 1 - improved):
            rest = cases - improved - regressed
            ways = math.comb(cases, improved) * math.comb(cases - improved, regressed)
            low, high = paired_rate_interval(improved, regressed, cases)
            if low <= up - down <= high:
                covered += ways * up**improved * down**regressed * (1 - up - down) ** rest
    assert 0.94 < covered < 0.98


def test_paired_interval_of_nothing_and_of_nonsense() -> None:
    assert paired_rate_interval(0, 0, 0) == (-1, 1)
    with pytest.raises(ValueError, match="cannot have changed"):
        paired_rate_interval(2, 2, 3)


def by_all_signs(differences: Sequence[float]) -> float:
    """The exact p value by trying every choice of signs, with ranks computed by counting."""
    present = [each for each in differences if each]
    sizes = [abs(each) for each in present]
    ranks = [sum(other < size for other in sizes) + (sum(other == size for other in sizes) + 1) / 2 for size in sizes]
    positive = sum(rank for rank, each in zip(ranks, present, strict=True) if each > 0)
    smaller = min(positive, sum(ranks) - positive)
    choices = itertools.product((0, 1), repeat=len(ranks))
    sums = [sum(itertools.compress(ranks, signs)) for signs in choices]
    return min(1.0, 2 * sum(each <= smaller + 1e-9 for each in sums) / len(sums))


@pytest.mark.parametrize(("differences", "p_value"), SIGNED_RANK)
def test_signed_rank_matches_scipy(differences: list[float], p_value: float) -> None:
    assert signed_rank_p(differences) == pytest.approx(p_value, abs=EXACT)


def test_signed_rank_of_many_differences_matches_scipy() -> None:
    assert len(MANY) == 150
    assert signed_rank_p(MANY) == pytest.approx(MANY_P, abs=EXACT)


@given(st.lists(st.integers(-4, 4).map(float), max_size=9))
def test_signed_rank_counts_every_choice_of_signs(differences: list[float]) -> None:
    expected = by_all_signs(differences) if any(differences) else 1.0
    assert signed_rank_p(differences) == pytest.approx(expected, abs=EXACT)


def test_signed_rank_joins_its_two_methods_smoothly_and_fast() -> None:
    draw = random.Random(3)
    differences = [round(draw.gauss(0.3, 1), 1) or 0.1 for _ in range(101)]
    started = time.perf_counter()
    exact, normal = signed_rank_p(differences[:100]), signed_rank_p(differences)
    assert time.perf_counter() - started < 2
    assert exact == pytest.approx(normal, rel=0.5, abs=0.01)


def test_mean_interval_is_reproducible_and_sensible() -> None:
    draw = random.Random(5)
    values = [draw.gauss(1, 2) for _ in range(60)]
    low, high = mean_interval(values)
    assert (low, high) == mean_interval(values)
    assert low < sum(values) / 60 < high
    # Close to the interval of the normal approximation: 1.96 x 2 / sqrt(60) on either side.
    assert high - low == pytest.approx(2 * 1.96 * 2 / math.sqrt(60), rel=0.25)
    assert mean_interval([3.0, 3.0, 3.0]) == Interval(3.0, 3.0)
    with pytest.raises(ValueError, match="needs values"):
        mean_interval([])


def test_mean_interval_of_very_many_values() -> None:
    values = [float(n % 11) for n in range(50_000)]
    started = time.perf_counter()
    low, high = mean_interval(values)
    assert time.perf_counter() - started < 1
    assert low < 5 < high
    assert high - low < 0.1


@pytest.mark.parametrize(("difference", "changed", "cases"), NEEDED)
def test_cases_needed_match_the_formula(difference: float, changed: float, cases: float) -> None:
    assert cases_needed(difference, changed) == math.ceil(cases)
    assert cases_needed(-difference, changed) == math.ceil(cases)
    assert further_cases_needed(20, difference, changed) == math.ceil(cases) - 20
    assert further_cases_needed(10_000, difference, changed) == 0


@given(st.integers(5, 5000), st.floats(0, 1))
def test_detectable_difference_is_the_inverse_of_cases_needed(cases: int, changed: float) -> None:
    difference = detectable_difference(cases, changed)
    assert difference is not None
    assert cases_needed(min(1.0, difference * (1 + 1e-6)), changed) <= cases
    assert cases_needed(difference * 0.99, changed) >= cases * 0.98
    more = detectable_difference(cases * 2, changed)
    assert more is not None
    assert more < difference


def test_the_power_is_what_was_asked_for() -> None:
    """With as many cases as needed, the exact test finds the difference about four times in five."""
    up, down = 0.25, 0.05
    cases = cases_needed(up - down, up + down)
    power = 0.0
    for improved in range(cases + 1):
        for regressed in range(cases + 1 - improved):
            if mcnemar_exact(improved, regressed, mid_p=True) <= 0.05:
                ways = math.comb(cases, improved) * math.comb(cases - improved, regressed)
                rest = cases - improved - regressed
                power += ways * up**improved * down**regressed * (1 - up - down) ** rest
    assert 0.76 < power < 0.86


def test_too_few_cases_can_show_nothing() -> None:
    assert detectable_difference(0, 0.5) is None
    assert detectable_difference(3, 0.5) is None
    assert detectable_difference(4, 0.5) is not None
    assert detectable_score_difference(1, 1.0) is None
    assert detectable_score_difference(24, 1.7) == pytest.approx(0.9721810195009312, abs=EXACT)
    for difference in (0, 1.1, -1.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            cases_needed(difference, 0.5)


def test_a_clear_improvement_is_seen() -> None:
    before = [False] * 12 + [True] * 28
    after = [True] * 12 + [True] * 27 + [False]
    paired = compare_rates(before, after)
    assert (paired.cases, paired.improved, paired.regressed) == (40, 12, 1)
    assert paired.difference == pytest.approx(11 / 40)
    assert paired.conclusion == "better"
    assert paired.interval.low > 0
    assert compare_rates(after, before).conclusion == "worse"


def test_few_cases_say_too_few_and_many_say_no_difference() -> None:
    few = compare_rates([True, False] * 6, [True, False] * 6)
    assert few.conclusion == "too few cases to tell"
    assert few.detectable is not None
    many = compare_rates([True, False] * 100, [True, False] * 100)
    assert many.conclusion == "no difference seen"
    assert compare_rates([], []).conclusion == "too few cases to tell"
    assert compare_rates([False] * 5, [True] * 5).conclusion == "too few cases to tell"
    assert compare_rates([False] * 6, [True] * 6).conclusion == "better"
    with pytest.raises(ValueError, match="zip"):
        compare_rates([True], [])


def test_scores_are_compared_in_pairs() -> None:
    before = [5.0, 6, 7, 4, 5, 6, 7, 3, 5, 6]
    after = [7.0, 7, 8, 6, 6, 8, 8, 5, 5.2, 6]
    paired = compare_scores(before, after)
    assert (paired.cases, paired.improved, paired.regressed) == (10, 8, 0)
    assert paired.difference == pytest.approx(1.22)
    assert paired.conclusion == "better"
    assert paired.interval.low > 0
    assert compare_scores(after, before).conclusion == "worse"
    assert compare_scores([5.0], [9.0]).conclusion == "too few cases to tell"
    assert compare_scores([], []).detectable is None
    same = compare_scores([5.0] * 50, [5.0] * 50)
    assert (same.conclusion, same.p_value) == ("no difference seen", 1.0)


@pytest.mark.parametrize(
    ("difference", "margin", "expected"),
    [
        (0.5, 0.5, "improved"),
        (0.3 + 0.2, 0.5, "improved"),
        (0.49, 0.5, "unchanged"),
        (-0.5, 0.5, "regressed"),
        (0, 0, "unchanged"),
        (0.1, 0, "improved"),
    ],
)
def test_change(difference: float, margin: float, expected: str) -> None:
    assert change(difference, margin) == expected


def test_flaky_cases() -> None:
    repeats = {"a": [True, True, True, False], "b": [True, False], "c": [True, True], "d": [False], "e": []}
    assert flaky_cases(repeats) == [FlakyCase("b", 1, 2), FlakyCase("a", 3, 4)]
