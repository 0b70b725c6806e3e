"""Every error of the language says what happened, why and what to do, under a code of its own."""

from pathlib import Path

import pytest

from promptassay.language.errors import (
    BadMessages,
    BadValue,
    ExpansionTooLarge,
    FragmentCycle,
    FragmentDepth,
    FragmentError,
    LanguageError,
    MalformedTemplate,
    MissingVariables,
    Place,
    Problem,
    UnknownFragment,
    UnknownPin,
    show_path,
)

PLACE = Place(1, 3, 9)
PROBLEM = Problem(0, ("a",), 0, 2, 1, 1, "unclosed", "why", "{{")
ERRORS = [
    MalformedTemplate([PROBLEM]),
    UnknownFragment(["a", "b"], PLACE),
    UnknownPin(["a", "b@2"], PLACE, 1),
    FragmentCycle(["a", "b", "a"], PLACE),
    FragmentDepth(["a", "b"], PLACE, 5),
    ExpansionTooLarge("Too long.", 0, ["a"]),
    MissingVariables(["a", "b"]),
    BadValue("a", "It is null."),
    BadMessages("No list."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_errors_are_whole(error: LanguageError) -> None:
    for part in (error.message, error.why, error.next_step):
        assert part.endswith(".")
        assert "!" not in part
    assert str(error) == f"{error.message} {error.why} {error.next_step}"


def test_codes_are_all_different() -> None:
    assert len({error.code for error in ERRORS}) == len(ERRORS)


@pytest.mark.parametrize("error", [e for e in ERRORS if isinstance(e, FragmentError)], ids=lambda e: e.code)
def test_fragment_errors_name_message_and_path(error: FragmentError) -> None:
    assert error.why.startswith("Message 2: ")
    assert show_path(error.path) in error.why
    assert error.place == PLACE


def test_one_and_many_are_worded() -> None:
    assert "a malformed placeholder." in MalformedTemplate([PROBLEM]).message
    assert "2 malformed placeholders." in MalformedTemplate([PROBLEM, PROBLEM]).message
    assert "the variable a." in MissingVariables(["a"]).message
    assert "the variables a, b." in MissingVariables(["a", "b"]).message


def test_the_guide_lists_every_code() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "template-language.md").read_text(encoding="utf-8")
    for error in ERRORS:
        assert f"`{error.code}`" in guide
