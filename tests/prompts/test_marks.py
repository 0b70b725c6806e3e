"""Marks for the editor and lines for the list: places by field, fixes with their edits, nothing said twice."""

from promptassay.language.expand import expand
from promptassay.language.fragments import NO_FRAGMENTS
from promptassay.language.lint import Finding, Fix, lint, prompt
from promptassay.prompts.content import PromptContent
from promptassay.prompts.marks import lines_of, marks_of
from tests.prompts.factories import content


def _found(text: PromptContent, **rest: object) -> list[Finding]:
    return lint(prompt(*((each["role"], each["content"]) for each in text.messages), **rest))  # type: ignore[arg-type]


def _expansion(text: PromptContent) -> object:
    return expand(text.language_messages, NO_FRAGMENTS)


def test_a_fix_names_fields_and_places() -> None:
    text = content("Greet {{customer}}.", "And {{custmer}}.")
    found = _found(text)
    marks = marks_of(_expansion(text), found, [4, 2])  # type: ignore[arg-type]
    assert [(each["field"], each["from"], each["to"], each["rule"], each["number"]) for each in marks] == [
        ("content-2", 4, 15, "near-duplicate-variable", 0)
    ]
    assert marks[0]["related"] == [{"field": "content-4", "from": 6, "to": 18}]
    assert marks[0]["fixes"] == [
        {
            "title": "Rename to “customer”",
            "edits": [{"field": "content-2", "from": 6, "to": 13, "insert": "customer"}],
            "remove": [],
            "unset": [],
            "variables": [],
            "step": ["near-duplicate-variable", 1, 4, 15, "Rename to “customer”"],
        }
    ]


def test_settings_are_named_as_their_fields_are() -> None:
    finding = Finding("model-mismatch", "error", 0, 0, 0, "No.", (Fix("Unset", drop_settings=("json_mode", "seed")),))
    text = content("x")
    assert marks_of(_expansion(text), [finding], [0])[0]["fixes"][0]["unset"] == ["output", "seed"]  # type: ignore[arg-type]


def test_what_cannot_be_resolved_is_marked_once_and_even_when_silenced() -> None:
    text = content("{{first name}} ${fragment:gone}")
    spoken = marks_of(_expansion(text), _found(text), [0])  # type: ignore[arg-type]
    assert [each["rule"] for each in spoken] == ["malformed-placeholder", "unknown-fragment"]
    silent = marks_of(_expansion(text), [], [0])  # type: ignore[arg-type]
    assert [(each["from"], each["severity"], "rule" in each) for each in silent] == [
        (0, "error", False),
        (15, "error", False),
    ]


def test_lines_say_where_and_quote_what_the_sentence_does_not() -> None:
    text = content("Be kind.\nMail maren.holt" + "@" + "lindenau-werke.de, Try to be brief.")
    lines = lines_of(text, _found(text), [3])
    assert [(each.number, each.field, each.line, each.tone) for each in lines] == [(0, "content-3", 2, "warn")]
    assert lines[0].quote.startswith("maren.holt")
    vague = content("Try to be brief.")
    assert [each.quote for each in lines_of(vague, _found(vague), [0])] == [""]
