"""UUIDv7: the version and variant bits, the time in front, and no two alike."""

import time
from uuid import RFC_4122, UUID

import pytest

from promptassay.core.ids import uuid7


def test_version_and_variant() -> None:
    for _ in range(200):
        made = uuid7()
        assert (made.version, made.variant) == (7, RFC_4122)


def test_the_first_48_bits_are_the_milliseconds() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert before <= made.int >> 80 <= after


@pytest.mark.parametrize("milliseconds", [0, 1, 1_700_000_000_000, 2**48 - 1])
def test_the_time_is_kept_exactly(monkeypatch: pytest.MonkeyPatch, milliseconds: int) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: milliseconds * 1_000_000 + 999_999)
    assert uuid7().int >> 80 == milliseconds


def test_later_ones_sort_later_by_the_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1_700_000_000_000, 1_700_000_000_000 + 500))
    monkeypatch.setattr(time, "time_ns", lambda: next(clock) * 1_000_000)
    made = [uuid7() for _ in range(500)]
    assert made == sorted(made)
    assert [str(each) for each in made] == sorted(str(each) for each in made)


def test_the_rest_is_random(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_000_000_000)
    made = {uuid7().int for _ in range(2000)}
    assert len(made) == 2000
    seen_one = seen_zero = 0
    for value in made:
        seen_one |= value
        seen_zero |= ~value
    random_bits = (2**12 - 1) << 64 | (2**62 - 1)
    assert seen_one & random_bits == random_bits
    assert seen_zero & random_bits == random_bits
    assert all(UUID(int=value).version == 7 for value in made)
