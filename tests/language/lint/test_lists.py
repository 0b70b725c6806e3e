"""The word lists: each line can be used, and none stands there twice."""

from pathlib import Path

import pytest

from promptassay.language.lint import lists
from promptassay.language.lint.lists import entries, phrases, words
from promptassay.language.lint.prose import first_word
from promptassay.language.lint.shapes import iban_holds, luhn

FILES = sorted(Path(lists.__file__).parent.glob("*.txt"))


NUMBERS = ("test_cards", "textbook_ibans", "iban_lengths")
WITH_CHOICES = ("brevity", "detail", "reasons")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_list_says_what_it_is_for_and_repeats_nothing(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")
    first = phrases(path.stem) if path.stem in WITH_CHOICES else ["|".join(entry) for entry in entries(path.stem)]
    assert first and len(set(first)) == len(first)
    if path.stem not in NUMBERS:
        assert all(word == word.lower() for word in words(path.stem))


def test_vague_phrases_are_complete() -> None:
    for entry in entries("vague"):
        phrase, where, advice, replacement = entry
        assert first_word(phrase)
        assert where in ("any", "order", "close")
        assert advice.endswith(".") and advice[0].isupper()
        assert replacement in ("", "-") or replacement == replacement.strip().lower()


def test_numbers_are_what_they_are_said_to_be() -> None:
    assert all(luhn("".join(parts)) for parts in entries("test_cards"))
    assert all(iban_holds("".join(parts)) for parts in entries("textbook_ibans"))
    lengths = {country: int(length) for country, length in entries("iban_lengths")}
    assert all(lengths[parts[0][:2]] == len("".join(parts)) for parts in entries("textbook_ibans"))


def test_every_choice_is_made() -> None:
    found = phrases("reasons")
    assert {"show your work", "show all your work", "explain why you", "think aloud"} <= set(found)
    assert not [phrase for phrase in found if set(phrase) & set("()|") or "  " in phrase]
    assert all(first_word(phrase) for name in WITH_CHOICES for phrase in phrases(name))
