"""What is weak about a prompt: the lint's findings, and what its form leaves out; each with what it costs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from promptassay.language.lint import RULES, Finding
from promptassay.providers.demo.panels.reading import Place, Reading, words_of

Aspect = Literal["clarity", "specificity", "structure", "context", "output", "robustness"]
Severity = Literal["must", "should", "may"]
ASPECTS: Final[tuple[Aspect, ...]] = ("clarity", "specificity", "structure", "context", "output", "robustness")
LONG_SENTENCE, LONG_PARAGRAPH, FEW_WORDS, MANY_WORDS = 40, 110, 12, 150
_MAX_QUOTE: Final = 240

_LINT: Final[dict[str, tuple[Aspect, float, str]]] = {
    "empty-message": ("structure", 3, "A message says nothing"),
    "malformed-placeholder": ("structure", 4, "A placeholder will not be filled in"),
    "near-duplicate-variable": ("clarity", 2, "Two variables are named almost alike"),
    "vague-wording": ("specificity", 1.5, "A hedge leaves the model to guess"),
    "conflicting-instructions": ("clarity", 4, "Two instructions contradict each other"),
    "missing-output-contract": ("output", 5, "The form of the output is named, not shown"),
    "undelimited-input": ("robustness", 4, "Nothing marks where the input begins and ends"),
    "secret-or-personal-data": ("robustness", 5, "Something private stands in the text"),
}
_SEVERITY: Final[dict[str, Severity]] = {"error": "must", "warning": "should", "hint": "may"}

_OUTPUT: Final = re.compile(
    r"\b(?:json|csv|yaml|xml|html|markdown|table|lists?|bullets?|format|schema|sentences?|paragraphs?|words?|lines?|"
    r"(?:answer|respond|reply|return|output|write) (?:with|in|only|as|exactly|one|a single)|one of|headings?|columns?|"
    r"numbered|title|subject)\b"
)
_LIMIT: Final = re.compile(
    r"\b(?:at most|no more than|under|up to|maximum|max\.?|exactly|between|fewer than|less than|within|only|"
    r"nothing else|one|two|three|four|five|\d+)\b"
)
_CHECKABLE: Final = re.compile(
    r"\b(?:must|never|always|only|exactly|at most|at least|do not|don't|no more than|if|when|unless|\d+|one of|each|"
    r"every|first|then)\b"
)
_SITUATION: Final = re.compile(
    r"\b(?:you are|act as|as an?|your (?:role|job|task|readers?|users?)|for (?:an?|our|the|people|readers?|customers?|"
    r"developers?|children|beginners?|experts?)|audience|readers?|users?|customers?|context|background|we are|our)\b"
)
_EXAMPLE: Final = re.compile(r"\b(?:examples?|for instance|e\.g\.|such as|like this|sample)\b")
_SHOWN: Final = re.compile(r"[{\[]\s{0,9}\"\w|^[ \t]*\|[^\n|]{1,200}\|", re.MULTILINE)
_SORTS: Final = re.compile(
    r"\b(?:classif\w*|categor\w*|triage|label|extract\w*|rewrite|translate|convert|score|rate|grade|format)\b"
)
_WAY_OUT: Final = re.compile(
    r"\b(?:(?:if|when|where|unless)\b[^.\n]{0,80}\b(?:no|not|none|nothing|missing|unclear|unknown|unsure|cannot|can't|"
    r"empty|lacks?|absent|doubt|ambiguous|without|isn't|doesn't|fails?|invalid|other)|otherwise|"
    r"(?:do not|don't|never) (?:invent|guess|make up|assume|fabricate|speculate)|instead of guessing|say so|"
    r"i don't know|null)\b"
)
_AS_DATA: Final = re.compile(
    r"\b(?:data,? (?:not|never)|is data|are data|not instructions?|ignore (?:any|all) (?:instructions?|orders?)|"
    r"(?:do not|don't|never) (?:follow|obey|act on)|untrusted)\b"
)


@dataclass(frozen=True)
class Observation:
    """One weak point. `rule` is the lint's, or a name of our own; `finding` is there when a rule of the lint spoke."""

    rule: str
    aspect: Aspect
    severity: Severity
    cost: float
    title: str
    detail: str
    place: Place | None = None
    finding: Finding | None = None


def observe(reading: Reading) -> list[Observation]:
    """All weak points, those of the lint first."""
    found = list(_of_lint(reading))
    if not reading.is_english or not any(message.content.strip() for message in reading.messages):
        return found
    for look in (_task, _long_sentences, _paragraphs, _vagueness, _situation, _output, _safety):
        found += look(reading, found)
    return found


def _of_lint(reading: Reading) -> Iterator[Observation]:
    for finding in reading.lint:
        aspect, cost, title = _LINT[finding.rule]
        detail = f"{finding.text} {RULES[finding.rule].rule.mend}"
        place = Place(finding.message_index, finding.start, finding.end) if finding.end > finding.start else None
        severity = _SEVERITY[finding.severity]
        yield Observation(finding.rule, aspect, severity, cost, title, detail, place, finding)


