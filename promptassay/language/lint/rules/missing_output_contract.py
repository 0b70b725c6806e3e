"""The rule `missing-output-contract`: a format is asked for, but not what shape it has."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptassay.language.lint.base import Bad, Edit, Finding, Fix, Guide, Rule, RuleKind, Span, shown
from promptassay.language.lint.context import LintContext, prompt
from promptassay.language.lint.prose import Prose

RULE = Rule(
    id="missing-output-contract",
    severity="warning",
    summary="JSON, a table or a list is asked for without shape, example or response schema.",
    why="The model invents keys, columns or bullets, and other ones the next time: what reads the output breaks.",
    mend="Show the shape once: the keys, the columns, or how a list item is written. Or set a response schema.",
)


class Format(NamedTuple):
    """A format that needs a shape: how it is asked for, what counts as its shape near by or anywhere, the stub."""

    name: str
    word: str
    near: re.Pattern[str]
    anywhere: re.Pattern[str] | None
    stub: str
    only_as: re.Pattern[str] | None = None


_JSON_STUB = (
    '\n\nUse exactly this shape:\n\n{\n  "first_key": "what it holds",\n  "second_key": ["what each entry is"]\n}\n'
)
_TABLE_STUB = "\n\nUse exactly these columns:\n\n| first column | second column |\n| --- | --- |\n| what | what |\n"
_LIST_STUB = '\n\nWrite one item per line, each after "- ", with nothing before or after the list.\n'
_CSV_STUB = "\n\nUse exactly these columns, with this header:\n\nfirst_column,second_column\n"
_XML_STUB = "\n\nUse exactly these elements:\n\n<items>\n  <item>what it holds</item>\n</items>\n"
_YAML_STUB = (
    "\n\nUse exactly these keys:\n\n```yaml\nfirst_key: what it holds\nsecond_key:\n  - what each entry is\n```\n"
)

_KEYS = re.compile(
    r"\b(?:keys?|fields?|propert(?:y|ies)|attributes?|schema|shape|structured? as|structure|members?|format(?:ted)?:|"
    r"(?:following|exact|exactly this|this|that) (?:\w+ )?(?:format|form|shape|layout)|"
    r"(?:array|list|object|map|dictionary)s? (?:of|mapping|from)|template|mapping|"
    r"one (?:document|line|object) per|manifests?)\b"
    r"|[\"'`\w]\s?:\s?[\"'\[{]"
)
_COLUMNS = re.compile(
    r"\b(?:columns?|headers?|rows?|fields?|schema|template|(?:following|this|that) (?:\w+ )?(?:format|layout))\b"
    r"|\btable (?:with|of|listing|showing|that|for each|\w+ing)\b|\btable\s?[(:]"
)
_ITEMS = re.compile(
    r"\b(?:number(?:ed|s)?|bullet(?:ed|s)?|bullet points?|lines?|commas?|separated|dash(?:es)?|hyphens?|order(?:ed)?|"
    r"exactly|at most|up to|between|sorted|markdown|item reads|(?:each|every) item|"
    r"(?:following|this|that) (?:\w+ )?format)\b"
    r"|\blist of (?:at most |up to |the )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten)\b|\blist:"
)
_SHOWN_JSON = re.compile(r"[{\[]\s{0,40}[{\"']\s{0,3}\w|[\"']\w{1,60}[\"']\s{0,3}:|\{\s{0,40}\w{1,40}\s{0,3}:|\[\s?\]")
_SHOWN_TABLE = re.compile(r"^[ \t]*\|[^\n|]{1,200}\|[^\n]{0,400}\|[ \t]*$", re.MULTILINE)
_SHOWN_YAML = re.compile(r"^(?:```|~~~)", re.MULTILINE)
_SHOWN_XML = re.compile(r"<(?:item|element|root|result)s?\b|^(?:```|~~~)", re.MULTILINE)
_GIVE = r"(?:return|output|produce|generate|give me|provide|respond with|reply with|answer with"
_AS_TABLE = re.compile(
    r"\b(?:as|in|into|using|via)(?: an?| the form of an?)? (?:\w+ ){0,2}table\b"
    rf"|\b{_GIVE}|create|make|write|present|show) (?:me )?(?:an?|the) (?:\w+ ){{0,2}}table\b"
)
_AS_LIST = re.compile(
    r"\b(?:as|in)(?: an?| the form of an?)? (?:\w+ )?list\b(?! of\b)"
    rf"|\b{_GIVE}) (?:me )?(?:an?|the) list\b"
)

FORMATS = (
    Format("JSON", "json", _KEYS, _SHOWN_JSON, _JSON_STUB),
    Format("a table", "table", _COLUMNS, _SHOWN_TABLE, _TABLE_STUB, _AS_TABLE),
    Format("a list", "list", _ITEMS, None, _LIST_STUB, _AS_LIST),
    Format("CSV", "csv", _COLUMNS, None, _CSV_STUB),
    Format("YAML", "yaml", _KEYS, _SHOWN_YAML, _YAML_STUB),
    Format("XML", "xml", re.compile(r"\b(?:elements?|tags?|root|schema|attributes?)\b"), _SHOWN_XML, _XML_STUB),
)

_ORDER = re.compile(
    r"\b(?:return(?:ed)?|respond|reply|answer|output|produce|give|generate|provide|format|write|create|emit|present|print|"
    r"send back|express|summari[sz]e|extract|convert|turn)\b"
)
_ITS_RESULT = re.compile(r"\b(?:results?|responses?|lists?|outputs?|answers?)\b")
# Said of the order as a whole: it is forbidden, conditional, or about what comes in.
_NOT_AN_ORDER = re.compile(
    r"\b(?:no|not|never|without|don't|avoid|instead of|if|when|whenever|unless|receives?|gets?|parse|read|validate|"
    r"asks?|requests?|wants?)\b"
)
# Directly before the format: it is something that there is already.
_IS_THERE = re.compile(
    r"\b(?:this|these|your|their|given|input|from|of|containing|contains|inside)(?: an?| the)?(?: \w+)? \Z"
)
_BEFORE, _AFTER = 300, 500
_LONG_LINE = 1_000
_MAX_ASKS = 200


def find(context: LintContext) -> Iterator[Finding]:
    """Find the first place that asks for each format without its shape; silent while fragments are missing."""
    if not context.whole:
        return
    for form in FORMATS:
        if form.name == "JSON" and context.has_schema:
            continue
        for index in context.instructing:
            ask = _first_ask(context.prose[index], form)
            if ask is None:
                continue
            if not _has_shape(context, index, ask, form):
                end = _stub_place(context.prose[index], ask[1])
                quoted = shown(context.quote(Span(index, *ask)))
                yield RULE.finding(
                    Span(index, *ask),
                    f"{quoted} asks for {form.name}, but no shape, example or schema says what is in it.",
                    fixes=(Fix("Insert a stub of the shape", (Edit(index, end, end, form.stub),)),),
                )
            break


def _first_ask(prose: Prose, form: Format) -> tuple[int, int] | None:
    """Return the range from the verb that asks to the format's name; None if nothing asks."""
    for at in prose.words.get(form.word, ())[:_MAX_ASKS]:
        end = at + len(form.word)
        if not prose.is_whole(at, end):
            continue
        start, sentence_end = prose.sentence(at)
        start, sentence_end = max(start, at - _BEFORE), min(sentence_end, end + _BEFORE)
        sentence = prose.text[start:sentence_end]
        if form.only_as is not None:
            asked = next((match for match in form.only_as.finditer(sentence) if match.end() >= end - start), None)
            begin = start + asked.start() if asked and asked.start() <= at - start else None
        else:
            begin = _last(_ORDER, prose.text, start, at)
            if begin is None:
                begin = _last(_ITS_RESULT, prose.text, start, at)
            if begin is None and re.match(r"(?: only| output| format|\W{1,3}only)\b", prose.text[end : end + 12]):
                begin = at
        known = _NOT_AN_ORDER.search(prose.text, start, at) or _IS_THERE.search(prose.text, max(start, at - 60), at)
        if begin is not None and not known:
            return begin, end
    return None


