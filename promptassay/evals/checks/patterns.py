"""The one door to RE2, the linear-time engine that runs every pattern a person writes."""

from dataclasses import dataclass
from typing import Any, Final

import re2

MAX_PATTERN_BYTES: Final = 1024
MAX_FILLED_BYTES: Final = 16 * 1024  # of a filled pattern
MAX_PROGRAM: Final = 10_000  # instructions of the compiled pattern
# RE2's time is bounded by instructions x bytes, at 4 to 9 ns each where measured: three seconds at worst.
MAX_WORK: Final = 400_000_000

_LACKS: Final = {
    "(?=": "look-ahead",
    "(?!": "look-ahead",
    "(?<": "look-behind",
    "(?>": "atomic groups",
    "(?(": "conditional groups",
    "(?P=": "back-references",
    "(?#": "comments in patterns",
    "(?|": "branch resets",
    "(?R": "recursion",
}


class BadPattern(Exception):
    """The pattern is none that RE2 takes; the text is a sentence that says why."""


class TooMuchWork(Exception):
    """The pattern is too large for a text of this length; the text is a sentence with the figures."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; `program` is its size in RE2 instructions."""

    compiled: Any
    program: int

    def found_in(self, text: str) -> tuple[int, int] | None:
        """Start and end, in characters, of the first match anywhere; raises TooMuchWork."""
        clean = self._checked(text)
        match = self.compiled.search(clean)
        return None if match is None else match.span()

    def is_all_of(self, text: str) -> bool:
        """Whether the pattern matches the whole text; raises TooMuchWork."""
        return self.compiled.fullmatch(self._checked(text)) is not None

    def work(self, text: str) -> int:
        """The bound on steps that a search of the text takes."""
        return self.program * len(text.encode("utf-8", "surrogatepass"))

    def _checked(self, text: str) -> str:
        if self.work(text) > MAX_WORK:
            raise TooMuchWork(
                f"The pattern compiles to {self.program:,} steps, which is too many for an output of "
                f"{len(text):,} characters. Write it with smaller repetitions."
            )
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def compile_pattern(pattern: str, *, ignore_case: bool = False, limit: int = MAX_PATTERN_BYTES) -> Pattern:
    """Compile with RE2; raises BadPattern. `limit` is in bytes of UTF-8."""
    size = len(pattern.encode("utf-8", "surrogatepass"))
    if size > limit:
        raise BadPattern(f"It is {size:,} bytes long, and the limit is {limit:,}.")
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.case_sensitive = not ignore_case
    try:
        compiled = re2.compile(pattern, options=options)
    except re2.error as problem:
        raise BadPattern(_explain(problem)) from None
    except UnicodeEncodeError:
        raise BadPattern("It holds half of a character pair (a lone surrogate).") from None
    program = max(compiled.programsize, compiled.reverseprogramsize)
    if program > MAX_PROGRAM:
        raise BadPattern(
            f"It compiles to {program:,} steps, and the limit is {MAX_PROGRAM:,}: its repetitions are too large."
        )
    return Pattern(compiled, program)


def quote_for_pattern(text: str) -> str:
    """The pattern that matches exactly this text."""
    return str(re2.escape(text))


def _explain(problem: Exception) -> str:
    raw = problem.args[0] if problem.args else b""
    said = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    kind, _, part = said.partition(": ")
    if kind == "invalid perl operator":
        for opening in sorted(_LACKS, key=len, reverse=True):
            if part.startswith(opening):
                return f"RE2, the engine used here, does not have {_LACKS[opening]} (`{opening}`)."
        if part == "(?P":
            return "RE2, the engine used here, does not have back-references (`(?P=`)."
    if kind == "invalid escape sequence" and part[1:2].isdigit():
        return f"RE2, the engine used here, does not have back-references (`{part}`)."
    if kind == "invalid repetition size":
        return f"A repetition is too large: `{part}`. RE2 allows 1,000, also for repetitions inside each other."
    if kind == "pattern too large - compile failed":
        return "It is too large once its repetitions are written out."
    return f"RE2 says: {said}."
