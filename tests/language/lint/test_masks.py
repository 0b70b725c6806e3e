"""Masking: what is shown is hidden from the rules, what is said is not, and nothing moves."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.lint.masks import MASK, fences, labels, line_start, masked, merged, tagged, within
from promptassay.language.parse import parse


def said(text: str) -> str:
    """What is left, with each hidden run as one underscore."""
    hidden = masked(text, parse(text))
    assert len(hidden) == len(text)
    while MASK * 2 in hidden:
        hidden = hidden.replace(MASK * 2, MASK)
    return hidden.replace(MASK, "_")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('Say “hi”, "ho", «hu», „he“ or `hm`.', "Say _, _, _, _ or _."),
        ('5" wide and 6" deep', '5" wide and 6" deep'),
        ("See https://example.com/a?b now", "See _ now"),
        ("Hello {{name}} ${fragment:x} \\{{y", "Hello _ _ _y"),
        ("A\n```py\nx = 1\n```\nB", "A\n_\nB"),
        ("A\n```py\nx = 1\nB", "A\n```py\nx = 1\nB"),
        ('A\n"""\nx\n"""\nB', "A\n_\nB"),
        ("A <example>x</example> <note>y</note>", "A <example>_</example> <note>y</note>"),
        ("# Rules\nA\n# Examples\nx\n## More\ny\n# End\nB", "# Rules\nA\n# Examples_# End\nB"),
        ("A\n\nExample:\nx\ny\n\nB", "A\n\nExample:_\n\nB"),
        ("A\n\nFor example:\n\n- x\n- y\n\n- z\n\nB", "A\n\nFor example:_\n\nB"),
        ("Q: a\nA: b\n\nQ: c\nA: d\n\nGo", "_\n_\n\n_\n_\n\nGo"),
        ("Input: a\nOutput: b\nGo", "_\n_\nGo"),
        ("Note: a\nOutput: b", "Note: a\nOutput: b"),
        ("Use ~~~ inside a line\n ~~~ here", "Use ~~~ inside a line\n ~~~ here"),
    ],
)
def test_what_is_shown_is_hidden(text: str, left: str) -> None:
    assert said(text) == left


@given(st.text(alphabet='ab"“”„`<>/#\n:{} \\', max_size=120))
def test_masking_moves_nothing(text: str) -> None:
    hidden = masked(text, parse(text))
    assert len(hidden) == len(text)
    assert all(after in (before, MASK) for before, after in zip(text, hidden, strict=True))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: (min(pair), max(pair)))))
def test_merged_ranges_hold_what_went_in_and_keep_apart(ranges: list[tuple[int, int]]) -> None:
    result = merged(ranges)
    assert all(within(result, start, end) for start, end in ranges)
    assert all(one[1] < other[0] for one, other in pairwise(result))


def test_within_needs_the_whole() -> None:
    assert within([(2, 5), (7, 9)], 7, 9)
    assert not within([(2, 5), (7, 9)], 4, 8)
    assert not within([], 0, 0)


def test_fences_close_only_by_their_own_kind() -> None:
    assert fences("```\na\n~~~\nb\n```") == [(0, 15)]
    assert fences("````\na\n```\nb\n````") == [(0, 17)]
    assert fences("a ``` b\n```") == []


def test_tags_come_in_pairs_of_any_script() -> None:
    assert tagged('<a x="1">b</a> <c> </d>') == [("a", (9, 10))]
    assert tagged("<議事録>x</議事録>") == [("議事録", (5, 6))]
    assert tagged("a < b > c </b>") == []


def test_labels_begin_lines() -> None:
    assert labels("Review: a\nx Review: b\n  Review: c\nhttp://x\n12: d") == {"review": 2, "x review": 1}


def test_of_an_endless_line_the_end_is_seen() -> None:
    assert line_start("ab\ncd", 4) == 3
    assert line_start("ab", 2) == 0
    assert line_start("x" * 5_000, 5_000) == 3_000
