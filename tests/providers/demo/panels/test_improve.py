"""Improve mends what Critique finds, one applicable edit at a time, and says what it leaves."""

from collections.abc import Sequence

from promptassay.language.messages import Message
from promptassay.providers.demo.panels.critique import critique
from promptassay.providers.demo.panels.edits import apply_edits, stands_once
from promptassay.providers.demo.panels.improve import improve
from promptassay.providers.demo.panels.reading import placeholders, read
from tests.providers.demo.panels.prompts import FAIR, POOR, prompts, total


def _filled_in(messages: Sequence[Message]) -> set[str]:
    return {each for message in messages for each in placeholders(message.content)}


def test_every_edit_applies_and_the_result_scores_no_worse() -> None:
    raised = 0
    for name, messages in prompts():
        answer = improve(read(messages), [], "")
        for edit in answer["edits"]:
            assert not edit["find"] or stands_once(messages[edit["message"] - 1].content, edit["find"]), name
            assert edit["why"]
        after = apply_edits(messages, answer["edits"])
        assert total(after) >= total(messages), name
        raised += total(after) > total(messages)
        assert _filled_in(after) <= _filled_in(messages), name
    assert raised >= 50


def test_a_poor_prompt_gets_delimiters_a_contract_and_a_way_out() -> None:
    answer = improve(read(POOR), [], "")
    text = apply_edits(POOR, answer["edits"])[0].content
    assert "<ticket>{{ticket}}</ticket>" in text
    assert "Use exactly this shape" in text
    assert "null instead of guessing" in text or "instead of guessing" in text
    assert "joe.ray" not in text
    assert total([Message("user", text)]) > total(POOR)
    assert "two instructions contradict each other" in answer["summary"]


def test_only_chosen_findings_are_mended() -> None:
    findings = critique(read(POOR))["findings"]
    one = next(each for each in findings if each["quote"] == "{{ticket}}")
    answer = improve(read(POOR), [one], "")
    assert len(answer["edits"]) == 1
    assert "<ticket>" in answer["edits"][0]["replace"]


def test_a_finding_of_another_model_is_known_by_its_quote() -> None:
    other = {"severity": "must", "title": "Injection", "detail": "…", "quote": "at the {{ticket}} and", "message": 1}
    assert "<ticket>" in improve(read(POOR), [other], "")["edits"][0]["replace"]
    strange = improve(read(POOR), [{"title": "Tone", "quote": "", "message": 1}], "")
    assert strange["edits"] == []
    assert "None of the chosen findings" in strange["summary"]


def test_it_says_which_wishes_it_cannot_follow() -> None:
    assert "cannot follow a wish such as “make it rhyme”" in improve(read(FAIR), [], "make it rhyme")["summary"]
    shorter = improve(read([Message("user", "Please simply sort it.")]), [], "shorter please")
    assert "cannot follow" not in shorter["summary"]
    assert apply_edits([Message("user", "Please simply sort it.")], shorter["edits"])[0].content.startswith("sort it.")


def test_a_long_paragraph_is_broken_at_a_sentence() -> None:
    text = "Read the report with care and write down what it says. " * 12
    edits = improve(read([Message("user", text)]), [], "")["edits"]
    broken = apply_edits([Message("user", text)], edits)[0].content
    assert ".\n\nRead" in broken


def test_nothing_is_found_in_nothing() -> None:
    answer = improve(read([Message("user", "")]), [], "")
    assert "not a language model" in answer["summary"]
