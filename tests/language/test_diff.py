"""Diffs: rows make up both texts, like lines stand side by side, and the worst texts stay quick."""

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.diff import DiffRow, diff_lines, diff_messages, diff_settings
from promptassay.language.messages import Message

texts = st.one_of(
    st.lists(st.sampled_from(["a b c", "a b d", "x", "", "{{v}} end", "same line here"])).map("\n".join),
    st.text(alphabet="ab \n\r", max_size=40),
)


def check(a: str, b: str, rows: list[DiffRow]) -> None:
    """Assert that the rows are numbered in order, make up both texts and say what they are."""
    for text, side in (
        (a, [(r.left_number, r.left) for r in rows]),
        (b, [(r.right_number, r.right) for r in rows]),
    ):
        present = [(number, line) for number, line in side if number is not None]
        assert [number for number, _ in present] == list(range(1, len(present) + 1))
        assert "\n".join(line or "" for _, line in present) == text
        assert all(line is None for number, line in side if number is None)
    for row in rows:
        if row.kind == "replace":
            assert row.left != row.right
            assert "".join(s.text for s in row.segments if s.kind != "insert") == row.left
            assert "".join(s.text for s in row.segments if s.kind != "delete") == row.right
        else:
            assert not row.segments
            assert (row.kind == "equal") == (row.left == row.right)
            assert (row.kind == "insert") == (row.left is None)
            assert (row.kind == "delete") == (row.right is None)


def kinds(a: str, b: str) -> str:
    rows = diff_lines(a, b)
    check(a, b, rows)
    return "".join({"equal": "=", "insert": "+", "delete": "-", "replace": "~"}[row.kind] for row in rows)


@given(texts, texts)
def test_rows_make_up_both_texts(a: str, b: str) -> None:
    check(a, b, diff_lines(a, b))


@given(texts)
def test_a_text_equals_itself(text: str) -> None:
    assert all(row.kind == "equal" for row in diff_lines(text, text))


@pytest.mark.parametrize(
    ("a", "b", "shown"),
    [
        ("", "", ""),
        ("", "x", "+"),
        ("x\ny", "", "--"),
        ("x", "x\n", "=+"),
        ("a\nb\nc", "a\nB\nc", "=~="),
        ("a\nb\nc", "a\nc", "=-="),
        ("a\nc", "a\nb\nc", "=+="),
        ("a\r\nb", "a\nb", "~="),
    ],
)
def test_kinds_of_rows(a: str, b: str, shown: str) -> None:
    assert kinds(a, b) == shown


def test_like_lines_stand_beside_each_other() -> None:
    a = "Answer in one sentence.\nCite the source of each fact."
    b = "You are an agent.\nAnswer in one short sentence.\nNever guess.\nCite the source of each claim."
    rows = diff_lines(a, b)
    check(a, b, rows)
    assert [(row.kind, row.left_number, row.right_number) for row in rows] == [
        ("insert", None, 1),
        ("replace", 1, 2),
        ("insert", None, 3),
        ("replace", 2, 4),
    ]
    assert [segment for segment in rows[1].segments if segment.kind != "equal"] == [("insert", "short ")]


def test_very_many_changed_lines_are_paired_in_order() -> None:
    old = [f"Rule {number} is old." for number in range(60)]
    new = ["A first line.", *(line.replace("old", "new") for line in old)]
    assert kinds("\n".join(old[:40]), "\n".join(new[:41])) == "+" + "~" * 40
    assert kinds("\n".join(old), "\n".join(new)) == "~" * 60 + "+"


def test_messages_pair_by_equality_then_position() -> None:
    a = [Message("system", "S"), Message("user", "old question"), Message("assistant", "A")]
    b = [Message("system", "S"), Message("user", "new question"), Message("assistant", "A")]
    found = diff_messages(a, b)
    assert [(d.kind, d.left_index, d.right_index) for d in found] == [
        ("equal", 0, 0),
        ("replace", 1, 1),
        ("equal", 2, 2),
    ]
    assert [row.kind for row in found[1].rows] == ["replace"]


def test_messages_pair_by_role_where_numbers_differ() -> None:
    a = [Message("user", "one")]
    b = [Message("system", "rules"), Message("user", "two"), Message("assistant", "three")]
    found = diff_messages(a, b)
    assert [(d.kind, d.left_index, d.right_index) for d in found] == [
        ("insert", None, 0),
        ("replace", 0, 1),
        ("insert", None, 2),
    ]
    assert found[0].left is None
    assert found[0].right == b[0]
    assert [(d.kind, d.left_index) for d in diff_messages(b, a)] == [
        ("delete", 0),
        ("replace", 1),
        ("delete", 2),
    ]


