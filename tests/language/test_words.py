"""Words: splitting loses nothing, segments make up both sides, and coarse cases stay right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.align import Effort
from promptassay.language.words import MAX_CHARACTERS, Segment, diff_words, split_words

prose = st.one_of(
    st.lists(st.sampled_from(["the", "cat", "sat", " ", "  ", ".", ",", "日本", "{{a}}", "\t"])).map("".join),
    st.text(max_size=30),
)


def show(segments: tuple[Segment, ...]) -> str:
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "[+{}+]"}
    return "".join(marks[segment.kind].format(segment.text) for segment in segments)


def check(left: str, right: str, segments: tuple[Segment, ...]) -> None:
    assert "".join(segment.text for segment in segments if segment.kind != "insert") == left
    assert "".join(segment.text for segment in segments if segment.kind != "delete") == right
    assert all(segment.text for segment in segments)


@given(st.text())
def test_splitting_loses_nothing(text: str) -> None:
    assert "".join(split_words(text)) == text


def test_words_of_several_scripts() -> None:
    assert split_words("It's {{a_b}} über 日本のabc, 안녕") == [
        *("It", "'", "s", " ", "{", "{", "a_b", "}", "}", " ", "über", " "),
        *("日", "本", "の", "abc", ",", " ", "안녕"),
    ]


@given(prose, prose, st.sampled_from([0, 60, 10_000]))
def test_segments_make_up_both_sides(left: str, right: str, steps: int) -> None:
    check(left, right, diff_words(left, right, Effort(steps)))


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [
        ("the cat sat", "the dog sat", "the [-cat-][+dog+] sat"),
        ("be brief.", "be very brief.", "be [+very +]brief."),
        ("be very brief.", "be brief.", "be [-very -]brief."),
        ("say one two now please", "say three four now please", "say [-one two-][+three four+] now please"),
        ("temperature", "temperatures", "[-temperature-][+temperatures+]"),
        ("全部の文字", "全部な文字", "全部[-の-][+な+]文字"),
        (
            "Use the list of the items",
            "Answer in the tone of pirates",
            "[-Use the list of the items-][+Answer in the tone of pirates+]",
        ),
        ("a  b", "a b", "a[-  -][+ +]b"),
        ("", "new", "[+new+]"),
    ],
)
def test_what_is_shown(left: str, right: str, shown: str) -> None:
    segments = diff_words(left, right, Effort(10_000))
    check(left, right, segments)
    assert show(segments) == shown


def test_lines_too_long_for_words_keep_their_ends() -> None:
    left = "x" * MAX_CHARACTERS + "-old-" + "y" * 10
    right = "x" * MAX_CHARACTERS + "-new-" + "y" * 10
    segments = diff_words(left, right, Effort(10**6))
    check(left, right, segments)
    assert [(segment.kind, len(segment.text)) for segment in segments] == [
        ("equal", MAX_CHARACTERS + 1),
        ("delete", 3),
        ("insert", 3),
        ("equal", 11),
    ]


def test_spent_effort_gives_coarse_segments() -> None:
    line = "one two three four five six seven eight nine ten "
    segments = diff_words(line + "a b c", line + "d b c", Effort(0))
    assert show(segments) == line + "[-a-][+d+] b c"
    assert show(diff_words("one two", "one three", Effort(0))) == "[-one two-][+one three+]"
