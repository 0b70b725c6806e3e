"""Figures in words."""

from types import SimpleNamespace
from typing import Any

import pytest

from promptassay.evals.statistics import compare_rates, pass_rate
from promptassay.evals.verdicts import against_threshold, evidence, headline, p_value, points_up, share


def test_a_rate_that_meets_the_threshold() -> None:
    rate = pass_rate([[True]] * 22 + [[False]] * 2)
    verdict = against_threshold(rate, 0.9)
    assert verdict.text == "92 % of 24, interval 74–98 %: meets 90 %"
    assert verdict.state == "pass" and not verdict.certain


def test_a_rate_below_the_threshold_for_certain() -> None:
    verdict = against_threshold(pass_rate([[True]] * 50 + [[False]] * 50), 0.9)
    assert verdict.state == "fail" and verdict.certain
    assert verdict.words == "below 90 %"


def test_a_near_miss_is_not_rounded_into_a_hit() -> None:
    verdict = against_threshold(pass_rate([[True]] * 896 + [[False]] * 104), 0.9)
    assert "89.6 %" in verdict.figures and verdict.state == "fail"


def test_without_verdicts_there_is_nothing_to_say() -> None:
    verdict = against_threshold(pass_rate([]), 0.9)
    assert (verdict.state, verdict.text) == ("wait", "no verdict yet")


def comparison(before: list[bool], after: list[bool]) -> Any:
    return SimpleNamespace(
        paired=compare_rates(before, after),
        before=SimpleNamespace(label="v1"),
        after=SimpleNamespace(label="v2"),
        before_rate=sum(before) / len(before) if before else 0,
        after_rate=sum(after) / len(after) if after else 0,
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([False] * 20 + [True] * 20, [True] * 40, "v2 passes 50 points more often than v1: 100 % against 50 %."),
        ([True] * 40, [False] * 20 + [True] * 20, "v2 passes 50 points less often than v1: 50 % against 100 %."),
        ([True, False], [False, True], "Too few cases to tell v2 from v1: 50 % against 50 %."),
        ([True] * 400, [True] * 400, "No difference seen between v2 and v1: 100 % against 100 %."),
        ([], [], "No case has a verdict on both sides yet."),
    ],
)
def test_headlines(before: list[bool], after: list[bool], words: str) -> None:
    assert headline(comparison(before, after)) == words


def test_the_evidence_names_interval_test_and_power() -> None:
    text = evidence(comparison([False] * 20 + [True] * 20, [True] * 40))
    assert "paired over 40 cases, exact McNemar p = below 0.001" in text
    assert "points or more." in text
    assert "could not have shown any difference" in evidence(comparison([True], [False]))


def test_small_words() -> None:
    assert (p_value(0.0041), p_value(0.0001)) == ("0.004", "below 0.001")
    assert (points_up(0.081), points_up(0.08)) == (9, 8)
    assert share(0.905, 1) == "90.5 %"
