"""Three-way merges: nothing gets lost, an unchanged side gives way, sides may be swapped."""

from collections import Counter
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.merge import (
    Added,
    MergedMessage,
    Piece,
    Slot,
    merge_lines,
    merge_messages,
    merge_values,
)
from promptassay.language.messages import ROLES, Message

# Few different lines, so that texts share some, repeat some and move some.
LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "", "x x", "long line"]), max_size=12)
TEXTS = LINES.map("\n".join) | st.text(max_size=30)
MESSAGES = st.lists(
    st.builds(Message, st.sampled_from(ROLES), st.sampled_from(["one", "two\nlines", "two\nother", "", "three"])),
    max_size=6,
)
VALUES = st.dictionaries(st.sampled_from("pqrs"), st.sampled_from([0, 1, 1.0, True, "x", [1], {"y": 2}, None]))


def text(pieces: list[Piece], side: str) -> str:
    return "\n".join(chain.from_iterable(getattr(piece, side) for piece in pieces))


def merged(pieces: list[Piece], prefer: str = "ours") -> str:
    parts = (getattr(piece, prefer) if piece.merged is None else piece.merged for piece in pieces)
    return "\n".join(chain.from_iterable(parts))


def swapped(side: str) -> str:
    return {"ours": "theirs", "theirs": "ours"}.get(side, side)


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_is_ever_lost(base: str, ours: str, theirs: str) -> None:
    """The pieces, joined, are each of the three texts."""
    pieces = merge_lines(base, ours, theirs)
    assert (text(pieces, "base"), text(pieces, "ours"), text(pieces, "theirs")) == (base, ours, theirs)


@given(TEXTS, TEXTS, TEXTS)
def test_what_a_side_wrote_anew_is_in_the_result_or_in_a_conflict(base: str, ours: str, theirs: str) -> None:
    pieces = merge_lines(base, ours, theirs)
    known = set(base.split("\n"))
    for side in ("ours", "theirs"):
        wrote = Counter(line for line in text(pieces, side).split("\n") if line not in known)
        result = Counter(merged(pieces, side).split("\n"))
        assert not wrote - result


@given(TEXTS, TEXTS)
def test_an_unchanged_side_gives_the_other(base: str, other: str) -> None:
    for pieces in (merge_lines(base, base, other), merge_lines(base, other, base), merge_lines(base, other, other)):
        assert all(piece.side != "conflict" for piece in pieces)
        assert merged(pieces) == other


@given(TEXTS, TEXTS, TEXTS)
def test_swapping_the_sides_swaps_the_pieces(base: str, ours: str, theirs: str) -> None:
    mirrored = [Piece(swapped(p.side), p.base, p.theirs, p.ours) for p in merge_lines(base, theirs, ours)]  # type: ignore[arg-type]
    assert mirrored == merge_lines(base, ours, theirs)


@given(TEXTS, TEXTS, TEXTS)
def test_conflicts_are_real(base: str, ours: str, theirs: str) -> None:
    for piece in merge_lines(base, ours, theirs):
        assert any((piece.base, piece.ours, piece.theirs))
        if piece.side == "conflict":
            assert piece.ours != piece.theirs
            assert not (piece.ours and piece.theirs and piece.ours[0] == piece.theirs[0])


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "result"),
    [
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
        ("a\nb\nc", "a\nb\nc\nd", "z\na\nb\nc", "z\na\nb\nc\nd"),
        ("a\nb\nc", "a\nc", "a\nb\nc\nd", "a\nc\nd"),
        ("a\nb", "a\nX\nb", "a\nX\nb", "a\nX\nb"),
        ("", "a", "", "a"),
        ("a", "", "a", ""),
        ("a\n", "a\nb\n", "a\n", "a\nb\n"),
    ],
)
def test_changes_that_lie_apart_are_both_taken(base: str, ours: str, theirs: str, result: str) -> None:
    assert merged(merge_lines(base, ours, theirs)) == result


def test_a_conflict_holds_only_what_differs() -> None:
    pieces = merge_lines("a\nb\nc", "a\nsame\nmine\nc", "a\nsame\nyours\nc")
    assert [piece.side for piece in pieces] == ["same", "both", "conflict", "same"]
    assert pieces[2] == Piece("conflict", ("b",), ("mine",), ("yours",))


