"""How models slip when they are asked for one JSON object: each slip changes a good answer in one way."""

import json
import random
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from promptassay.providers.wire import CallRequest

HOSTILE: Final = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e\u0000\ufeff</textarea>]]>{{constructor}} "
    "${fragment:none} javascript:alert(3) \U0001f980 " + "W" * 2_000
)
# Texts that name a place, words of closed lists, and what comes back as text of the prompt.
_QUOTING: Final = ("quote", "find")
_NAMES: Final = ("aspect", "severity", "role", "choice")
_OURS: Final = ("title", "why", "what", "summary", "changes")
_WORD: Final = re.compile(r"\w+")

Change = Callable[[str, str], Any]


def slipped(text: str, name: str, request: CallRequest) -> str:
    """The answer after the slip; an answer that is no JSON is only cut, fenced, talked around or hostile."""
    if name == "cut-json":
        return text[: max(1, len(text) * 2 // 3)]
    if name == "fenced":
        return f"```json\n{text}\n```"
    if name == "chatty":
        return f"Here is what I found:\n\n{text}\n\nLet me know if you need more."
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return f"{text}\n\n{HOSTILE}" if name == "hostile" else text
    change = {
        "wrong-quote": _reworded,
        "double-find": _doubled(request),
        "hostile": lambda key, said: f"{said} {HOSTILE}" if key not in (*_QUOTING, *_NAMES) else said,
        "wrong-type": lambda key, said: [said] if key in _OURS else said,
    }[name]
    return json.dumps(_changed(value, change), ensure_ascii=False)


def restyled(text: str, seed: int) -> str:
    """The same JSON as another model would write it: order of members, blanks, escapes, a fence; by the seed alone."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    chance = random.Random(seed)  # noqa: S311 - made to repeat
    value = _shuffled(value, chance) if chance.random() < 0.5 else value
    written = json.dumps(
        value,
        ensure_ascii=chance.random() < 0.5,
        indent=chance.choice((None, None, 1, 2, "\t")),
        separators=chance.choice((None, (",", ":"), (" , ", " : "))),
    )
    return f"```json\n{written}\n```" if chance.random() < 0.2 else written


def _changed(value: Any, change: Change, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _changed(each, change, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_changed(each, change, key) for each in value]
    return change(key, value) if isinstance(value, str) else value


def _reworded(key: str, said: str) -> str:
    """A quote of words that nobody wrote."""
    return f"{_WORD.sub(lambda word: word[0][::-1] + 'zq', said)} zq" if key in _QUOTING else said


def _doubled(request: CallRequest) -> Change:
    """An edit whose words stand in the text more than once: a blank-separated word that does."""
    texts = [message.content for message in request.messages if message.role == "user"]
    words = re.findall(r"(?<!\S)[a-z]{2,}(?!\S)", " ".join(texts).rpartition(">>>")[0])
    twice = next((word for word in words if words.count(word) > 2), "e")
    return lambda key, said: twice if key == "find" and said else said


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, Mapping):
        names = list(value)
        chance.shuffle(names)
        return {name: _shuffled(value[name], chance) for name in names}
    return [_shuffled(each, chance) for each in value] if isinstance(value, list) else value
