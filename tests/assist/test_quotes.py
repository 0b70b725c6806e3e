"""Quotes are found where they stand, and nowhere else."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptassay.assist.quotes import PLACES_MAX, Place, Sought

texts = st.lists(st.text(alphabet="ab \n\t\u00a0é", max_size=60), max_size=4)


def squeezed(text: str) -> str:
    return " ".join(text.split())


@settings(max_examples=250)
@given(texts, st.text(alphabet="ab \n\u00a0é", max_size=12), st.integers(-2, 6))
def test_a_place_always_holds_the_words_of_the_quote(given: list[str], quote: str, message: int) -> None:
    for place in Sought(given).places(quote, message):
        found = given[place.message][place.start : place.end]
        assert squeezed(found) == squeezed(quote) != ""


@settings(max_examples=150)
@given(texts.filter(any), st.data())
def test_what_stands_in_a_text_is_found_there(given: list[str], data: st.DataObject) -> None:
    message = data.draw(st.sampled_from([index for index, text in enumerate(given) if text]))
    start = data.draw(st.integers(0, len(given[message]) - 1))
    end = data.draw(st.integers(start + 1, len(given[message])))
    quote = given[message][start:end]
    places = Sought(given).places(quote, message)
    if not quote.strip():
        assert places == []
        return
    assert {place.message for place in places} == {message}
    assert Place(message, start, end) in places or len(places) == PLACES_MAX
    # Other white space between the same words makes no difference to whether it is found.
    loose = Sought(given).places(f"\n {'   '.join(quote.split())} ", message)
    assert {place.message for place in loose} == {message}


def test_the_named_message_comes_first_and_others_only_where_it_has_none() -> None:
    sought = Sought(["be brief", "be brief and be   brief", "other"])
    assert sought.places("be brief", 1) == [Place(1, 0, 8)]
    assert sought.places("be  brief", 1) == [Place(1, 0, 8), Place(1, 13, 23)]
    assert sought.places("be brief", 2) == [Place(0, 0, 8), Place(1, 0, 8)]
    assert sought.places("be brief", 7) == [Place(0, 0, 8), Place(1, 0, 8)]
    assert sought.places("Be brief", 0) == [] and sought.places("bebrief", 0) == []
    assert sought.end_of(2) == Place(2, 5, 5) and sought.end_of(3) is None and sought.end_of(-1) is None


@pytest.mark.parametrize("quote", ["", "  \n "])
def test_an_empty_quote_is_nowhere(quote: str) -> None:
    assert Sought(["some text"]).places(quote, 0) == []


def test_code_points_count_not_bytes() -> None:
    assert Sought(["😀😀 né ü"]).places("né  ü", 0) == [Place(0, 3, 7)]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("a" * 2_000_000, "a" * 1000 + "b"),
        ("a " * 1_000_000, "a  " * 2000 + "b"),
        ("ab" * 1_000_000, "a" * 1000),
        (" " * 2_000_000, "a b"),
        ("a" * 2_000_000, "a"),
        ("x y " * 500_000, "y \n x " * 50_000),
    ],
)
def test_hostile_sizes_take_bounded_time(text: str, quote: str) -> None:
    sought = Sought([text])
    began = process_time()
    for _ in range(3):
        assert len(sought.places(quote, 0)) <= PLACES_MAX
    assert process_time() - began < 5
