"""Reads the one JSON object of an answer while it comes: each element of its lists as soon as that is complete.

Around the object there may be anything: words, a Markdown fence, a model's thoughts in `<think>`. Inside it the rules
of JSON hold, but for line breaks in a text, which models write. The effort is linear, however the text is cut.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final, Literal

MAX_DEPTH: Final = 16
_MAX_WORD: Final = 64

_PLAIN: Final = re.compile(r'[^"\\]+')
_SPACE: Final = re.compile(r"[ \t\r\n]+")
_WORD: Final = re.compile(r"[-+.0-9A-Za-z]+")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_HEX: Final = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: Final = {"true": True, "false": False, "null": None}
_THINK: Final = "<think>"
_THOUGHT: Final = "</think>"
# What stands for half a surrogate pair, which is no character and cannot be sent on.
_LOST: Final = "\ufffd"


@dataclass(frozen=True, slots=True)
class Element:
    """One complete element of a list of the object."""

    list_name: str
    index: int
    value: Any


@dataclass(frozen=True, slots=True)
class Member:
    """One complete member of the object that is no list."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Growth:
    """More of a text that stands directly in an element; `beside` are the element's members before it."""

    list_name: str
    index: int
    name: str
    text: str
    beside: dict[str, Any]


Found = Element | Member | Growth


@dataclass(slots=True)
class _Frame:
    """An open object or list; `expects` is what may come next, `name` the member being read."""

    kind: Literal["{", "["]
    expects: str
    value: Any
    name: str = ""
    count: int = 0
    seen: set[str] = field(default_factory=set)


class _Broken(Exception):
    """Not JSON; the text completes “The answer is not the JSON that was asked for: …”."""


