"""Compare tells what the diff shows, and prefers what scores better."""

from promptassay.language.messages import Message
from promptassay.providers.demo.panels.compare import compare
from tests.providers.demo.panels.prompts import FAIR, POOR


def test_the_same_texts_have_no_changes() -> None:
    answer = compare(FAIR, FAIR)
    assert answer["changes"] == []
    assert [each["choice"] for each in answer["prefer"]] == ["either"]
    assert "not a language model" in answer["summary"]


def test_changes_name_what_was_said_and_what_it_does() -> None:
    left = [Message("user", "Sort the ticket.\nAnswer in at most 12 words.\n{{ticket}}")]
    right = [Message("user", "Sort the ticket.\nNever answer it.\n{{ticket}} {{language}}")]
    changes = compare(left, right)["changes"]
    told = " ".join(each["what"] for each in changes)
    assert "Newly filled in: “language”" in told
    assert "Never answer it." in told
    assert any("It no longer states" in each["effect"] or "It states" in each["effect"] for each in changes)


def test_the_better_side_is_preferred_for_what_it_does_better() -> None:
    prefer = compare(POOR, FAIR)["prefer"]
    assert {each["choice"] for each in prefer} == {"right"}
    assert {each["choice"] for each in compare(FAIR, POOR)["prefer"]} == {"left"}


def test_whole_messages_and_roles_are_told() -> None:
    changes = compare([Message("user", "Sort it.")], [Message("system", "Sort it."), Message("user", "{{ticket}}")])
    told = " ".join(each["what"] for each in changes["changes"])
    assert "message is new" in told
    roles = compare([Message("user", "Sort it.")], [Message("system", "Sort it.")])
    assert "speaks as system instead of user" in " ".join(each["what"] for each in roles["changes"])


def test_new_weaknesses_are_risks() -> None:
    right = [FAIR[0], Message("user", "Be brief. Answer in great detail, and do so for each ticket. {{ticket}}")]
    risks = [each for each in compare(FAIR, right)["changes"] if each["what"].startswith("On the right")]
    assert any("contradict" in each["effect"] for each in risks)


def test_nothing_on_either_side() -> None:
    assert compare([], [])["changes"] == []
