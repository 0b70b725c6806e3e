"""Expansion keeps going past what is broken and reports all of it, for editors and lint."""

from pathlib import Path

from promptassay.language.errors import FragmentCycle, UnknownFragment, UnknownPin
from promptassay.language.expand import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_REFERENCES,
    FragmentUse,
    Hole,
    byte_length,
    expand,
)
from promptassay.language.fragments import FragmentTable
from promptassay.language.messages import Message
from promptassay.language.parse import MAX_BROKEN

TABLE = FragmentTable({"a": {2: "[{{x}}{{y}}]"}, "loop": {1: "${fragment:loop}"}})


def test_pieces_are_text_values_and_holes() -> None:
    expansion = expand([Message("user", '{{x|d}}\\{{${fragment:a x="1"}')], TABLE)
    assert expansion.pieces == [[Hole("x", "d", "{{x|d}}", None), "{{", "[", "1", Hole("y", None, "{{y}}", "a"), "]"]]
    assert expansion.fragments_used == [FragmentUse("a", 2)]
    assert not expansion.problems
    assert not expansion.errors
    assert not expansion.unknown_slots


def test_every_error_and_problem_is_met() -> None:
    text = "${fragment:no} {{ ${fragment:a@1} {{}} ${fragment:loop} {{x}}"
    expansion = expand([Message("user", text)], TABLE)
    assert [type(error) for error in expansion.errors] == [UnknownFragment, UnknownPin, FragmentCycle]
    assert [problem.code for problem in expansion.problems] == ["unclosed", "no-name"]
    assert expansion.problem_count == 2
    joined = "".join(piece if isinstance(piece, str) else piece.raw for piece in expansion.pieces[0])
    assert joined == text


def test_errors_are_kept_up_to_a_number() -> None:
    expansion = expand([Message("user", "${fragment:no}" * 500)], TABLE)
    assert len(expansion.errors) == 100


def test_unknown_slots_are_listed_once() -> None:
    reference = '${fragment:a x="1" z="2" w="3"}'
    expansion = expand([Message("user", reference * 2)], TABLE)
    assert list(expansion.unknown_slots) == [("a", "z"), ("a", "w")]


def test_byte_length_is_that_of_utf8() -> None:
    assert [byte_length(text) for text in ("", "abc", "é", "€", "😀", "\ud800")] == [0, 3, 2, 3, 4, 3]


def test_the_guide_states_every_limit() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "template-language.md").read_text(encoding="utf-8")
    assert f"| nesting of fragments | {MAX_DEPTH} |" in guide
    assert f"({MAX_BYTES:,} bytes of UTF-8)" in guide
    assert f"nested ones included | {MAX_REFERENCES:,} |" in guide
    assert f"After {MAX_BROKEN:,} such mistakes" in guide
