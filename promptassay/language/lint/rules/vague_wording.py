"""The rule `vague-wording`: hedges that leave the model to guess, from a maintained list of English phrases."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from promptassay.language.lint.base import Bad, Edit, Finding, Fix, Guide, Rule, RuleKind, Span, removal, shown
from promptassay.language.lint.context import LintContext, prompt
from promptassay.language.lint.lists import entries
from promptassay.language.lint.prose import Prose

RULE = Rule(
    id="vague-wording",
    severity="hint",
    summary="A hedge leaves the model to guess what is wanted.",
    why="Where the prompt is open, each run and each model fills the gap in another way, and no test can say which "
    "is right.",
    mend="Put a number, a condition or a list in its place.",
)

# A phrase that is forbidden, talked about or part of a condition is no hedge: “avoid etc.”, “words such as maybe”.
_TALKED_ABOUT = re.compile(
    r"\b(?:avoid|never|not|don't|without|no|ban(?:ned)?|forbidden|words?|phrases?|hedg\w+|instead of|such as|"
    r"if|unless|when|whenever)\b"
)
_CLAUSE_BREAK = re.compile(r"[,:(–—-]\s")
# What may stand between the start of a sentence and the phrase that opens an order.
_OPENS_ORDER = re.compile(
    r"[\s\W\d]*(?:(?:and|then|but|also|so|please|always|you|should|must|can|could|will|may|just|first|finally|"
    r"in general|generally|where|the answer|it|is to)[\s,]+)*"
)
# Then it is them who try: “customers come back and try to return it”.
_OTHERS = re.compile(
    r"\b(?:who|that|which|they|he|she|it|users?|customers?|people|some(?:one|body)|models?|attackers?)\b"
)
_CLOSES_CLAUSE = re.compile(
    r"[ \t]*(?:[^\w\s]|\n|\Z)"
    r"|[ \t](?:to|and|or|but|in|for|with|before|after|so|by|you|on|as|from|within|during|using)\b"
)


class Phrase(NamedTuple):
    """One line of the list; `replacement` is None where there is no fix, empty where the phrase goes out."""

    text: str
    where: str
    advice: str
    replacement: str | None


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return the list, as `lists/vague.txt` has it."""
    return tuple(
        Phrase(text, where, advice, {"": None, "-": ""}.get(replacement, replacement))
        for text, where, advice, replacement in entries("vague")
    )


@cache
def _by_text() -> dict[str, Phrase]:
    return {phrase.text: phrase for phrase in phrases()}


def find(context: LintContext) -> Iterator[Finding]:
    """Find phrases of the list in what instructs; of two that overlap the longer one."""
    for index in context.instructing:
        prose = context.prose[index]
        if not prose.is_english:
            continue
        done = 0
        for start, end in sorted(prose.find(tuple(_by_text())), key=lambda span: (span[0], -span[1])):
            phrase = _by_text()[prose.text[start:end]]
            if start < done or not _counts(prose, phrase, start):
                continue
            done = end
            yield RULE.finding(
                Span(index, start, end),
                f"{shown(prose.source[start:end])} leaves the model to guess. {phrase.advice}",
                fixes=_fixes(prose, index, start, end, phrase),
            )


def _counts(prose: Prose, phrase: Phrase, start: int) -> bool:
    """Say whether a phrase leaves something open where it stands, and is not merely mentioned there."""
    sentence_start = max(prose.sentence(start)[0], start - 400)
    before = prose.text[sentence_start:start]
    if before.count("(") > before.count(")"):  # examples of what the sentence names
        return False
    clause = _CLAUSE_BREAK.split(before)[-1]
    if _TALKED_ABOUT.search(clause):
        return False
    if phrase.where == "close":
        return _CLOSES_CLAUSE.match(prose.text, start + len(phrase.text)) is not None
    if phrase.where == "order" and not _OTHERS.search(clause):
        clause = re.split(r"\b(?:and|then|but)\b", clause)[-1]
    return phrase.where != "order" or _OPENS_ORDER.fullmatch(clause) is not None


def _fixes(prose: Prose, index: int, start: int, end: int, phrase: Phrase) -> tuple[Fix, ...]:
    source = prose.source
    if phrase.replacement is None:
        return ()
    if phrase.replacement:
        written = phrase.replacement
        if source[start].isupper():
            written = written[0].upper() + written[1:]
        return (Fix(f"Write “{written}”", (Edit(index, start, end, written),)),)
    return _taken_out(source, index, start, end)


def _taken_out(source: str, index: int, start: int, end: int) -> tuple[Fix, ...]:
    """Take the phrase out with the blank and the comma that go with it; what follows takes over its capital."""
    capital = source[start].isupper()
    comma_before = source[:start].rstrip(" ").endswith(",") if start else False
    if source.startswith(",", end):
        end += 1
    elif comma_before and source[end : end + 1] in ("", ".", "\n", ";"):
        start = source.rindex(",", 0, start)
    if source.startswith(" ", end):
        end += 1
    elif start and source[start - 1] == " ":
        start -= 1
    if capital and source[end : end + 1].isalpha():
        return (Fix("Take it out", (Edit(index, start, end + 1, source[end].upper()),)),)
    return removal("Take it out", source, index, start, end)


GOOD = (
    prompt("Answer in two sentences. Name the law, the paragraph and the date."),
    prompt('Avoid filler such as "etc." or "and so on". Never write maybe.'),
    prompt("If customers try to return opened goods, say that the rule forbids it. They call and try to haggle."),
    prompt(("system", "Sort the message."), "maybe a few ideas etc.", ("assistant", "IDEA"), "{{message}}"),
    prompt(
        "Drop rows where needed columns are empty. Use units (hours, days etc.). Keep what users ask for in a table."
    ),
    prompt("Example:\nmaybe later, if possible"),
    prompt("Nenne Öffnungszeiten, Adresse usw. und schreibe nicht mehr als zwölf Wörter zu jedem Punkt, etc."),
)
BAD = (
    Bad(prompt("List hammers, saws, etc."), "etc", "Name every item"),
    Bad(prompt("Try to answer in one line."), "Try to", "Give the order itself"),
    Bad(prompt("Read the text and try to find its author."), "try to", "Give the order itself"),
    Bad(prompt("Give a few examples of the effect."), "a few", "Give a number"),
    Bad(prompt("Use headings where appropriate."), "where appropriate", "Say in which cases"),
    Bad(prompt(("system", "Answer briefly, if possible.")), "if possible", "drop the condition"),
)

GUIDE = Guide(
    instead=(
        ("Use headings where appropriate.", "Use a heading for every section of more than two paragraphs."),
        ("Give a few examples.", "Give three examples."),
        ("Try to answer in one line.", "Answer in one line. If that is impossible, say why."),
    ),
    keys=(
        ("Take it out", "for phrases that carry nothing."),
        (
            "Write “…”",
            "for those with one plain meaning. Where only the author knows, the finding says what to decide.",
        ),
    ),
    looks_at="The rule looks for the phrases of a maintained list: open ends (“etc.”), conditions without a condition "
    "(“where appropriate”), orders that are only attempts (“try to”), amounts without a number (“a few”), "
    "qualities that everybody reads differently. It reads English only, and only messages that instruct: not "
    "what the assistant says, not turns that it has answered, not quotations, code, examples. A phrase in "
    "parentheses after what it exemplifies stays quiet (“units (hours, days etc.)”), and so does one that the "
    "prompt forbids or talks about.",
    lists=("vague",),
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
