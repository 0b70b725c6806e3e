"""What counts as said: a stand-in does not, and “none” is an answer where there may be none."""

from dataclasses import replace

import pytest

from promptassay.trust.legal.operator import (
    BY_KEY,
    FIELDS,
    Operator,
    is_placeholder,
    is_reviewed,
    missing,
    review_words,
    value_of,
)
from tests.trust.legal.conftest import OPERATOR


@pytest.mark.parametrize(
    "value",
    ["TODO", "tbd", "<your name>", "[Company]", "{name}", "you@example.com", "Your Company Ltd", "xxx", "a@b.example"],
)
def test_a_stand_in_says_nothing(value: str) -> None:
    assert is_placeholder(value)
    assert missing(replace(OPERATOR, name=value), frozenset({"name"})) == [BY_KEY["name"]]


@pytest.mark.parametrize("value", ["Northwind Assay OÜ", "O'Brien & Sons (Holdings) Ltd", "Todorović d.o.o.", "東京"])
def test_a_name_is_a_name(value: str) -> None:
    assert not is_placeholder(value)
    assert not missing(replace(OPERATOR, name=value), frozenset({"name"}))


def test_whoever_said_nothing_misses_everything_in_order() -> None:
    assert missing(Operator(), frozenset(BY_KEY)) == list(FIELDS)
    assert not missing(OPERATOR, frozenset(BY_KEY))


def test_none_is_an_answer_for_representative_and_officer() -> None:
    said = replace(OPERATOR, representative="None", dpo="none")
    assert "named no representative" in value_of(said, BY_KEY["representative"])
    assert "named no data protection officer" in value_of(said, BY_KEY["dpo"])
    assert "is Zoë Łukasz" in value_of(OPERATOR, BY_KEY["dpo"])


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("security@northwind.test", "mailto:security@northwind.test"),
        ("mailto:security@northwind.test", "mailto:security@northwind.test"),
        ("https://northwind.test/report@home", "https://northwind.test/report@home"),
        ("security@example.com", ""),
        ("", ""),
    ],
)
def test_the_security_contact_is_a_uri(given: str, uri: str) -> None:
    assert Operator(security_contact=given).security_uri == uri


def test_a_template_is_called_one_until_somebody_reviewed_it() -> None:
    assert not is_reviewed(OPERATOR) and "counsel must review" in review_words(OPERATOR)
    assert not is_reviewed(replace(OPERATOR, reviewed="TODO"))
    done = replace(OPERATOR, reviewed="Advokaat Kask, 3 December 2026")
    assert is_reviewed(done) and "Advokaat Kask" in review_words(done)
