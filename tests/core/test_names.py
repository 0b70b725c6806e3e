"""Names: marks that turn the text around them are refused, everything that people write is not."""

import pytest

from promptassay.core.names import name_problem


@pytest.mark.parametrize("name", ["Triage", "مرحبا بالعالم", "שלום world", "👩‍🚀 crew", "می‌خواهم", "soft\u00adhyphen"])
def test_what_people_write_is_a_name(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize("mark", list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
def test_a_mark_that_turns_text_is_named(mark: str) -> None:
    assert f"U+{ord(mark):04X}" in name_problem(f"gpj{mark}.exe")


def test_a_null_character_is_none() -> None:
    assert "U+0000" in name_problem("a\x00")
