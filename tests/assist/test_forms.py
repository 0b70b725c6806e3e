"""What is said of an accepted text, and accepted cases, as the page sends them."""

import json

import pytest

from promptassay.assist import forms
from promptassay.core.errors import ValidationFailed


def test_an_acceptance_counts_and_never_more_than_were_offered() -> None:
    made = forms.read_acceptance(
        {"model": "demo/demo-small", "accepted": "7", "offered": "5", "instruction": " x\r\ny "}
    )
    assert (made.accepted, made.offered, made.instruction) == (5, 5, "x\ny")
    assert forms.read_acceptance({"accepted": "-1", "offered": "many"}).offered == 0
    with pytest.raises(ValidationFailed, match="2,000 fit"):
        forms.read_acceptance({"instruction": "x" * 2001})


@pytest.mark.parametrize(
    "cases",
    [
        "",
        "[]",
        "{}",
        "[1]",
        '[{"name": 1, "values": {}}]',
        '[{"name": "x", "values": {"a": 1}}]',
        '[{"name": "x", "values": {"a b": "x"}}]',
        json.dumps([{"name": "x", "values": {}}] * 11),
    ],
)
def test_cases_of_another_shape_are_refused(cases: str) -> None:
    with pytest.raises(ValidationFailed):
        forms.read_cases({"cases": cases})


def test_cases_are_read() -> None:
    row = forms.read_cases({"cases": '[{"name": " a\\n b ", "values": {"t": "x"}, "why": "y"}]'})[0]
    assert (row.name, row.variables, row.expected) == ("a b", {"t": "x"}, "")
