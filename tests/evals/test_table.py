"""The case table as text."""

from promptassay.core.ids import uuid7
from promptassay.evals.table import Column, digest, fingerprint, merged, plain, row_of, shown


def test_a_blank_cell_is_no_value_and_two_quotes_are_an_empty_text() -> None:
    assert (shown(None), shown(""), shown("x")) == ("", '""', "x")
    assert merged({}, {"a": "", "b": '""', "c": "x"}) == {"b": "", "c": "x"}


def test_clearing_a_cell_takes_the_value_away() -> None:
    assert merged({"a": "x", "b": "y"}, {"a": ""}) == {"b": "y"}


def test_a_cell_that_was_not_touched_keeps_its_exact_value() -> None:
    before = {"lines": "a\r\nb", "quotes": '""', "empty": ""}
    cells = {name: shown(value) for name, value in before.items()}
    assert cells["lines"] == "a\nb"
    assert merged(before, cells) == before


def test_line_ends_come_back_as_browsers_keep_them() -> None:
    assert plain("a\r\nb\rc\n") == "a\nb\nc\n"


def test_a_row_shown_and_posted_back_has_the_same_digest() -> None:
    columns = [Column("ticket"), Column("tone", "kind")]
    row = row_of(uuid7(), "name", {"ticket": "a\r\nb"}, "x\r\n", columns)
    assert row.was == row.digest == digest("name", {"ticket": "a\nb", "tone": ""}, "x\n")
    row.cells["tone"] = "rude"
    assert row.digest != row.was


def test_an_empty_column_more_or_less_makes_no_difference() -> None:
    assert digest("n", {"a": "x"}, "") == digest("n", {"a": "x", "b": ""}, "")
    assert digest("n", {"a": "x"}, "") != digest("n", {"b": "x"}, "")


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert len(fingerprint([])) == 16


def test_only_a_used_column_without_default_is_required() -> None:
    assert Column("a").required
    assert not Column("a", "").required and not Column("a", used=False).required
