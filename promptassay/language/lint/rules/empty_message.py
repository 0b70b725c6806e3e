"""The rule `empty-message`: a message without text."""

import re
from collections.abc import Iterator

from promptassay.language.lint.base import Bad, Finding, Fix, Guide, Rule, RuleKind, Span
from promptassay.language.lint.context import LintContext, prompt

RULE = Rule(
    id="empty-message",
    severity="error",
    summary="A message has no text.",
    why="Some providers refuse a call with an empty message, others count it as a turn and answer to nothing.",
    mend="Take the message out, or write it.",
)

# Besides blanks nothing is seen of zero-width ones, joiners, marks of byte order and direction.
_VISIBLE = re.compile(r"[^\s\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff]")


def find(context: LintContext) -> Iterator[Finding]:
    """Find messages of nothing but blanks."""
    several = len(context.messages) > 1
    for index, message in enumerate(context.messages):
        if _VISIBLE.search(message.content):
            continue
        only = f"only {len(message.content)} blank characters" if message.content else "no text"
        yield RULE.finding(
            Span(index, 0, len(message.content)),
            f"Message {index + 1} ({message.role}) has {only}.",
            fixes=(Fix("Remove the message", drop_messages=(index,)),) if several else (),
        )


GOOD = (prompt("Say hello."), prompt("{{question}}"), prompt(("system", "Be kind."), "${fragment:style}"))
BAD = (
    Bad(prompt(""), "", "Message 1 (user) has no text"),
    Bad(prompt(("system", " \n\t"), "Hello"), " \n\t", "3 blank characters"),
    Bad(prompt("Hello", ("assistant", "\u200b\ufeff")), "\u200b\ufeff", "Message 2 (assistant)"),
)

GUIDE = Guide(
    instead=(("a message of three blanks", "its text, or one message less"),),
    keys=(
        (
            "Remove the message",
            "takes it out. It is not offered for the only message of a prompt: that one wants writing.",
        ),
    ),
    looks_at="Blanks, line breaks and characters that nobody sees (zero-width spaces, joiners, byte order marks) are no"
    " text. A message of one placeholder is not empty, even if its value may be.",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
