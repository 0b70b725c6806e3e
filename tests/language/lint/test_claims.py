"""Claims: limits are read with what they are about, conditions and scopes set them apart."""

import pytest

from promptassay.language.lint.claims import (
    BREVITY,
    DETAIL,
    is_conditional,
    language_claims,
    limit_claims,
    only_claims,
    reason_claims,
    scope_of,
    singular,
    style_claims,
)
from promptassay.language.lint.prose import Prose, read_prose
from promptassay.language.parse import parse


def read(text: str) -> Prose:
    return read_prose(text, parse(text))


@pytest.mark.parametrize(
    ("text", "unit", "least", "most", "subject"),
    [
        ("Answer in at most 50 words.", "word", None, 50, ""),
        ("Write at least two paragraphs.", "paragraph", 2, None, ""),
        ("Your response should be under 1,200 characters.", "character", None, 1200, ""),
        ("Answer in one sentence.", "sentence", 1, 1, ""),
        ("Write between 80 and 120 words.", "word", 80, 120, ""),
        ("Write 80-120 words.", "word", 80, 120, ""),
        ("Write 50 words or fewer.", "word", None, 50, ""),
        ("Write 300 words or more.", "word", 300, None, ""),
        ("Keep the summary under 50 words.", "word", None, 50, "summary"),
        ("Each bullet has at most 9 words.", "word", None, 9, "bullet"),
        ("At most 80 words a turn.", "word", None, 80, "turn"),
        ("At most 80 words per answer.", "word", None, 80, ""),
        ("Sentences of at most 15 words.", "word", None, 15, "sentence"),
    ],
)  # fmt: skip
def test_limits(text: str, unit: str, least: int | None, most: int | None, subject: str) -> None:
    (limit,) = limit_claims(read(text), 0)
    assert (limit.unit, limit.least, limit.most, limit.claim.subject) == (unit, least, most, subject)


@pytest.mark.parametrize(
    "text", ["He wrote 500 words.", "If asked, write at least 9 words.", "About words.", "A 50-word text", "some words"]
)
def test_what_is_no_limit(text: str) -> None:
    assert list(limit_claims(read(text), 0)) == []


@pytest.mark.parametrize(
    ("text", "conditional"),
    [
        ("Be brief.", False),
        ("If it is late, be brief.", True),
        ("Be brief unless asked.", True),
        ("For experts, be brief.", True),
        ("When the user is angry:\n- be brief", True),
        ("Rules:\n- be brief", False),
        ("In quick mode: be brief.", True),
    ],
)
def test_conditions(text: str, conditional: bool) -> None:
    prose = read(text)
    at = prose.text.index("be brief")
    assert is_conditional(prose, *prose.sentence(at)) is conditional


def test_scopes_are_headings_and_labels_that_name_a_part() -> None:
    text = "# Chat\nbe brief\n# Style\nbe short\n- Title: at most 5 words"
    prose = read(text)
    assert scope_of(prose, text.index("be brief")) == "chat"
    assert scope_of(prose, text.index("be short")) == ""
    assert scope_of(prose, text.index("at most")) == "title"


@pytest.mark.parametrize(
    ("text", "brief", "detailed"),
    [
        ("Keep your answers short.", 1, 0),
        ("Be concise and clear.", 1, 0),
        ("Be as thorough as possible.", 0, 1),
        ("Be brief but complete.", 0, 0),
        ("Be brief in chats.", 0, 0),
        ("Never be brief.", 0, 0),
        ("Write a short title.", 0, 0),
    ],
)
def test_styles(text: str, brief: int, detailed: int) -> None:
    assert len(style_claims(read(text), 0, BREVITY)) == brief
    assert len(style_claims(read(text), 0, DETAIL)) >= detailed


@pytest.mark.parametrize(
    ("text", "only", "reasons"),
    [
        ("Return only valid JSON.", 1, 0),
        ("Answer with JSON only.", 1, 0),
        ("No other text.", 1, 0),
        ("Explain your reasoning first.", 0, 1),
        ("Put your reasoning into a field.", 0, 0),
        ("Show your reasoning in the `why` key.", 0, 0),
        ("Explain your reasoning to yourself.", 0, 0),
        ("Only staff may see JSON.", 0, 0),
    ],
)
def test_formats_and_reasons(text: str, only: int, reasons: int) -> None:
    assert len(list(only_claims(read(text), 0))) == only
    assert len(list(reason_claims(read(text), 0))) == reasons


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Answer in English.", ["english"]),
        ("Always respond to the user only in clear German.", ["german"]),
        ("Reply in the user's language.", ["the user's language"]),
        ("Write the poem in German.", []),
        ("Do not answer in French.", []),
        ("If asked, answer in French.", []),
        ("Translate from French to Dutch.", []),
        ("Grammar is explained in English.", []),
    ],
)
def test_languages(text: str, languages: list[str]) -> None:
    assert [tongue.language for tongue in language_claims(read(text), 0)] == languages


def test_plurals() -> None:
    assert [singular(word) for word in ("replies", "words", "class", "bus", "ties")] == [
        "reply",
        "word",
        "class",
        "bus",
        "tie",
    ]
