"""The past of a claim: days as bars by their worst, stretches with their length, one sentence about it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from promptassay.trust.claims import CLAIMS, HERE
from promptassay.trust.history import DAYS, Story, span, stories
from promptassay.trust.models import Lapse, ProofDay

pytestmark = pytest.mark.usefixtures("committed")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CLAIM = CLAIMS[0]
PROBES = [proof for proof in CLAIM.proofs if proof.kind in HERE]


def days(back: int, *, held: int = 288, red: int = 0, unset: int = 0) -> None:
    for proof in PROBES:
        day = NOW.date() - timedelta(days=back)
        ProofDay.objects.create(proof=proof.id, day=day, held=held, red=red, unset=unset)


def lapse(verdict: str, back: timedelta, lasted: timedelta | None) -> None:
    began = NOW - back
    ended = None if lasted is None else began + lasted
    Lapse.objects.create(
        claim=CLAIM.id, proof="x" if verdict != "lowered" else "operator", verdict=verdict, found="why", entry=1,
        began_at=began, ended_at=ended,
    )  # fmt: skip


def story() -> Story:
    return stories(NOW, CLAIM)[CLAIM.id]


def tones() -> list[str]:
    """Those of today, yesterday and so on."""
    return [bar.tone for bar in reversed(story().bars)]


def test_a_day_is_as_good_as_its_worst() -> None:
    days(0)
    days(1, held=287, red=1)
    days(2, unset=3)
    days(DAYS)
    assert tones()[:4] == ["good", "bad", "none", "none"] and len(tones()) == DAYS
    assert story().bars[-2].words == f"23 Nov 2026: {len(PROBES)} of {288 * len(PROBES):,} runs did not hold"


def test_a_day_on_which_one_of_the_proofs_did_not_run_is_not_green() -> None:
    days(1)
    ProofDay.objects.create(proof=PROBES[0].id, day=date(2026, 11, 24), held=288, red=0, unset=0)
    assert tones()[:2] == ["none", "good"]


def test_a_new_proof_leaves_the_days_before_it_as_they_were() -> None:
    days(0)
    ProofDay.objects.create(proof=PROBES[0].id, day=date(2026, 11, 23), held=288, red=0, unset=0)
    assert tones()[:3] == ["good", "good", "none"]


def test_gaps_are_amber_and_lowered_days_red() -> None:
    for back in range(4):
        days(back)
    lapse("silent", timedelta(days=1), timedelta(hours=2))
    lapse("lowered", timedelta(days=3), timedelta(days=1))
    assert tones()[:5] == ["good", "warn", "bad", "bad", "none"]


def test_one_sentence_tells_the_past() -> None:
    assert story().words == "No run is recorded yet."
    days(0)
    assert story().words == "Never red in 1 day on record."
    lapse("failed", timedelta(days=1), timedelta(minutes=15))
    assert story().words == "Red once in 1 day on record, last on 23 Nov, 12:00 UTC for 15 min."
    lapse("lowered", timedelta(hours=2), None)
    assert story().words == "Red since 24 Nov, 10:00 UTC, for 2 h; 2 times in 1 day on record."


def test_the_whole_ledger_takes_two_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    days(0)
    with django_assert_num_queries(2):
        assert set(stories(NOW)) == {claim.id for claim in CLAIMS}


def test_lengths_are_told_in_their_two_largest_units() -> None:
    told = [
        span(timedelta(**each)) for each in ({"seconds": 8}, {"minutes": 90}, {"days": 2, "hours": 3, "minutes": 4})
    ]
    assert told == ["8 s", "1 h 30 min", "2 d 3 h"]
