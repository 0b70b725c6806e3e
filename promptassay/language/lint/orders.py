"""Orders and prohibitions, verb and object, so that “always use X” meets “never use X”."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptassay.language.lint.claims import MAX_CLAIMS, Claim, claim_at, singular
from promptassay.language.lint.lists import words
from promptassay.language.lint.prose import Prose


class Order(NamedTuple):
    """`verb` in its base form, the words of its object, and those that narrow it (“… in the summary”)."""

    claim: Claim
    verb: str
    object: tuple[str, ...]
    narrowed: frozenset[str]


_VERB = r"(?P<verb>[a-z]{2,20})\b(?P<rest>[^.;:!?\n]{0,120})"
_FORBIDS = re.compile(rf"(?:never|do not|don't|must not|mustn't|should not|shouldn't|may not) (?:ever )?{_VERB}")
_ALWAYS = re.compile(
    rf"(?:always|must always|must|make sure to|be sure to|remember to|you should|should always) {_VERB}"
)
_OPENING = re.compile(rf"[\s\-*•\d.)#]*(?:please |and )?{_VERB}")
_FORBIDDING_WORDS = ("never", "do", "don't", "must", "mustn't", "should", "shouldn't", "may")
_ORDERING_WORDS = ("always", "must", "make", "be", "remember", "should", "you")
# Where the object ends and what narrows it begins.
_PREPOSITION = re.compile(
    r"\b(?:in|on|at|for|with|of|to|from|by|as|without|before|after|into|about|than|that|which|who|during|inside)\b"
)
_CLAUSE_END = re.compile(r",|\(|\x00| and | or | but | because | so that | since | – | — ")
_HOLDS_SOMETIMES = re.compile(
    r"\b(?:only|unless|except|until|without|before|after|more than|twice|too|again|other|else|otherwise)\b"
)
_FILLERS = frozenset(words("fillers"))
_NO_VERBS = frozenset(words("no_verbs"))
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


def prohibitions(prose: Prose, index: int) -> list[Order]:
    """Return what is forbidden without exception, the first MAX_CLAIMS."""
    places = sorted(at for word in _FORBIDDING_WORDS for at in prose.words.get(word, ())[: 4 * MAX_CLAIMS])
    return list(_orders(prose, index, places, _FORBIDS))[:MAX_CLAIMS]


def demands(prose: Prose, index: int, verbs: frozenset[str]) -> Iterator[Order]:
    """Yield what is always wanted, and plain orders that open a sentence with one of `verbs`."""
    places = sorted(at for word in _ORDERING_WORDS for at in prose.words.get(word, ())[: 4 * MAX_CLAIMS])
    yield from _orders(prose, index, places, _ALWAYS)
    openings = {prose.sentence(at)[0] for verb in verbs for at in prose.words.get(verb, ())[:MAX_CLAIMS]}
    for order in _orders(prose, index, sorted(openings), _OPENING):
        if order.verb in verbs:
            yield order


def _orders(prose: Prose, index: int, places: list[int], pattern: re.Pattern[str]) -> Iterator[Order]:
    for at in places:
        match = pattern.match(prose.text, at)
        if match is None or match["verb"] in _NO_VERBS:
            continue
        rest = _CLAUSE_END.split(match["rest"], maxsplit=1)[0]
        if _HOLDS_SOMETIMES.search(match["rest"]) or _HOLDS_SOMETIMES.search(rest):
            continue
        cut = _PREPOSITION.search(rest)
        direct = _content(rest[: cut.start()] if cut else rest)
        if not direct:
            continue
        begin = at + len(match.group()) - len(match.group().lstrip(" \t\n-*•0123456789.)#"))
        end = match.start("rest") + len(rest.rstrip())
        if claim := claim_at(prose, index, begin, end):
            yield Order(claim, match["verb"], direct, frozenset(_content(rest[cut.start() :])) if cut else frozenset())


def _content(text: str) -> tuple[str, ...]:
    return tuple(singular(word) for word in _WORD.findall(text) if word not in _FILLERS)


def contradict(demand: Order, prohibition: Order) -> bool:
    """Say whether the one demands what the other forbids, wholly or in the same narrower place."""
    if demand.verb != prohibition.verb or demand.object != prohibition.object:
        return False
    return not prohibition.narrowed or prohibition.narrowed == demand.narrowed
