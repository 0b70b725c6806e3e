"""The decoy's minute: one a day, chosen by the instance's secret, over when it is over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from promptassay.trust.status.decoy import MINUTE, down_from, is_down, past_minutes

DAY = date(2026, 11, 24)


@pytest.mark.parametrize("back", range(20))
def test_a_day_has_one_minute_of_it(back: int) -> None:
    day = DAY - timedelta(days=back)
    start = down_from(day)
    assert start.date() == (start + MINUTE - timedelta(microseconds=1)).date() == day
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    # Rounds begin with the minute: one falls into it, and stands half a minute away from its ends.
    assert sum(is_down(midnight + timedelta(minutes=at)) for at in range(1440)) == 1
    assert not is_down(start - timedelta(seconds=1)) and not is_down(start + MINUTE)


def test_a_secret_chooses_it(settings: Settings) -> None:
    days = [DAY - timedelta(days=back) for back in range(30)]
    found = [down_from(day).time() for day in days]
    assert len(set(found)) > 20
    settings.SECRET_KEY = "another"
    assert [down_from(day).time() for day in days] != found


def test_minutes_that_are_not_over_do_not_count() -> None:
    start = down_from(DAY)
    assert start not in past_minutes(start + MINUTE / 2)
    assert past_minutes(start + MINUTE)[0] == start
