"""How explanations quote outputs and values: short, on one line, between back-ticks."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson

EXCERPT: Final = 80
_VISIBLE: Final = {"\n": "⏎", "\r": "␍", "\t": "⇥", "`": "´"}
_VISIBLE_TABLE: Final = str.maketrans(_VISIBLE)


def quoted(text: str, limit: int = EXCERPT) -> str:
    """The start of a text between back-ticks, line breaks made visible; an empty text is named as such."""
    if text == "":
        return "an empty text"
    short = text if len(text) <= limit else text[:limit] + "…"
    return f"`{short.translate(_VISIBLE_TABLE)}`"


def quoted_json(value: Any, limit: int = EXCERPT) -> str:
    """A JSON value between back-ticks; a long list or object is described by its size instead of printed."""
    if isinstance(value, str):
        return quoted(value, limit)
    if isinstance(value, (list, dict)) and len(value) > 10:
        noun = "items" if isinstance(value, list) else "fields"
        return f"a {'list' if isinstance(value, list) else 'object'} of {len(value):,} {noun}"
    return f"`{_dump(value, limit)}`"


def _dump(value: Any, limit: int) -> str:
    try:
        text = orjson.dumps(value).decode()
    except (TypeError, ValueError, RecursionError):
        text = str(value)
    return text if len(text) <= limit else text[:limit] + "…"


def listed(texts: Iterable[str], word: str = "and") -> str:
    """`a, b and c`; at most ten are named."""
    every = list(texts)
    if len(every) > 10:
        every = [*every[:9], f"{len(every) - 9} more"]
        word = "and"
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} {word} {every[-1]}" if every else "nothing"


def count(number: int, noun: str) -> str:
    """`1 row`, `2 rows`, with thousands separated."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def closest(name: str, known: Sequence[str]) -> str:
    """A sentence that offers the most similar known name, or nothing when none is near."""
    lowered = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return f"Did you mean `{lowered[near[0]]}`?" if near else ""
