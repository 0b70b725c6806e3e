"""Writes the pages of docs/lint from the rules themselves: `python -m promptassay.language.lint.pages`."""

import re
import textwrap
from pathlib import Path
from typing import Final

from promptassay.language.lint import RULES, RuleKind

DOCS: Final = Path(__file__).parents[3] / "docs" / "lint"
_WIDTH: Final = 150
_CODE: Final = "promptassay/language/lint"
_NOTE: Final = "<!-- Written by `python -m promptassay.language.lint.pages`. Change the rules, not this file. -->"


def pages() -> dict[str, str]:
    """The page of every rule by file name, in Markdown, with a line break at the end."""
    return {f"{kind.rule.doc}.md": _page(kind) for kind in RULES.values()}


def _page(kind: RuleKind) -> str:
    rule, guide = kind.rule, kind.guide
    severity = f"Severity: {rule.severity}.{' Needs the target model.' if rule.needs_model else ''}"
    parts = [
        f"# `{rule.id}` in the lint",
        _NOTE,
        rule.summary,
        severity,
        "## Why",
        _filled(rule.why),
        "## What to do",
        _filled(rule.mend),
        "\n".join(["| instead of | write |", "| --- | --- |", *(f"| {bad} | {good} |" for bad, good in guide.instead)]),
        "## With one key",
        "\n".join(_filled(f"- **{_escaped(title)}** {does}", "  ") for title, does in guide.keys)
        or f"None. {guide.no_key}",
        "## What it looks at",
        _filled(guide.looks_at),
        *([_filled(_lists(guide.lists))] if guide.lists else []),
        "[All rules](README.md)",
    ]
    return "\n\n".join(parts) + "\n"


def _lists(names: tuple[str, ...]) -> str:
    links = " and ".join(f"[`{name}.txt`](../../{_CODE}/lists/{name}.txt)" for name in names)
    return f"The word list{'s' if len(names) > 1 else ''}: {links}."


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False, subsequent_indent=indent)


def _escaped(text: str) -> str:
    return re.sub(r"([<>*_])", r"\\\1", text)


if __name__ == "__main__":
    for file_name, text in pages().items():
        (DOCS / file_name).write_text(text, encoding="utf-8")
