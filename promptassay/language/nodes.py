"""The pieces that prompt text is made of, each with its span and its exact source."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

MalformedCode: TypeAlias = Literal[
    "unclosed",
    "no-name",
    "bad-name",
    "fragment-unclosed",
    "bad-slug",
    "bad-pin",
    "bad-slot",
    "slot-unclosed",
    "slot-twice",
    "too-many",
]

REASONS: dict[MalformedCode, str] = {
    "unclosed": "“{{” is not closed by “}}” on the same line before another one begins",
    "no-name": "the placeholder has no name",
    "bad-name": "a name is letters, digits and underscores and does not begin with a digit",
    "fragment-unclosed": "“${fragment:” is not closed by “}” on the same line before another one begins",
    "bad-slug": "a fragment's slug is lower-case letters and digits, in words joined by single hyphens",
    "bad-pin": "a pin is “@” and a version number from 1 to 999999999",
    "bad-slot": 'a slot is written name="value", after a space',
    "slot-unclosed": "the value of a slot is not closed by a double quote on the same line",
    "slot-twice": "a slot is bound twice",
    "too-many": "the text before it has so many malformed placeholders that the rest was not read",
}


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text. Spans of all nodes count code points; `end` is exclusive; `raw` is the source."""

    start: int
    end: int
    raw: str


@dataclass(frozen=True, slots=True)
class Escape:
    """Backslashes before an opener, with its two characters if it is escaped; `value` is the meaning."""

    start: int
    end: int
    raw: str
    value: str


@dataclass(frozen=True, slots=True)
class Variable:
    """`{{name}}` or `{{name|default}}`; `default` is None where there is no bar."""

    start: int
    end: int
    raw: str
    name: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Slot:
    """One bound slot of a fragment reference; `value` is literal text, unescaped."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FragmentRef:
    """`${fragment:slug@pin name="value"}`; `pin` is None where the newest version is meant."""

    start: int
    end: int
    raw: str
    slug: str
    pin: int | None
    slots: tuple[Slot, ...]

    @property
    def label(self) -> str:
        """The reference as it is named in paths: `slug` or `slug@pin`."""
        return self.slug if self.pin is None else f"{self.slug}@{self.pin}"


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something that opens like a placeholder and is none; `code` says in which way."""

    start: int
    end: int
    raw: str
    code: MalformedCode

    @property
    def reason(self) -> str:
        """The code as a clause for people."""
        return REASONS[self.code]


Node: TypeAlias = Text | Escape | Variable | FragmentRef | Malformed
