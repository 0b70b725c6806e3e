"""What English sentences demand of the answer without condition, as claims to be held against each other."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptassay.language.lint.base import Span
from promptassay.language.lint.lists import phrases, words
from promptassay.language.lint.masks import line_start
from promptassay.language.lint.prose import Prose

MAX_CLAIMS = 100


class Claim(NamedTuple):
    """One demand. `sentence` is the range of its sentence, `scope` the heading and label it stands under.

    `subject` is what it is about, empty for the answer as a whole.
    """

    span: Span
    sentence: tuple[int, int]
    scope: str
    subject: str = ""


class Limit(NamedTuple):
    """A claim about length: `least` and `most` count `unit`, a singular; None where open."""

    claim: Claim
    unit: str
    least: int | None
    most: int | None


class Tongue(NamedTuple):
    """A claim about the language of the answer; `language` is its name, or `the user's language`."""

    claim: Claim
    language: str


CONDITION = re.compile(r"\b(?:if|when|whenever|unless|otherwise|except|in case|depending|until|once|instead)\b")
_LEADING_SCOPE = re.compile(
    r"[\s\-*•\d.)]*(?:for|in|on|during|at|under|to|with|as|after|before|while)\b[^.\n,:]{1,60}[,:]\s"
)
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]")
_GENERAL = frozenset(words("general_scopes"))
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


def scope_of(prose: Prose, position: int) -> str:
    """Return heading and label above a position, without those that are about the answer as a whole."""
    parts = [prose.heading(position), prose.label(position)]
    return " / ".join(part for part in parts if part and not _GENERAL & set(_WORD.findall(part)))


def is_conditional(prose: Prose, start: int, end: int) -> bool:
    """Say whether a sentence, or the line that leads its list, holds for some cases only."""
    sentence = prose.text[start : min(end, start + 600)]
    if CONDITION.search(sentence) or _LEADING_SCOPE.match(sentence):
        return True
    lead = _lead(prose, start)
    return bool(lead) and (CONDITION.search(lead) is not None or _LEADING_SCOPE.match(f"{lead} ") is not None)


def _lead(prose: Prose, position: int) -> str:
    """Return the line that ends in a colon above the list that holds `position`; empty outside of lists."""
    text, line = prose.text, line_start(prose.text, position)
    if not _LIST_ITEM.match(text, line):
        return ""
    for _ in range(30):
        if line == 0:
            return ""
        above = line_start(text, line - 1)
        content = text[above : line - 1].rstrip()
        if content and not _LIST_ITEM.match(text, above):
            return content if content.endswith(":") else ""
        line = above
    return ""


def claim_at(prose: Prose, index: int, start: int, end: int, subject: str = "") -> Claim | None:
    """Return the claim that stands at a range, or None if its sentence is conditional."""
    sentence = prose.sentence(start)
    if is_conditional(prose, *sentence):
        return None
    return Claim(Span(index, start, end), sentence, scope_of(prose, start), subject)


BREVITY, DETAIL, _REASONS = phrases("brevity"), phrases("detail"), phrases("reasons")
_QUALIFIED = re.compile(r",?\s(?:in|about|on|with|for|while|but|yet|as|enough|where)\b")


def style_claims(prose: Prose, index: int, phrases: tuple[str, ...]) -> list[Claim]:
    """Return what asks for the brevity, or the detail, of the whole answer; qualified ones left out."""
    found: list[Claim] = []
    for start, end in sorted(prose.find(phrases))[:MAX_CLAIMS]:
        if _QUALIFIED.match(prose.text, end) or _is_negated(prose, start):
            continue
        if claim := claim_at(prose, index, start, end):
            found.append(claim)
    return found


_NEGATION = re.compile(r"\b(?:not|never|don't|no|without|avoid|cannot|nothing|rather than|instead of)\b")


def _is_negated(prose: Prose, start: int) -> bool:
    begin = max(prose.sentence(start)[0], start - 60)
    return _NEGATION.search(prose.text, begin, start) is not None


_NUMBERS = dict(
    zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], range(1, 11), strict=True)
)
_N = r"\d[\d,]{0,8}|" + "|".join(_NUMBERS) + r"|a single"
_UNITS = {unit: f"{unit}s" for unit in ("word", "sentence", "paragraph", "character", "line")}
_MOST = (
    r"at most|no more than|not more than|not exceed|up to|under|below|less than|fewer than|(?:a )?max(?:imum)?"
    r"(?: of|\.)?|limited to|limit (?:\w+ ){0,3}to|within"
)
_LEAST = r"at least|no fewer than|no less than|not less than|(?:a )?minimum(?: of)?|more than|over|longer than"
_BEFORE_UNIT = re.compile(
    rf"(?:(?P<most>{_MOST})|(?P<least>{_LEAST})|(?P<exact>exactly|in)|of|between)?\s?(?P<n>{_N})"
    rf"(?:\s?(?:to|and|-|–)\s?(?P<m>{_N}))?[ -](?:short |full |complete |long |brief )?\Z"
)
_AFTER_UNIT = re.compile(
    r"\s(?:(?P<most>or fewer|or less|max(?:imum)?|at most)|(?P<least>or more|or longer|minimum|at least))\b"
)
_FOR_WHAT = re.compile(
    r"(?: or (?:fewer|less|more))?,? (?:per|a|an|each|for|on|about|in|of|to) (?:each |the |every |your |an? )?([a-z]+)"
)
_WHOLE = frozenset(("answer", "answers", "response", "responses", "reply", "output", "text", "total", "everything"))
_NO_SUBJECT = frozenset(words("no_subject"))


def limit_claims(prose: Prose, index: int) -> Iterator[Limit]:
    """Yield limits of length, the first MAX_CLAIMS of each unit."""
    for unit, plural in _UNITS.items():
        places = sorted((at, name) for name in (unit, plural) for at in prose.words.get(name, ())[:MAX_CLAIMS])
        for at, name in places[:MAX_CLAIMS]:
            limit = _limit(prose, index, unit, at, at + len(name))
            if limit is not None:
                yield limit


def _limit(prose: Prose, index: int, unit: str, at: int, end: int) -> Limit | None:
    begin = max(prose.sentence(at)[0], at - 60)
    found = _BEFORE_UNIT.search(prose.text, begin, at)
    if found is None:
        return None
    least, most = _bounds(found, _AFTER_UNIT.match(prose.text, end))
    if least is None and most is None:
        return None
    subject = _subject(prose, found.start(), end)
    claim = claim_at(prose, index, found.start(), end, subject)
    return None if claim is None else Limit(claim, unit, least, most)


def _bounds(found: re.Match[str], after: re.Match[str] | None) -> tuple[int | None, int | None]:
    """Return least and most, None where open; both None where the number is no limit."""
    first = _number(found["n"])
    if found["m"]:
        return first, _number(found["m"])
    if found["most"] or (after is not None and after["most"]):
        return None, first
    if found["least"] or (after is not None and after["least"]):
        return first, None
    return (first, first) if found["exact"] else (None, None)


def _number(text: str) -> int:
    return _NUMBERS.get(text) or (1 if text == "a single" else int(text.replace(",", "")))


def _subject(prose: Prose, start: int, end: int) -> str:
    """Return what a limit at a range is about: the noun after it (“a turn”), else the last one before it."""
    after = _FOR_WHAT.match(prose.text, end)
    if after is not None:
        return "" if after[1] in _WHOLE else singular(after[1])
    begin = max(prose.sentence(start)[0], start - 200)
    clause = re.split(r"[:;(–—\x00]", prose.text[begin:start])[-1]
    content = [word for word in _WORD.findall(clause) if word not in _NO_SUBJECT]
    return singular(content[-1]) if content else ""


def singular(word: str) -> str:
    """Return a noun without its plural ending, well enough to compare two."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


