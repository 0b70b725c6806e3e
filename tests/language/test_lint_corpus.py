"""Good prompts stay quiet: the lint against the corpus, whose true findings were written down before the rules."""

import pytest

from tests.language.lint.corpus_reader import CorpusPrompt, corpus, judge, read

# The promise is one in five prompts; what is held is far below it, so that a new rule cannot use it up unseen.
MAX_FALSE_PER_PROMPT = 0.05


def test_the_corpus_is_large_and_varied() -> None:
    assert len(corpus()) >= 60
    kinds = {prompt.kind.removesuffix(", plain style") for prompt in corpus()}
    assert len(kinds) >= 30
    assert {
        "few-shot",
        "code generation",
        "long policy",
        "Japanese",
        "Arabic",
        "German",
        "SQL",
        "legal",
        "medical",
    } <= kinds
    assert sum(prompt.context.has_tools for prompt in corpus()) >= 5


def test_false_findings_are_rare() -> None:
    false = [finding for prompt in corpus() for finding in judge(prompt).false]
    assert len(false) <= MAX_FALSE_PER_PROMPT * len(corpus()), false


@pytest.mark.parametrize("prompt", corpus(), ids=lambda prompt: prompt.name)
def test_what_is_wrong_is_found(prompt: CorpusPrompt) -> None:
    assert judge(prompt).missed == ()


@pytest.mark.parametrize("prompt", corpus(), ids=lambda prompt: prompt.name)
def test_what_is_expected_is_in_the_text(prompt: CorpusPrompt) -> None:
    text = "\n".join(message.content for message in prompt.context.messages).lower()
    assert [quote for _, quote in prompt.expected if quote.lower() not in text] == []


FILE = "kind: x\nexpect: vague-wording :: etc.\n=== user\nName the tools, etc. Try to be quick.\n"


def test_the_judgement_can_fail() -> None:
    verdict = judge(read("made-up", FILE))
    assert [finding.rule for finding in verdict.true] == ["vague-wording"]
    assert len(verdict.false) == 1
    missed = judge(read("made-up", FILE.replace("etc.", "tongs.", 2).replace(":: tongs.", ":: tongs")))
    assert missed.missed == (("vague-wording", "tongs"),)


@pytest.mark.parametrize(
    "text", ["kind: x\nexpect: none\n", "mood: x\n=== user\nHi\n", "kind: x\nexpect: none\n=== judge\nHi\n"]
)
def test_a_file_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="made-up"):
        read("made-up", text)
