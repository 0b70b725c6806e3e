"""What a provider lists, kept: new models appear, vanished ones are marked, and nothing grows without end."""

from datetime import date, timedelta

from promptassay.providers.listed import GONE_KEPT, MODELS_KEPT, Listed, gone, merge, read, read_all
from promptassay.providers.wire import ModelInfo
from tests.providers.factories import infos

MONDAY, TUESDAY, FRIDAY = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 5)


def test_the_first_list_has_nothing_new_in_it() -> None:
    change = merge({}, [ModelInfo("b"), ModelInfo("a", "A title", 8000, 400)], MONDAY)
    assert (change.names, change.added, change.gone) == (["a", "b"], (), ())
    assert read("a", change.listed["a"]) == Listed("a", "A title", 8000, 400)
    assert read("b", change.listed["b"]) == Listed("b")


def test_new_models_appear_with_their_day_and_vanished_ones_are_marked() -> None:
    first = merge({}, infos("a", "b"), MONDAY)
    second = merge(first.listed, infos("b", "c"), TUESDAY)
    assert (second.names, second.added, second.gone) == (["b", "c"], ("c",), ("a",))
    listed = read_all(second.listed)
    assert (listed["c"].since, listed["a"].gone, listed["b"].since) == (TUESDAY, TUESDAY, None)
    third = merge(second.listed, infos("b", "c"), FRIDAY)
    assert (third.added, third.gone) == ((), ())
    assert read_all(third.listed)["c"].since == TUESDAY, "the day it appeared stays"
    assert [(each.name, each.gone) for each in gone(third.listed)] == [("a", TUESDAY)]


def test_a_model_that_comes_back_is_new_again() -> None:
    went = merge(merge({}, infos("a", "b"), MONDAY).listed, infos("b"), TUESDAY)
    back = merge(went.listed, infos("a", "b"), FRIDAY)
    assert back.added == ("a",) and not gone(back.listed)
    assert read("a", back.listed["a"]).since == FRIDAY


def test_sizes_are_those_of_the_latest_list() -> None:
    first = merge({}, [ModelInfo("a", context_tokens=8000, max_output_tokens=400)], MONDAY)
    second = merge(first.listed, [ModelInfo("a", context_tokens=16_000)], TUESDAY)
    assert read("a", second.listed["a"]) == Listed("a", "", 16_000, None)


def test_an_empty_list_marks_everything() -> None:
    assert merge(merge({}, infos("a"), MONDAY).listed, [], TUESDAY).gone == ("a",)


def test_nothing_grows_without_end() -> None:
    many = merge({}, infos(*(f"m{number:05}" for number in range(1500))), MONDAY)
    assert len(many.names) == len(many.listed) == MODELS_KEPT
    later = merge(many.listed, infos("x"), TUESDAY)
    assert len(later.listed) == GONE_KEPT + 1
    day = TUESDAY
    for number in range(3):
        day += timedelta(days=1)
        later = merge(later.listed, infos(f"y{number}"), day)
    assert len(later.listed) == GONE_KEPT + 1
    assert gone(later.listed)[0].name == "y1", "the latest to go are kept"


def test_names_that_no_reference_can_hold_are_left_out() -> None:
    assert merge({}, infos("x" * 121, "a"), MONDAY).names == ["a"]


def test_what_cannot_be_read_is_a_name_only() -> None:
    assert read("a", None) == read("a", "junk") == Listed("a")
    assert read_all(None) == {}
