"""The strict check of what comes: nothing is guessed, and nothing passes that was not asked for."""

from typing import Any

import pytest

from promptassay.assist.answers import COMPARE, CRITIQUE, IMPROVE, REWRITE, Misfit, Shape, cases_shape, shape_of
from tests.assist.factories import ANSWERS

FINDING = {"severity": "MUST ", "title": "t", "detail": "d", "message": 1.0, "quote": "q", "more": 1}


def test_an_entry_keeps_what_was_asked_for_and_no_more() -> None:
    assert CRITIQUE.item("findings", FINDING) == {
        "severity": "must", "title": "t", "detail": "d", "message": 1, "quote": "q"
    }  # fmt: skip
    without = {key: value for key, value in FINDING.items() if key not in ("quote", "detail")}
    assert CRITIQUE.item("findings", {**without, "quote": None})["quote"] == ""


@pytest.mark.parametrize(
    ("shape", "name", "value", "why"),
    [
        (CRITIQUE, "findings", [], "is not an object"),
        (CRITIQUE, "findings", {**FINDING, "severity": "grave"}, "none of must, should, may"),
        (CRITIQUE, "findings", {**FINDING, "message": "1"}, "is not a number"),
        (CRITIQUE, "findings", {**FINDING, "message": 1.5}, "not the number of a message"),
        (CRITIQUE, "findings", {**FINDING, "message": True}, "is not a number"),
        (CRITIQUE, "findings", {**FINDING, "title": None}, "has no “title”"),
        (CRITIQUE, "findings", {**FINDING, "title": 5}, "is not a text"),
        (CRITIQUE, "scores", {"aspect": "charm", "score": 1, "reason": ""}, "none of clarity"),
        (CRITIQUE, "scores", {"aspect": "clarity", "score": -1, "reason": ""}, "outside 0 to 10"),
        (IMPROVE, "edits", {"message": 1, "find": "x", "why": ""}, "has no “replace”"),
        (REWRITE, "messages", {"role": "tool", "content": "x"}, "none of system, user, assistant"),
        (REWRITE, "changes", {"what": "x"}, "is not a text"),
        (COMPARE, "prefer", {"for": "x", "choice": "both", "why": ""}, "none of left, right, either"),
        (cases_shape(["a"]), "cases", {"name": "n", "why": "", "values": {"b": "x"}}, "no value for a"),
        (cases_shape(["a"]), "cases", {"name": "n", "why": "", "values": []}, "is not an object"),
    ],
)
def test_what_does_not_fit_is_said(shape: Shape, name: str, value: Any, why: str) -> None:
    with pytest.raises(Misfit, match=why):
        shape.item(name, value)


def test_values_of_a_case_are_texts() -> None:
    shape = cases_shape(["n", "why"])
    case = shape.item("cases", {"name": "x", "why": "", "values": {"n": 3, "why": True, "z": "left out"}})
    assert case == {"name": "x", "why": "", "values": {"n": "3", "why": "true"}, "expected": ""}


def test_a_whole_answer_has_all_its_parts() -> None:
    scores = ANSWERS["critique"]["scores"]
    everything = {"scores": scores, "findings": []}
    assert CRITIQUE.problem(["scores", "findings", "summary"], everything) == ""
    assert "“findings”, “summary”" in CRITIQUE.problem(["scores"], everything)
    assert "no score of robustness" in CRITIQUE.problem(CRITIQUE.names, {**everything, "scores": scores[:5]})
    assert "No message" in REWRITE.problem(REWRITE.names, {"messages": [{"content": " "}], "changes": []})
    assert shape_of("brainstorm") is None and shape_of("critique") is CRITIQUE
