"""What is wrong with a text as the workbench shows it: marks for the editor, lines for the list, fixes with both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from promptassay.language.expand import Expansion
from promptassay.language.lint import Finding, Fix, Span
from promptassay.prompts.content import PromptContent

# Severities as the editor's marks know them, and as chips are toned.
_MARKS: Final = {"error": "error", "warning": "warning", "hint": "info"}
_TONES: Final = {"error": "bad", "warning": "warn", "hint": ""}
# Settings whose field in the page has another name.
_FIELDS: Final = {"json_mode": "output"}
_QUOTED: Final = 90


@dataclass(frozen=True)
class PlaceLine:
    """A place in words: the page's field, its message and its line, both from 1."""

    field: str
    message: int
    line: int


@dataclass(frozen=True)
class FindingLine:
    """A finding as the list shows it: `number` counts from 0, `line` from 1.

    `field` is the name of its message's field in the page, `quote` the text under it (empty where the finding quotes it
    itself), and `related` are further places that belong to it.
    """

    number: int
    finding: Finding
    field: str
    line: int
    quote: str
    related: list[PlaceLine]

    @property
    def tone(self) -> str:
        """The tone of its chip; empty for a hint."""
        return _TONES[self.finding.severity]


def lines_of(content: PromptContent, findings: Sequence[Finding], keys: Sequence[int]) -> list[FindingLine]:
    """The findings with what a person needs to find their place."""
    lines = []
    for number, each in enumerate(findings):
        text = content.messages[each.message_index]["content"] if content.messages else ""
        quote = " ".join(text[each.start : each.end][: _QUOTED + 1].split())
        shown = quote if each.end - each.start <= _QUOTED else f"{quote[: _QUOTED - 1]}…"
        if f"“{quote.strip('{}')}”" in each.text:  # it says so itself
            shown = ""
        place = _place(content, each.span, keys)
        related = [_place(content, span, keys) for span in each.related]
        lines.append(FindingLine(number, each, place.field, place.line, shown, related))
    return lines


def _place(content: PromptContent, span: Span, keys: Sequence[int]) -> PlaceLine:
    text = content.messages[span.message_index]["content"] if content.messages else ""
    field = _mark(keys, span.message_index, 0, 0)["field"]
    return PlaceLine(field, span.message_index + 1, text.count("\n", 0, span.start) + 1)


def marks_of(found: Expansion, findings: Sequence[Finding], keys: Sequence[int]) -> list[dict[str, Any]]:
    """Everything to be marked, by field of the page; offsets are in code points.

    A mark of a finding has its `rule`, its `number` and its `fixes`. What cannot be resolved is marked even where no
    finding says so, because its rule is silenced: the prompt cannot run.
    """
    marks = [_finding(number, each, keys) for number, each in enumerate(findings)]
    taken = {(each.message_index, each.start, each.end) for each in findings if each.severity == "error"}
    marks += [
        _mark(keys, each.message_index, each.start, each.end) | {"severity": "error", "message": each.reason}
        for each in found.problems
        if not each.path and (each.message_index, each.start, each.end) not in taken
    ]
    for error in found.errors:
        place = error.place
        if (place.message_index, place.start, place.end) not in taken:
            mark = _mark(keys, place.message_index, place.start, place.end)
            marks.append(mark | {"severity": "error", "message": f"{error.message} {error.why}"})
    return marks


def _mark(keys: Sequence[int], message_index: int, start: int, end: int) -> dict[str, Any]:
    return {"field": f"content-{keys[message_index]}" if keys else "", "from": start, "to": end}


def _finding(number: int, finding: Finding, keys: Sequence[int]) -> dict[str, Any]:
    return _mark(keys, finding.message_index, finding.start, finding.end) | {
        "severity": _MARKS[finding.severity],
        "message": finding.text,
        "rule": finding.rule,
        "number": number,
        "related": [_mark(keys, *span) for span in finding.related],
        "fixes": [_fix(finding, each, keys) for each in finding.fixes],
    }


def _fix(finding: Finding, fix: Fix, keys: Sequence[int]) -> dict[str, Any]:
    """A fix for the page: edits by field, positions of messages to remove, fields to empty, and its `step`."""
    return {
        "title": fix.title,
        "edits": [
            _mark(keys, each.message_index, each.start, each.end) | {"insert": each.replacement} for each in fix.edits
        ],
        "remove": list(fix.drop_messages),
        "unset": [_FIELDS.get(name, name) for name in fix.drop_settings],
        "variables": list(fix.drop_variables),
        "step": [finding.rule, finding.message_index, finding.start, finding.end, fix.title],
    }
