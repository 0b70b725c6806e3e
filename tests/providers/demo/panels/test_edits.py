"""Edits name what they replace by words that stand once, and never meet each other."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from promptassay.language.messages import Message
from promptassay.providers.demo.panels.edits import Change, apply_edits, as_edits, grouped, stands_once


def test_a_text_that_stands_twice_is_named_with_its_neighbours() -> None:
    text = "Take the mail. Read the mail. Keep the mail."
    start = text.index("mail", 20)
    edits = as_edits([Message("user", text)], [Change(0, start, start + 4, "letter", "why")])
    assert stands_once(text, edits[0]["find"])
    after = apply_edits([Message("user", text)], edits)
    assert after[0].content == "Take the mail. Read the letter. Keep the mail."


def test_what_meets_becomes_one_edit_and_what_overlaps_keeps_the_first() -> None:
    text = "a a a a a a"
    changes = [Change(0, 2, 3, "b", "one"), Change(0, 4, 5, "c", "two"), Change(0, 4, 7, "d", "three")]
    edits = as_edits([Message("user", text)], changes)
    assert apply_edits([Message("user", text)], edits)[0].content == "a b c a a a"
    assert [each["why"] for each in edits] == ["one two"]


def test_appended_text_has_nothing_to_find() -> None:
    edits = as_edits([Message("user", "One.")], [Change(0, 0, 0, " Two.", "why", append=True)])
    assert edits == [{"message": 1, "find": "", "replace": " Two.", "why": "why"}]
    assert apply_edits([Message("user", "One.")], edits)[0].content == "One. Two."


def test_edits_of_one_fix_that_stand_close_are_read_as_one() -> None:
    assert [each.text for each in grouped(0, "{{mail}}", [(0, 0, "<m>"), (8, 8, "</m>")], "why")] == ["<m>{{mail}}</m>"]
    assert len(grouped(0, "x" * 999, [(0, 0, "a"), (900, 900, "b")], "why")) == 2


@given(
    st.text("ab \n", min_size=1, max_size=60), st.lists(st.tuples(st.integers(0, 59), st.integers(0, 4)), max_size=6)
)
@settings(max_examples=200)
def test_any_changes_come_out_as_edits_that_apply(text: str, spans: list[tuple[int, int]]) -> None:
    message = [Message("user", text)]
    changes = [Change(0, min(at, len(text)), min(at + size, len(text)), "z", "w") for at, size in spans]
    edits = as_edits(message, changes)
    for each in edits:
        assert stands_once(text, each["find"]) or each["find"] == text
    places = sorted((text.index(each["find"]), text.index(each["find"]) + len(each["find"])) for each in edits)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
