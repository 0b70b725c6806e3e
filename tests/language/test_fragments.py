"""The source in memory answers for newest, pinned, missing pin and missing fragment."""

from promptassay.language.fragments import NO_FRAGMENTS, FragmentTable, FragmentText, PinMissing


def test_answers_of_a_table() -> None:
    table = FragmentTable({"a": {1: "one", 3: "three"}, "b": {}})
    assert table.load("a", None) == FragmentText("a", 3, "three")
    assert table.load("a", 1) == FragmentText("a", 1, "one")
    assert table.load("a", 2) == PinMissing(3)
    assert table.load("b", None) == PinMissing(None)
    assert table.load("c", None) is None
    assert NO_FRAGMENTS.load("a", 1) is None
