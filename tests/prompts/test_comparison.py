"""Comparisons as they are shown: words marked, long equal runs folded, settings beside each other."""

from promptassay.prompts.comparison import ROWS_SHOWN, compare
from promptassay.prompts.content import PromptContent
from tests.prompts.factories import content


def test_the_same_is_the_same() -> None:
    assert compare(content("a", "b"), content("a", "b")).is_same


def test_words_are_marked() -> None:
    (row,) = compare(content("sort the red ticket now"), content("sort the blue ticket now")).messages[0].rows
    assert row.kind == "replace"
    assert ("delete", "red") in row.left and ("insert", "blue") in row.right
    assert "".join(part.text for part in row.left) == "sort the red ticket now"
    assert "".join(part.text for part in row.right) == "sort the blue ticket now"


def test_equal_runs_are_folded_around_what_changed() -> None:
    lines = [f"line {number}" for number in range(40)]
    changed = [*lines[:20], "another thing entirely", *lines[21:]]
    rows = compare(content("\n".join(lines)), content("\n".join(changed))).messages[0].rows
    assert [row.kind for row in rows].count("fold") == 2
    assert sum(row.hidden for row in rows) == 17 + 16
    assert rows[1].left_number == 18


def test_added_messages_and_roles_show() -> None:
    shown = compare(content("a"), content("a", "b")).messages
    assert [each.kind for each in shown] == ["equal", "insert"]
    turned = PromptContent([{"role": "user", "content": "a"}])
    assert not compare(content("a"), turned).is_same


def test_settings_schema_and_tools_are_compared() -> None:
    tool = {"name": "look", "description": "a", "parameters": {}}
    left = PromptContent(content("a").messages, {"temperature": 1.0}, {"type": "object"}, [tool])
    right = PromptContent(content("a").messages, {"temperature": 1, "seed": 5}, None, [{**tool, "description": "b"}])
    changes = {each.name: each.kind for each in compare(left, right).settings}
    assert changes == {"seed": "insert", "response schema.type": "delete", "tools.look.description": "replace"}


def test_a_huge_difference_is_cut_and_says_so() -> None:
    left = "\n".join(f"a {number}" for number in range(ROWS_SHOWN + 500))
    rows = compare(content(left), content("")).messages[0].rows
    assert rows[-1].kind == "cut" and rows[-1].hidden == 500
