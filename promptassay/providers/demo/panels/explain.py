"""Explain by the demo provider: the rule's own documentation, put beside the words it is about."""

from typing import Final

from promptassay.language.lint import RULES
from promptassay.providers.demo.panels.critique import IT_IS_THE_DEMO

_LONGEST: Final = 120


def explain(rule: str, finding: str, quote: str) -> str:
    """The answer of the panel, as plain text: what was found, why it matters, what to write instead."""
    kind = RULES.get(rule)
    if kind is None:
        return f"{IT_IS_THE_DEMO}. It knows no rule called “{rule[:60]}”, so it has nothing to say about this finding."
    shown = " ".join(quote.split())
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    about = f"The finding is about “{shown}”. " if shown else ""
    parts = [f"{about}{finding.strip() or kind.rule.summary}", kind.rule.why, f"What to do: {kind.rule.mend}"]
    if kind.guide.instead:
        was, now = kind.guide.instead[0]
        parts.append(f"For example, instead of {was} write {now}.")
    if kind.guide.keys:
        title, rest = kind.guide.keys[0]
        parts.append(f"With one key: “{title}” {rest}")
    elif kind.guide.no_key:
        parts.append(kind.guide.no_key)
    parts.append(f"{IT_IS_THE_DEMO}: these are the words of the rule's own page.")
    return "\n\n".join(parts)
