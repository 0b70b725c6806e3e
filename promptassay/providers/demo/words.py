"""Words as the demo provider sees them: lower case, without their endings, without the ones that say nothing."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_ENDINGS: Final = (
    "ations",
    "ation",
    "ingly",
    "ments",
    "ment",
    "ness",
    "ings",
    "ing",
    "edly",
    "ied",
    "ies",
    "ed",
    "es",
    "ly",
    "s",
)
_EMPTY_TEXT: Final = (
    "a about above after again all also am an and any are as at be because been before being below "
    "between both but by can could did do does doing down during each few for from further had has have "
    "having he her here hers him his how i if in into is it its itself just me more most my no nor not "
    "now of off on once only or other our out over own please same she should so some such than that the "
    "their them then there these they this those through to too under until up us use very was we were "
    "what when where which while who whom why will with would you your "
)
_EMPTY: Final = frozenset(_EMPTY_TEXT.split())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its ending; at least three letters stay."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            return word + "y" if ending in ("ied", "ies") else word.removesuffix("e") if len(word) > 3 else word
    return word.removesuffix("e") if len(word) > 3 else word


def stem_set(words: str) -> frozenset[str]:
    """The stems of words written with spaces between them."""
    return frozenset(map(stem, words.split()))


@lru_cache(maxsize=32)
def stems(text: str) -> tuple[str, ...]:
    """The stems of a text in order, with repeats, without words that say nothing."""
    return tuple(stem(word) for word in _WORD.findall(text.lower()) if word not in _EMPTY and len(word) > 1)


def phrase_in(phrase: str, text: str) -> bool:
    """Whether a phrase stands in a text word for word, whatever the case."""
    text, phrase = text.lower(), phrase.lower()
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (_in_word(before) or _in_word(after)):
            return True
        start = text.find(phrase, start + 1)
    return False


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def first_words(text: str, limit: int) -> str:
    """At most `limit` words, with an ellipsis when some are left out."""
    words = text.split()
    return text.strip() if len(words) <= limit else " ".join(words[:limit]).rstrip(",;:.") + "…"


def join_words(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last
