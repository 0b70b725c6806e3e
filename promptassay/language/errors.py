"""The errors of the prompt language: what happened, why, what to do next, and the place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from promptassay.language.nodes import MalformedCode

SHOWN_PROBLEMS = 100


class LanguageError(Exception):
    """Prompt text, its fragments or its values cannot be used. `code` is stable and meant for programs."""

    code: ClassVar[str] = "LANGUAGE_ERROR"

    def __init__(self, message: str, *, why: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.why = why
        self.next_step = next_step

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.why, self.next_step) if part)


@dataclass(frozen=True, slots=True)
class Place:
    """A span in the source of a message: index from 0, offsets in code points, `end` exclusive."""

    message_index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One malformed placeholder.

    `path` names the fragments that lead to the text it stands in, outermost first; it is empty where that
    text is the message itself. `start`, `end` (code points), `line` and `column` (from 1) are offsets in
    that text.
    """

    message_index: int
    path: tuple[str, ...]
    start: int
    end: int
    line: int
    column: int
    code: MalformedCode
    reason: str
    raw: str

    def __str__(self) -> str:
        where = f"message {self.message_index + 1}"
        if self.path:
            where += f", fragment {show_path(self.path)}"
        shown = self.raw if len(self.raw) <= 60 else self.raw[:59] + "…"
        return f"{where}, line {self.line}, column {self.column}: {self.reason} ({shown!r})"


def show_path(path: Sequence[str]) -> str:
    """Write a path of fragments for people: `a → b@3 → c`."""
    return " → ".join(path)


class MalformedTemplate(LanguageError):
    """Placeholders that cannot be read. `problems` holds the first 100, `count` says how many there are."""

    code = "MALFORMED_TEMPLATE"

    def __init__(self, problems: Sequence[Problem], count: int | None = None) -> None:
        self.problems = tuple(problems)
        self.count = len(self.problems) if count is None else count
        few = "; ".join(str(problem) for problem in self.problems[:3])
        more = f"; and {self.count - 3} more" if self.count > 3 else ""
        one = self.count == 1
        found = "a malformed placeholder" if one else f"{self.count} malformed placeholders"
        super().__init__(
            f"The template has {found}.",
            why=f"In {few}{more}.",
            next_step="Mend the placeholder, or write \\{{ and \\${fragment: for the characters themselves.",
        )


class FragmentError(LanguageError):
    """A fragment reference cannot be followed.

    `path` runs from the reference in the message to the one that failed; `place` is the reference in the
    message.
    """

    code = "FRAGMENT_ERROR"

    def __init__(self, message: str, path: Sequence[str], place: Place, *, why: str, next_step: str) -> None:
        self.path = tuple(path)
        self.place = place
        super().__init__(message, why=f"Message {place.message_index + 1}: {why}", next_step=next_step)


class UnknownFragment(FragmentError):
    """No fragment has this slug."""

    code = "UNKNOWN_FRAGMENT"

    def __init__(self, path: Sequence[str], place: Place) -> None:
        super().__init__(
            f"There is no fragment “{path[-1]}”.",
            path,
            place,
            why=f"it is referred to by {show_path(path)}.",
            next_step="Correct the slug, or make the fragment.",
        )


class UnknownPin(FragmentError):
    """The fragment exists, but not in the pinned version. `newest` is its newest number, if it has one."""

    code = "UNKNOWN_PIN"

    def __init__(self, path: Sequence[str], place: Place, newest: int | None) -> None:
        self.newest = newest
        slug, _, pin = path[-1].partition("@")
        message = f"Fragment “{slug}” has no version {pin}." if pin else f"Fragment “{slug}” has no version yet."
        has = "" if newest is None else f" Its newest version is {newest}."
        super().__init__(
            message,
            path,
            place,
            why=f"it is referred to by {show_path(path)}.{has}",
            next_step="Pin a version that exists, or drop the pin.",
        )


class FragmentCycle(FragmentError):
    """A fragment contains itself."""

    code = "FRAGMENT_CYCLE"

    def __init__(self, path: Sequence[str], place: Place) -> None:
        super().__init__(
            f"Fragment “{path[-1]}” contains itself.",
            path,
            place,
            why=f"the references go {show_path(path)}.",
            next_step="Take out one of these references.",
        )


class FragmentDepth(FragmentError):
    """Fragments are nested too deep."""

    code = "FRAGMENT_DEPTH"

    def __init__(self, path: Sequence[str], place: Place, limit: int) -> None:
        super().__init__(
            f"Fragments are nested deeper than {limit}.",
            path,
            place,
            why=f"the references go {show_path(path)}.",
            next_step="Put the text of the inner fragment into the outer one.",
        )


class ExpansionTooLarge(LanguageError):
    """The text would grow past a cap. `path` names the fragments at work; `message_index` is from 0."""

    code = "EXPANSION_TOO_LARGE"

    def __init__(self, message: str, message_index: int, path: Sequence[str] = ()) -> None:
        self.message_index = message_index
        self.path = tuple(path)
        at = f", in fragment {show_path(path)}" if path else ""
        super().__init__(
            message,
            why=f"The cap was passed in message {message_index + 1}{at}.",
            next_step="Shorten the text or the values, or refer to fewer fragments.",
        )


class MissingVariables(LanguageError):
    """Variables without value and without default: all `names`, in order of first appearance."""

    code = "MISSING_VARIABLES"

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        word = "variable" if len(self.names) == 1 else "variables"
        super().__init__(
            f"No value was given for the {word} {', '.join(self.names)}.",
            why="A variable without a default needs a value.",
            next_step="Give a value for each, or write a default as {{name|text}}.",
        )


class BadValue(LanguageError):
    """A value given by a program has no text form. `name` is the variable it was given for, or empty."""

    code = "BAD_VALUE"

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        of = f" of {name}" if name else ""
        super().__init__(
            f"The value{of} cannot be written as text.",
            why=why,
            next_step="Give a text, a finite number, true, false, a list or an object.",
        )


class BadMessages(LanguageError):
    """The messages of a prompt have the wrong shape."""

    code = "BAD_MESSAGES"

    def __init__(self, why: str) -> None:
        super().__init__(
            "The messages cannot be read.",
            why=why,
            next_step='Give a list of objects with "role" (system, user, assistant) and "content" (a text).',
        )