def _task(reading: Reading, found: list[Observation]) -> Iterator[Observation]:
    if reading.word_count < 3:
        yield Observation(
            "no-task",
            "clarity",
            "must",
            7,
            "Nothing says what to do",
            "The prompt holds hardly a word besides what is filled in. Begin with the task, in one sentence.",
        )


def _long_sentences(reading: Reading, found: list[Observation]) -> Iterator[Observation]:
    told = 0
    for index in reading.context.instructing:
        for place in reading.sentences(index):
            count = words_of(reading.text(place))
            if count > LONG_SENTENCE and told < 3 and "<" not in reading.text(place):
                told += 1
                yield Observation(
                    "long-sentence",
                    "clarity",
                    "may",
                    1.5,
                    "A sentence carries too much",
                    f"It has {count} words. One instruction for each sentence is followed more often.",
                    place,
                )


def _paragraphs(reading: Reading, found: list[Observation]) -> Iterator[Observation]:
    walls = [
        place
        for index in reading.context.instructing
        for place in reading.paragraphs(index)
        if words_of(reading.text(place)) > LONG_PARAGRAPH
    ]
    for place in walls[:2]:
        yield Observation(
            "wall-of-text",
            "structure",
            "should",
            3,
            "Much stands in one block",
            f"The paragraph has {words_of(reading.text(place))} words. Give task, rules, input and output their own.",
            place,
        )
    if not walls and reading.word_count > MANY_WORDS and not reading.has_sections:
        yield Observation(
            "no-sections",
            "structure",
            "may",
            2,
            "A long prompt without parts",
            f"{reading.word_count} words follow each other without a heading, a list or a tag.",
        )


def _vagueness(reading: Reading, found: list[Observation]) -> Iterator[Observation]:
    if reading.word_count < FEW_WORDS:
        yield Observation(
            "few-words",
            "specificity",
            "should",
            3,
            "The task is told in few words",
            f"{reading.word_count} words instruct. What is good enough, what is out of bounds, who reads it?",
        )
    elif not _CHECKABLE.search(reading.told) and not reading.instructions.choices:
        yield Observation(
            "nothing-to-check",
            "specificity",
            "should",
            3,
            "Nothing in it can be checked",
            "No number, no condition, no list to choose from: no test could say whether an answer is right.",
        )


def _situation(reading: Reading, found: list[Observation]) -> Iterator[Observation]:
    if not _SITUATION.search(reading.told):
        yield Observation(
            "no-situation",
            "context",
            "may",
            2,
            "No role, reader or situation",
            "Say who writes to whom and what for: it settles tone, depth and words without a rule for each.",
        )
    texts = [reading.context.messages[index].content for index in reading.context.instructing]
    shown = _EXAMPLE.search(reading.told) or reading.instructions.examples or any(map(_SHOWN.search, texts))
    turns = any(message.role == "assistant" and message.content.strip() for message in reading.messages)
    if not shown and not turns:
        sorts = bool(_SORTS.search(reading.told) or reading.instructions.choices)
        yield Observation(
            "no-example",
            "context",
            "should" if sorts else "may",
            3 if sorts else 1.5,
            "No example of a good answer",
            "One worked example settles what a page of rules leaves open, above all at the border between two cases.",
        )


def _output(reading: Reading, found: list[Observation]) -> Iterator[Observation]:
    asked = _OUTPUT.search(reading.told) or reading.instructions.choices or reading.instructions.form != "prose"
    if not asked:
        yield Observation(
            "no-output",
            "output",
            "should",
            5,
            "The form of the answer is not said",
            "Length, shape and what stands before or after the answer are left to the model.",
        )
    elif not _LIMIT.search(reading.told) and not any(each.rule == "missing-output-contract" for each in found):
        yield Observation(
            "no-limit",
            "output",
            "may",
            1.5,
            "No limit to the answer",
            "A form is named, but not how long it may be or whether anything may stand around it.",
        )


def _safety(reading: Reading, found: list[Observation]) -> Iterator[Observation]:
    if not _WAY_OUT.search(reading.told):
        yield Observation(
            "no-way-out",
            "robustness",
            "should",
            3,
            "Nothing says what to do when the input does not fit",
            "Without a way out the model invents one: name what to answer when something is missing or unclear.",
        )
    if reading.inputs and not _AS_DATA.search(reading.told):
        name = reading.inputs[0]
        span = reading.context.variables[name][0]
        yield Observation(
            "input-obeyed",
            "robustness",
            "may",
            1.5,
            "The input may give orders",
            f"Nothing says that what comes in as “{name}” is data: a text that says “ignore the above” may be obeyed.",
            Place(span.message_index, span.start, span.end),
        )


def quote_of(reading: Reading, seen: Observation) -> str:
    """The text that an observation is about, exactly as it stands there; empty for the whole, cut where it is long."""
    if seen.place is None:
        return ""
    text = reading.text(seen.place)
    if len(text) <= _MAX_QUOTE:
        return text
    return text[:_MAX_QUOTE].rpartition(" ")[0] or text[:_MAX_QUOTE]
