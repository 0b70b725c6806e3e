"""Scores follow from findings: better prompts score better, the same prompt always the same."""

import pytest

from promptassay.language.messages import Message
from promptassay.providers.demo.panels.critique import MAX_FINDINGS, critique
from promptassay.providers.demo.panels.observations import ASPECTS
from promptassay.providers.demo.panels.reading import read
from tests.providers.demo.panels.prompts import FAIR, POOR, prompts, total, worsened


def test_better_prompts_score_better() -> None:
    english = [messages for _, messages in prompts() if read(messages).is_english]
    assert len(english) >= 60
    worse = [worsened(messages) for messages in english]
    assert total(POOR) < total(FAIR) < sum(map(total, english)) / len(english)
    better = sum(total(messages) > total(other) for messages, other in zip(english, worse, strict=True))
    assert better >= 0.95 * len(english)


def test_six_scores_within_range_each_with_a_reason_and_findings_that_are_in_the_text() -> None:
    for name, messages in [*prompts(), ("poor", POOR)]:
        answer = critique(read(messages))
        assert [each["aspect"] for each in answer["scores"]] == list(ASPECTS), name
        assert all(0 <= each["score"] <= 10 and each["reason"] for each in answer["scores"]), name
        assert len(answer["findings"]) <= MAX_FINDINGS
        for finding in answer["findings"]:
            assert finding["quote"] in messages[finding["message"] - 1].content, name
            assert finding["severity"] in ("must", "should", "may")
        assert "not a language model" in answer["summary"]


def test_a_score_below_ten_is_explained_by_what_was_found() -> None:
    answer = critique(read(POOR))
    lowered = [each for each in answer["scores"] if each["score"] < 10]
    titles = {finding["title"] for finding in answer["findings"]}
    assert lowered
    assert all(any(title in each["reason"] for title in titles) for each in lowered)
    ranks = [["must", "should", "may"].index(finding["severity"]) for finding in answer["findings"]]
    assert ranks == sorted(ranks)


def test_the_same_prompt_gets_the_same_critique() -> None:
    assert critique(read(POOR)) == critique(read(POOR))


@pytest.mark.parametrize("messages", [[], [Message("user", "")], [Message("system", " \n"), Message("user", "")]])
def test_nothing_scores_nothing(messages: list[Message]) -> None:
    answer = critique(read(messages))
    assert {each["score"] for each in answer["scores"]} == {0}
    assert answer["findings"] == []


def test_what_it_cannot_read_is_not_praised() -> None:
    text = "Fasse den folgenden Text zusammen und nenne die drei wichtigsten Punkte, ohne etwas zu erfinden."
    answer = critique(read([Message("user", text)]))
    assert "English only" in answer["summary"]
    assert {each["score"] for each in answer["scores"] if each["aspect"] == "clarity"} == {5}
