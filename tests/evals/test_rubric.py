"""Rubrics: what is accepted, and how scores are weighed."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.core.errors import ValidationFailed
from promptassay.evals.rubric import BUILT_IN, Criterion, Rubric, parse_rubric


def raw(**changes: Any) -> dict[str, Any]:
    return {"criteria": [{"name": "accuracy", "description": "True.", "weight": 1} | changes], "threshold": 7}


def test_six_built_in_criteria_make_a_valid_rubric() -> None:
    assert [each.name for each in BUILT_IN] == [
        "accuracy",
        "relevance",
        "completeness",
        "clarity",
        "format",
        "safety",
    ]
    rubric = Rubric(BUILT_IN, 6.5)
    assert parse_rubric(rubric.to_dict()) == rubric


def test_defaults_and_tidying() -> None:
    rubric = parse_rubric({"criteria": [{"name": "  Tone ", "description": " Kind. "}]})
    assert rubric == Rubric((Criterion("Tone", "Kind.", 1.0),), 7.0)


@pytest.mark.parametrize(
    ("given_raw", "says"),
    [
        ([], "an object"),
        ({}, "1 to 20 criteria"),
        ({"criteria": []}, "1 to 20 criteria"),
        ({"criteria": raw()["criteria"] * 21}, "1 to 20 criteria"),
        ({"criteria": ["accuracy"]}, "Criterion 1 is not an object"),
        (raw(name=""), "needs a name"),
        (raw(name=" "), "needs a name"),
        (raw(name="a\nb"), "on one line"),
        (raw(name="x" * 61), "60 characters"),
        (raw(name=3), "needs a name"),
        (raw(description=""), "needs a description"),
        (raw(description="x" * 2001), "2,000 characters"),
        (raw(weight=0), "above 0"),
        (raw(weight=-1), "above 0"),
        (raw(weight=101), "at most 100"),
        (raw(weight=math.nan), "above 0"),
        (raw(weight=math.inf), "above 0"),
        (raw(weight=10**400), "above 0"),
        (raw(weight=True), "above 0"),
        (raw(weight="1"), "above 0"),
        (raw() | {"threshold": 10.1}, "0 to 10"),
        (raw() | {"threshold": -0.1}, "0 to 10"),
        (raw() | {"threshold": None}, "0 to 10"),
        (raw() | {"threshold": math.nan}, "0 to 10"),
        (
            {"criteria": [raw()["criteria"][0], {"name": "Accuracy", "description": "Again."}]},
            "Two criteria are named “Accuracy”",
        ),
    ],
)
def test_bad_rubrics_are_refused(given_raw: Any, says: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        parse_rubric(given_raw)
    assert says in caught.value.why


def test_weights() -> None:
    rubric = Rubric((Criterion("a", "A.", 3), Criterion("b", "B.", 1)))
    assert rubric.weighted_score({"a": 10, "b": 2}) == 8
    with pytest.raises(KeyError):
        rubric.weighted_score({"a": 10})


def test_a_rounding_error_does_not_decide_the_threshold() -> None:
    rubric = Rubric(tuple(Criterion(name, "X.", 0.1) for name in "abc"), 7)
    score = rubric.weighted_score({"a": 7, "b": 7, "c": 7})
    assert rubric.passes(score)
    assert not rubric.passes(6.999)


@given(st.lists(st.tuples(st.floats(1e-3, 100), st.floats(0, 10)), min_size=1, max_size=20))
def test_the_weighted_score_lies_between_the_scores(pairs: list[tuple[float, float]]) -> None:
    rubric = Rubric(tuple(Criterion(f"c{n}", "X.", weight) for n, (weight, _) in enumerate(pairs)))
    scores = {f"c{n}": score for n, (_, score) in enumerate(pairs)}
    weighted = rubric.weighted_score(scores)
    assert min(scores.values()) - 1e-9 <= weighted <= max(scores.values()) + 1e-9
    assert 0 <= weighted <= 10