_FORMATS = (
    r"(?:valid |raw |pure |plain |the |a |an |one |single )*"
    r"(?:json|csv|xml|yaml|sql|code|html|query|label|number|category|score|word)\w*"
)
_ONLY = re.compile(
    rf"\b(?:only|just|nothing but|exclusively)(?: with| in)? {_FORMATS}(?: object| array| block| query)?\b"
    rf"|\b{_FORMATS}(?: object| array| block)? (?:only|and nothing else|and no other text)\b"
    r"|\b(?:no|without|without any|do not (?:add|include|write) any|don't (?:add|include|write) any) "
    r"(?:other |additional |extra |further )?(?:text|explanations?|commentary|comments|prose)\b"
    r"|\bdo not (?:explain|justify) (?:your|the) (?:answer|reasoning|choice|decision)\b"
)
_APART = re.compile(
    r"\b(?:fields?|keys?|propert(?:y|ies)|attributes?|columns?|tags?|comments?|scratchpad|silently|internally|privately|yourself|hidden|separate)\b"
)


def only_claims(prose: Prose, index: int) -> Iterator[Claim]:
    """Yield what allows one format and no word beside it."""
    anchors = sorted(
        at
        for word in ("only", "just", "nothing", "exclusively", "no", "without", "not")
        for at in prose.words.get(word, ())[:MAX_CLAIMS]
    )
    done = 0
    for at in anchors[:MAX_CLAIMS]:
        start, end = prose.sentence(at)
        match = _ONLY.search(prose.text, max(start, done, at - 80), min(end, at + 120))
        if match is not None:
            done = match.end()
            if claim := claim_at(prose, index, *match.span()):
                yield claim


def reason_claims(prose: Prose, index: int) -> Iterator[Claim]:
    """Yield what asks for reasoning in the answer; not what sends it to a field of its own, or nowhere."""
    for start, end in sorted(prose.find(_REASONS))[:MAX_CLAIMS]:
        sentence = prose.sentence(start)
        if _APART.search(prose.text, *sentence) or "\x00" in prose.text[end : sentence[1]] or _is_negated(prose, start):
            continue
        if claim := claim_at(prose, index, start, end):
            yield claim


_IN_TONGUE = re.compile(
    r"\b(?P<verb>answers?|respond|responses?|reply|replies|write|speak|converse|communicate|talk|output)\b(?P<what>[^.\n,;:\x00]{0,40}?)"
    r"(?P<only> only)? (?:(?:exclusively |only )?in (?:clear |plain |simple |standard |british |american |formal )?)\Z"
)
_EVERYTHING = frozenset(words("everything"))
_OWN = (
    "in the user's language",
    "in the language of the user",
    "in the user's own language",
    "in the same language",
    "in the customer's language",
)


def language_claims(prose: Prose, index: int) -> Iterator[Tongue]:
    """Yield what says in which language the whole answer is to be."""
    places = [
        (at, at + len(name), name) for name in words("languages") for at in prose.words.get(name, ())[:MAX_CLAIMS]
    ]
    places += [(start + 3, end, "the user's language") for start, end in prose.find(_OWN)]
    for at, end, name in sorted(places)[:MAX_CLAIMS]:
        found = _IN_TONGUE.search(prose.text, max(prose.sentence(at)[0], at - 90), at)
        if found is None or not set(_WORD.findall(found["what"])) <= _EVERYTHING:
            continue
        if _is_negated(prose, found.start()):
            continue
        if claim := claim_at(prose, index, found.start(), end):
            yield Tongue(claim, name)
