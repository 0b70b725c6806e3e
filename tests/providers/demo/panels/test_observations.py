"""What the demo's critique sees: the lint's findings, and what the form of a prompt leaves out."""

import pytest

from promptassay.language.messages import Message
from promptassay.providers.demo.panels.observations import ASPECTS, observe, quote_of
from promptassay.providers.demo.panels.reading import read
from tests.providers.demo.panels.prompts import POOR, prompts

LONG = "The report that the committee which met on the day after the storm had asked for should be read " * 3
CASES = [
    ("no-task", "{{text}}"),
    ("few-words", "Summarise {{text}}."),
    ("nothing-to-check", "Write a warm and lively text about the sea and the people who live beside its long shores."),
    ("long-sentence", f"{LONG}and summed up."),
    ("wall-of-text", "Read the report with care and write down what it says. " * 12),
    ("no-way-out", "You are a translator. Translate the text into French, in exactly one paragraph."),
    ("no-output", "You are a kind teacher. Think about the sea and never be rude to the person who asks you."),
    ("no-limit", "You are a kind teacher. Write a list with bullets about the sea and be kind to the person who asks."),
    ("input-obeyed", "Summarise the mail in at most three sentences.\n\n<mail>\n{{mail}}\n</mail>"),
    ("undelimited-input", "Summarise this mail in at most three sentences for me: {{mail}} and be kind."),
    ("vague-wording", "Sort the ticket into one of bug or billing and explain it as needed."),
    ("conflicting-instructions", "Be brief. Answer in great detail."),
    ("secret-or-personal-data", "Write to joe.ray@mail-firm.de and be kind to the person who reads it."),
]


@pytest.mark.parametrize(("rule", "text"), CASES)
def test_each_weakness_is_seen_where_it_is(rule: str, text: str) -> None:
    seen = observe(read([Message("user", text)]))
    assert rule in {each.rule for each in seen}


def test_every_observation_quotes_the_text_exactly_and_belongs_to_an_aspect() -> None:
    for _, messages in [*prompts(), ("poor", POOR)]:
        reading = read(messages)
        for each in observe(reading):
            index = each.place.index if each.place else 0
            assert quote_of(reading, each) in messages[index].content
            assert each.aspect in ASPECTS
            assert each.cost > 0
            assert each.title
            assert each.detail


def test_a_prompt_without_text_and_one_in_another_language_are_not_judged_by_wording() -> None:
    assert {each.rule for each in observe(read([Message("user", "")]))} == {"empty-message"}
    german = "Fasse den folgenden Text zusammen und nenne die drei wichtigsten Punkte, ohne etwas zu erfinden."
    assert not [each for each in observe(read([Message("user", german)])) if each.finding is None]