def test_a_change_of_role_alone_is_a_replacement_with_equal_rows() -> None:
    (found,) = diff_messages([Message("user", "x")], [Message("system", "x")])
    assert found.kind == "replace"
    assert [row.kind for row in found.rows] == ["equal"]


@given(
    st.lists(st.builds(Message, st.sampled_from(["system", "user"]), st.sampled_from("abc")), max_size=6),
    st.lists(st.builds(Message, st.sampled_from(["system", "user"]), st.sampled_from("abc")), max_size=6),
)
def test_every_message_appears_once_in_order(a: list[Message], b: list[Message]) -> None:
    found = diff_messages(a, b)
    assert [d.left_index for d in found if d.left_index is not None] == list(range(len(a)))
    assert [d.right_index for d in found if d.right_index is not None] == list(range(len(b)))
    assert [d.left for d in found if d.left] == a
    assert [d.right for d in found if d.right] == b
    assert all((d.kind == "equal") == (d.left == d.right) for d in found)


def test_settings_by_name_and_depth() -> None:
    a = {"temperature": 0.2, "reasoning": {"effort": "low", "budget": 5}, "stop": ["a"], "old": None}
    b = {"temperature": 0.7, "reasoning": {"effort": "high", "budget": 5.0}, "stop": ["a"], "top_p": 1}
    assert [(c.name, c.kind, c.left, c.right) for c in diff_settings(a, b)] == [
        ("old", "delete", None, None),
        ("reasoning.effort", "replace", "low", "high"),
        ("temperature", "replace", 0.2, 0.7),
        ("top_p", "insert", None, 1),
    ]


def test_settings_tell_numbers_from_booleans_and_empty_objects_from_none() -> None:
    assert [c.kind for c in diff_settings({"a": 1}, {"a": True})] == ["replace"]
    assert diff_settings({"a": 1}, {"a": 1.0}) == []
    assert [(c.name, c.kind) for c in diff_settings({"a": {}}, {"a": {"b": 1}})] == [
        ("a", "delete"),
        ("a.b", "insert"),
    ]
    deep: dict[str, object] = {}
    for _ in range(50):
        deep = {"x": deep}
    assert [c.name.count(".") for c in diff_settings(deep, {"x": 1})] == [0, 7]


SIZE = 100_000
CHANCE = random.Random(11)
WORDS = ["".join(CHANCE.choices("abcdefghij", k=CHANCE.randrange(2, 9))) for _ in range(2_000)]


def soup(alphabet: str, size: int = SIZE) -> str:
    return "".join(CHANCE.choices(alphabet, k=size))


def prose() -> list[str]:
    return [" ".join(CHANCE.choices(WORDS, k=CHANCE.randrange(5, 16))) for _ in range(1_450)]


def touched(lines: list[str]) -> list[str]:
    return [" ".join(["new", *line.split(" ")[1:]]) for line in lines]


BASE = prose()
WORST: dict[str, Callable[[], tuple[str, str]]] = {
    "every line changed": lambda: ("\n".join(BASE), "\n".join(touched(BASE))),
    "unrelated": lambda: ("\n".join(BASE), "\n".join(prose())),
    "shuffled": lambda: ("\n".join(BASE), "\n".join(CHANCE.sample(BASE, len(BASE)))),
    "one line without spaces": lambda: ("a" * SIZE, "a" * (SIZE // 2) + "b" + "a" * (SIZE // 2)),
    "one line of signs": lambda: (soup(".,;"), soup(".,;")),
    "one line of words": lambda: (" ".join(BASE), " ".join(touched(BASE))),
    "one line of ideographs": lambda: (soup("日本語文", 33_000), soup("日本語文", 33_000)),
    "lines of one letter": lambda: ("\n".join(soup("ab", SIZE // 2)), "\n".join(soup("ab", SIZE // 2))),
    "lines of other letters": lambda: ("\n".join(soup("abc", SIZE // 2)), "\n".join(soup("xyz", SIZE // 2))),
    "few kinds of lines": lambda: (
        "\n".join(CHANCE.choices(WORDS[:4], k=15_000)),
        "\n".join(CHANCE.choices(WORDS[:4], k=15_000)),
    ),
    "twenty lines of signs": lambda: (
        "\n".join(soup(".,", 5_000) for _ in range(20)),
        "\n".join(soup(".,", 5_000) for _ in range(20)),
    ),
    "empty lines": lambda: ("\n" * SIZE, "\n" * (SIZE - 1) + "x"),
}


@pytest.mark.parametrize("name", WORST)
def test_the_worst_texts_stay_right_and_quick(name: str) -> None:
    a, b = WORST[name]()
    start = time.process_time()
    rows = diff_lines(a, b)
    spent = time.process_time() - start
    check(a, b, rows)
    # About 0.15 s of processor time where this was written; a quadratic alignment takes minutes.
    assert spent < 1.5