def test_a_deletion_against_a_change_is_a_conflict() -> None:
    pieces = merge_lines("a\nb\nc", "a\nc", "a\nB\nc")
    assert Piece("conflict", ("b",), (), ("B",)) in pieces


def _side_of(slots: list[Slot], side: str) -> list[Message]:
    found: list[Message] = []
    for slot in slots:
        if isinstance(slot, Added):
            found += getattr(slot, side)
        elif (message := getattr(slot, side)) is not None:
            found.append(message)
    return found


@given(MESSAGES, MESSAGES, MESSAGES)
def test_no_message_is_ever_lost(base: list[Message], ours: list[Message], theirs: list[Message]) -> None:
    slots = merge_messages(base, ours, theirs)
    assert [slot.base for slot in slots if isinstance(slot, MergedMessage)] == base
    assert _side_of(slots, "ours") == ours
    assert _side_of(slots, "theirs") == theirs
    for slot in slots:
        if isinstance(slot, MergedMessage) and slot.ours and slot.theirs:
            assert text(list(slot.pieces), "ours") == slot.ours.content
            assert text(list(slot.pieces), "theirs") == slot.theirs.content


@given(MESSAGES, MESSAGES)
def test_an_unchanged_list_gives_the_other(base: list[Message], other: list[Message]) -> None:
    for ours, theirs, taken in ((base, other, "theirs"), (other, base, "ours")):
        slots = merge_messages(base, ours, theirs)
        assert {slot.side for slot in slots} <= {"same", taken}


@given(MESSAGES, MESSAGES, MESSAGES)
def test_conflicts_of_messages_are_symmetric(base: list[Message], ours: list[Message], theirs: list[Message]) -> None:
    one, other = merge_messages(base, ours, theirs), merge_messages(base, theirs, ours)
    assert [slot.side for slot in one] == [swapped(slot.side) for slot in other]


def test_a_message_removed_here_and_changed_there_is_a_conflict() -> None:
    base = [Message("system", "s"), Message("user", "u")]
    slots = merge_messages(base, base[:1], [base[0], Message("user", "u changed")])
    assert [slot.side for slot in slots] == ["same", "conflict"]


def test_changes_in_one_message_that_lie_apart_are_no_conflict() -> None:
    base, ours, theirs = (Message("user", each) for each in ("a\nb\nc", "A\nb\nc", "a\nb\nC"))
    (slot,) = merge_messages([base], [ours], [theirs])
    assert isinstance(slot, MergedMessage) and slot.side == "both"
    assert merged(list(slot.pieces)) == "A\nb\nC"


@given(VALUES, VALUES, VALUES)
def test_values_merge_by_name(base: dict[str, object], ours: dict[str, object], theirs: dict[str, object]) -> None:
    found = {each.name: each for each in merge_values(base, ours, theirs)}
    assert set(found) == base.keys() | ours.keys() | theirs.keys()
    assert all(each.side != "conflict" for each in merge_values(base, base, theirs))
    mirrored = {each.name: each for each in merge_values(base, theirs, ours)}
    assert {name: swapped(each.side) for name, each in mirrored.items()} == {n: e.side for n, e in found.items()}


def test_one_and_one_point_nought_are_the_same_value() -> None:
    (value,) = merge_values({"t": 1}, {"t": 1.0}, {"t": 0})
    assert (value.side, value.theirs) == ("theirs", (0,))


def test_a_value_set_differently_by_both_is_a_conflict() -> None:
    sides = {each.name: each.side for each in merge_values({"t": 1, "u": 1}, {"t": 2, "u": 1}, {"t": 3})}
    assert sides == {"t": "conflict", "u": "theirs"}


def test_large_texts_merge_quickly_and_wholly() -> None:
    base = "\n".join(f"line {number % 997} of {number}" for number in range(20_000))
    ours = base.replace("line 5 of", "our line 5 of")
    theirs = base.replace("line 700 of", "their line 700 of")
    pieces = merge_lines(base, ours, theirs)
    assert merged(pieces) == ours.replace("line 700 of", "their line 700 of")
