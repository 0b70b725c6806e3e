"""What the lint is made of: rules, findings, fixes and the edits that a fix makes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from promptassay.language.lint.context import LintContext

Severity: TypeAlias = Literal["error", "warning", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")


class Span(NamedTuple):
    """A place in the source of a message: index from 0, offsets in code points, `end` exclusive."""

    message_index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `replacement` where `start` to `end` (code points, exclusive) of a message is now."""

    message_index: int
    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out of a finding, ready to apply.

    `edits` do not overlap and are given for the text as it was linted. `drop_messages` names messages to
    take out, by index. The last two are not about text: variables to take out of the test cases, and
    settings to unset. The caller does that.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    drop_messages: tuple[int, ...] = ()
    drop_variables: tuple[str, ...] = ()
    drop_settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend, at a span of one message.

    `text` is a sentence about this very span. A finding that is about no text, such as a setting, has the
    empty span at the start of message 0. `related` holds further places that belong to it.
    """

    rule: str
    severity: Severity
    message_index: int
    start: int
    end: int
    text: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[Span, ...] = ()

    @property
    def span(self) -> Span:
        """Where it is."""
        return Span(self.message_index, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule is called and why it exists.

    `summary` is one sentence, `why` says what goes wrong otherwise, `mend` what to do. `doc` is the slug of
    its page, in the product and under `docs/lint/`.
    """

    id: str
    severity: Severity
    summary: str
    why: str
    mend: str
    needs_model: bool = False

    @property
    def doc(self) -> str:
        """The page of the rule, without folder and ending."""
        return self.id

    def finding(
        self,
        span: Span,
        text: str,
        *,
        fixes: tuple[Fix, ...] = (),
        related: tuple[Span, ...] = (),
        severity: Severity | None = None,
    ) -> Finding:
        """A finding of this rule, of its severity unless another is given."""
        return Finding(self.id, severity or self.severity, *span, text, fixes, related)


@dataclass(frozen=True, slots=True)
class Bad:
    """A sample that a rule must find: `quote` is the text under the span, `says` a part of the sentence."""

    context: "LintContext"
    quote: str
    says: str


@dataclass(frozen=True, slots=True)
class Guide:
    """The rest of a rule's page. Texts are sentences; what stands in backticks is shown as code.

    `instead` pairs what is found with what to write. `keys` are the one-key fixes by title, each with the end of the
    sentence that the title begins; where there are none, `no_key` says why. `looks_at` says where the rule looks and
    where it stays quiet, `lists` names the word lists that it reads.
    """

    instead: tuple[tuple[str, str], ...]
    keys: tuple[tuple[str, str], ...]
    looks_at: str
    no_key: str = ""
    lists: tuple[str, ...] = ()


Find: TypeAlias = "Callable[[LintContext], Iterator[Finding]]"


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A rule with its search, its samples (`good` ones have no finding of the rule) and its page."""

    rule: Rule
    find: Find
    good: "tuple[LintContext, ...]"
    bad: tuple[Bad, ...]
    guide: Guide


def shown(text: str, limit: int = 60) -> str:
    """A piece of prompt text as it is quoted in a sentence: on one line, in typographic quotes, shortened."""
    line = " ".join(text[: limit + 1].split())
    return f"“{line}”" if len(text) <= limit else f"“{line[: limit - 1]}…”"


def removal(title: str, source: str, index: int, start: int, end: int) -> tuple[Fix, ...]:
    """The fix that takes a span out, or none where what then meets would make a placeholder of its own."""
    if source[start - 1 : start] in ("{", "$", "\\") and source[end : end + 1] in ("{", "$", "\\"):
        return ()
    return (Fix(title, (Edit(index, start, end, ""),)),)