def _last(pattern: re.Pattern[str], text: str, start: int, end: int) -> int | None:
    return max((match.start() for match in pattern.finditer(text, start, end)), default=None)


def _stub_place(prose: Prose, position: int) -> int:
    """Return the end of the line, or of the sentence where the line is very long."""
    line_end = prose.line(position)[1]
    return line_end if line_end - position <= _LONG_LINE else prose.sentence(position)[1]


def _has_shape(context: LintContext, index: int, ask: tuple[int, int], form: Format) -> bool:
    """Say whether the shape is told near by, shown anywhere, or comes with a fragment."""
    until = _stub_place(context.prose[index], ask[1]) + _AFTER
    if form.near.search(context.shown[index][max(0, ask[0] - _BEFORE) : until].lower()):
        return True
    texts = (*context.shown, context.from_fragments)
    if form.anywhere is not None and any(form.anywhere.search(text) for text in texts):
        return True
    return form.near.search(context.from_fragments.lower()) is not None


GOOD = (
    prompt('Return JSON: {"label": "spam"}.'),
    prompt("Return JSON with the keys title and date."),
    prompt("Return the result as JSON.", has_schema=True),
    prompt("Reply with a JSON array of strings."),
    prompt("You get a JSON object from the shop. Say in one sentence what was bought."),
    prompt("Do not return JSON. Never answer with a table."),
    prompt("Write a table with the columns Owner and Due."),
    prompt("If the user asks for a table, say that you cannot draw one."),
    prompt("Give me a numbered list. Read the list below first."),
    prompt(("system", "Answer in JSON."), "Paris", ("assistant", '{"country": "FR"}'), "{{city}}"),
    prompt("Output CSV with the header id,name."),
)
BAD = (
    Bad(prompt("Extract the names. Return the result as JSON."), "Return the result as JSON", "asks for JSON"),
    Bad(prompt("Compare the plans and present them in a table."), "in a table", "asks for a table"),
    Bad(prompt("Return a list."), "Return a list", "asks for a list"),
    Bad(prompt(("system", "Answer in valid JSON only."), "{{text}}"), "Answer in valid JSON", "no shape"),
    Bad(prompt("Output: CSV."), "Output: CSV", "asks for CSV"),
    Bad(prompt("Write the plan as YAML."), "Write the plan as YAML", "asks for YAML"),
)

GUIDE = Guide(
    instead=(
        ("Return the result as JSON.", "Return JSON with the keys `title` (text) and `date` (YYYY-MM-DD)."),
        ("Present them in a table.", "Present them in a table with the columns Plan, Price and Limit."),
    ),
    keys=(("Insert a stub of the shape", "puts one after the line, to be filled in."),),
    looks_at="Formats are JSON, CSV, YAML, XML, a table and a list. A shape is: keys, columns or elements named near "
    "the place that asks; an example anywhere in the prompt, in a turn of the assistant or in a fragment; for "
    "JSON also a response schema. For a list it is enough to say how its items are written (“numbered”, “one "
    "per line”). What the prompt gets as input, forbids, or gives only on demand (“if the user asks for a "
    "table”) is not asked for. While a fragment cannot be found the rule is silent: the shape may be in there.",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
