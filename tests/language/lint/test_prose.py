"""Prose: words and where they are, sentences, headings, labels, and which texts are English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.lint.prose import MAX_PLACES, Prose, first_word, read_prose
from promptassay.language.parse import parse


def read(text: str) -> Prose:
    return read_prose(text, parse(text))


def test_words_are_lower_case_and_keep_their_place() -> None:
    prose = read("Don’t STOP, don't “stop” it")
    assert prose.words == {"don't": [0, 12], "stop": [6], "it": [25]}
    assert prose.word_count == 4


@given(st.text(alphabet="aİßK’'. \n", max_size=60))
def test_lower_case_moves_nothing(text: str) -> None:
    assert len(read(text).text) == len(text)


def test_words_beyond_number_are_not_kept() -> None:
    assert len(read("a " * (MAX_PLACES + 5)).words["a"]) == MAX_PLACES


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ("One. Two here. Three", 6, "Two here."),
        ("Use a tool, e.g. a saw. Then rest.", 4, "Use a tool, e.g. a saw."),
        ("- one\n- two \n- three", 9, "- two"),
        ("only", 2, "only"),
        ("One. ", 4, "One."),
    ],
)
def test_sentences_end_at_stops_and_lines(text: str, at: int, sentence: str) -> None:
    start, end = read(text).sentence(at)
    assert text[start:end] == sentence


def test_lines_headings_and_labels() -> None:
    text = "# Style\nBe kind.\n## Titles:\n- Subject: short\nplain"
    prose = read(text)
    assert prose.line(10) == (8, 16)
    assert prose.heading(3) == "style"
    assert prose.heading(text.index("short")) == "titles"
    assert prose.label(text.index("short")) == "subject"
    assert prose.label(text.index("plain")) == ""
    assert read("x").heading(0) == ""


def test_phrases_are_whole_words() -> None:
    prose = read("try to, retry to, try-to, try tools, Try to")
    assert sorted(prose.find(("try to",))) == [(0, 6), (37, 43)]
    assert not list(read("age-try to").find(("try to",)))
    assert first_word("don't stop") == "don't"
    with pytest.raises(ValueError, match="not a phrase"):
        first_word("1 thing")


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Read the ticket and decide which of the teams is to answer it, then write to the customer.", True),
        ("Fasse den Text in drei Sätzen zusammen und nenne am Ende die Quelle, die du benutzt hast, etc.", False),
        ("Résume le texte en trois phrases et donne à la fin la source que tu as utilisée, sans avis.", False),
        ("Short text", True),
        ("次の文章を要約してください。", True),
    ],
)
def test_english_is_told_from_its_neighbours(text: str, english: bool) -> None:
    assert read(text).is_english is english