class JsonStream:
    """Feed it an answer piece by piece. `known` are the names that tell the object from other JSON in the answer;
    `growing` names lists whose elements' texts are wanted before they are complete.

    `problem` says what is wrong, empty while nothing is. After a problem nothing more is found.
    """

    def __init__(self, known: Collection[str], growing: Collection[str] = ()) -> None:
        self.problem = ""
        self.done = False
        self.names: set[str] = set()  # the members of the object, once it is whole
        self._known = frozenset(known)
        self._growing = frozenset(growing)
        self._lead: str | None = ""  # what came so far, while it may still be the beginning of thoughts
        self._thinking = False
        self._tail = ""  # of thoughts, in case their end is cut in two
        self._found: list[Found] = []
        self._grown: list[str] = []  # of the growing text, since the last thing found
        self._reset()

    def _reset(self) -> None:
        self._stack: list[_Frame] = []
        self._brace = False  # a brace that begins the object if a name follows
        self._string: list[str] | None = None
        self._escape = ""
        self._high = ""
        self._word = ""

    def feed(self, text: str) -> list[Found]:
        """What these characters complete, in order."""
        self._found = []
        text = self._after_thoughts(text)
        at = 0
        while at < len(text) and not (self.done or self.problem):
            try:
                at = self._step(text, at)
            except _Broken as broken:
                if self._is_ours():
                    self.problem = str(broken)
                else:  # other JSON, or braces in prose: the object may still come
                    self._reset()
        self._flush()
        return self._found

    def finish(self) -> str:
        """The problem, once no more text comes; empty for a whole object."""
        if not (self.problem or self.done):
            self.problem = "it ends in the middle." if self._is_ours() else "there is no JSON object in it."
        return self.problem

    def _is_ours(self) -> bool:
        return bool(self._stack and self._stack[0].seen & self._known)

    def _after_thoughts(self, text: str) -> str:
        """The text without the thoughts that some models write before their answer."""
        if self._lead is not None:
            self._lead = (self._lead + text).lstrip()
            if len(self._lead) < len(_THINK) and _THINK.startswith(self._lead):
                return ""
            text, self._lead = self._lead, None
            self._thinking = text.startswith(_THINK)
        if not self._thinking:
            return text
        text = self._tail + text
        end = text.find(_THOUGHT)
        if end < 0:
            self._tail = text[-len(_THOUGHT) + 1 :]
            return ""
        self._thinking, self._tail = False, ""
        return text[end + len(_THOUGHT) :]

    def _step(self, text: str, at: int) -> int:
        """Read on from `at`; where to go on from. Always moves, or leaves the outside or a word."""
        if not self._stack:
            return self._outside(text, at)
        if self._string is not None:
            return self._in_string(text, at)
        if self._word:
            return self._in_word(text, at)
        space = _SPACE.match(text, at)
        return space.end() if space else self._structure(text[at], at)

    def _outside(self, text: str, at: int) -> int:
        if not self._brace:
            brace = text.find("{", at)
            self._brace = brace >= 0
            return len(text) if brace < 0 else brace + 1
        space = _SPACE.match(text, at)
        if space:
            return space.end()
        self._brace = False
        if text[at] == '"':
            self._stack.append(_Frame("{", "name or end", {}))
        return at

    def _structure(self, mark: str, at: int) -> int:
        frame = self._stack[-1]
        expects = frame.expects
        if mark == '"' and expects in ("name", "name or end", "value", "value or end"):
            self._string = []
        elif mark == ":" and expects == "colon":
            frame.expects = "value"
        elif mark == "," and expects == "comma or end":
            frame.expects = "name" if frame.kind == "{" else "value"
        elif mark in "}]" and expects in ("name or end", "value or end", "comma or end"):
            self._close(mark)
        elif mark in "{[" and expects in ("value", "value or end"):
            self._open(mark)
        elif expects in ("value", "value or end") and _WORD.match(mark):
            self._word = mark
        else:
            raise _Broken(f"“{mark}” stands where it cannot.")
        return at + 1

    def _open(self, mark: str) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise _Broken(f"it nests deeper than {MAX_DEPTH} levels.")
        if mark == "{":
            self._stack.append(_Frame("{", "name or end", {}))
        else:
            self._stack.append(_Frame("[", "value or end", []))

    def _close(self, mark: str) -> None:
        frame = self._stack[-1]
        if (frame.kind == "{") != (mark == "}"):
            raise _Broken(f"“{mark}” stands where it cannot.")
        if len(self._stack) == 1:
            self.done = self._is_ours()
            self.names = frame.seen if self.done else set()
            self._reset()
            return
        self._stack.pop()
        is_streamed = frame.kind == "[" and len(self._stack) == 1
        self._put(frame.value, streamed=is_streamed)

    def _put(self, value: Any, *, streamed: bool = False) -> None:
        """A value is complete: it belongs to the frame that is open now."""
        frame = self._stack[-1]
        frame.expects = "comma or end"
        depth = len(self._stack)
        if frame.kind == "{":
            if depth > 1:
                frame.value[frame.name] = value
            elif not streamed:
                self._found.append(Member(frame.name, value))
        elif depth == 2:
            self._found.append(Element(self._stack[0].name, frame.count, value))
            frame.count += 1
        else:
            frame.value.append(value)

    def _in_string(self, text: str, at: int) -> int:
        if self._escape:
            return self._in_escape(text, at)
        plain = _PLAIN.match(text, at)
        if plain:
            self._said(plain[0])
            return plain.end()
        if text[at] == "\\":
            self._escape = "\\"
        else:
            self._end_string()
        return at + 1

    def _in_escape(self, text: str, at: int) -> int:
        self._escape += text[at]
        kind = self._escape[1]
        if kind == "u":
            if len(self._escape) == 6:
                digits, self._escape = self._escape[2:], ""
                if not _HEX.fullmatch(digits):
                    raise _Broken("a text in it holds an escape that there is not.")
                self._unit(chr(int(digits, 16)))
        elif kind in _ESCAPES:
            self._said(_ESCAPES[kind])
            self._escape = ""
        else:
            raise _Broken("a text in it holds an escape that there is not.")
        return at + 1

    def _unit(self, unit: str) -> None:
        """A character written as `\\uXXXX`, or half of one."""
        if self._high and "\udc00" <= unit <= "\udfff":
            pair = 0x10000 + ((ord(self._high) - 0xD800) << 10) + (ord(unit) - 0xDC00)
            self._high = ""
            self._said(chr(pair))
        elif "\ud800" <= unit <= "\udbff":
            self._said("")
            self._high = unit
        else:
            self._said(_LOST if "\udc00" <= unit <= "\udfff" else unit)

    def _said(self, text: str) -> None:
        """More of the text that is being read."""
        assert self._string is not None
        if self._high:
            text, self._high = _LOST + text, ""
        if not text:
            return
        self._string.append(text)
        frame = self._stack[-1]
        if len(self._stack) == 3 and frame.expects == "value" and self._stack[0].name in self._growing:
            self._grown.append(text)

    def _flush(self) -> None:
        """Tell of the text that grew; between two of these it is one and the same text."""
        if self._grown:
            frame = self._stack[-1]
            place = self._stack[0].name, self._stack[1].count, frame.name
            self._found.append(Growth(*place, "".join(self._grown), dict(frame.value)))
            self._grown = []

    def _end_string(self) -> None:
        self._said("")
        self._flush()
        assert self._string is not None
        value, self._string = "".join(self._string), None
        frame = self._stack[-1]
        if frame.expects not in ("name", "name or end"):
            self._put(value)
            return
        if value in frame.seen:
            raise _Broken("an object in it names a member twice.")
        frame.seen.add(value)
        frame.name, frame.expects = value, "colon"

    def _in_word(self, text: str, at: int) -> int:
        more = _WORD.match(text, at)
        if more:
            self._word += more[0]
            if len(self._word) > _MAX_WORD:
                raise _Broken("a word in it is no JSON.")
            return more.end()
        value = _word_value(self._word)
        self._word = ""
        self._put(value)
        return at


def _word_value(word: str) -> Any:
    if word in _WORDS:
        return _WORDS[word]
    number = _NUMBER.fullmatch(word)
    if number is None:
        raise _Broken("a word in it is no JSON.")
    value = float(word) if number[1] or number[2] else int(word)
    if not isfinite(value):
        raise _Broken("a number in it is too large.")
    return value
