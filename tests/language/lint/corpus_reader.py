"""The corpus of good prompts: how its files are read, and how findings are held against what they expect.

A file begins with lines `name: value`: `kind`, `variables` (fed by test cases), `schema: yes`, `tools: yes`,
`fragment: slug = text`, and one `expect: rule :: quoted text` for each true finding. Messages follow, each
after a line `=== role`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from promptassay.language.fragments import FragmentTable
from promptassay.language.lint import Finding, LintContext, lint
from promptassay.language.messages import ROLES, Message, Role

FOLDER = Path(__file__).parent / "corpus"
_MESSAGE = re.compile(r"^=== (\w+)\n", re.MULTILINE)


@dataclass(frozen=True)
class CorpusPrompt:
    """One prompt of the corpus; `expected` pairs a rule with text that the finding's span overlaps."""

    name: str
    kind: str
    context: LintContext
    expected: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Verdict:
    """What the lint made of one prompt."""

    prompt: CorpusPrompt
    true: tuple[Finding, ...]
    false: tuple[Finding, ...]
    missed: tuple[tuple[str, str], ...]


@cache
def corpus() -> tuple[CorpusPrompt, ...]:
    """Every prompt, by name."""
    return tuple(read(path.stem, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.md")))


def read(name: str, text: str) -> CorpusPrompt:
    """Read one file; ValueError for a header that says nothing about what is expected, or a line it cannot read."""
    parts = _MESSAGE.split(text)
    header: dict[str, list[str]] = {}
    for line in parts[0].splitlines():
        key, colon, value = line.partition(": ")
        if not colon or key not in ("kind", "variables", "schema", "tools", "fragment", "expect"):
            raise ValueError(f"{name}: cannot read {line!r}")
        header.setdefault(key, []).append(value.strip())
    messages = [
        Message(cast("Role", role), content.removesuffix("\n"))
        for role, content in zip(parts[1::2], parts[2::2], strict=True)
    ]
    if not messages or any(message.role not in ROLES for message in messages):
        raise ValueError(f"{name}: no message, or one of an unknown role")
    fragments = dict(value.split(" = ", 1) for value in header.get("fragment", []))
    context = LintContext(
        tuple(messages),
        declared=tuple(filter(None, re.split(r",\s*", "".join(header.get("variables", []))))),
        fragments=FragmentTable({slug: {1: content} for slug, content in fragments.items()}),
        fragment_slugs=tuple(fragments),
        has_schema="schema" in header,
        has_tools="tools" in header,
    )
    expected = [value for value in header["expect"] if value != "none"]
    pairs = [cast("tuple[str, str]", tuple(value.split(" :: ", 1))) for value in expected]
    return CorpusPrompt(name, header["kind"][0], context, tuple(pairs))


def judge(prompt: CorpusPrompt) -> Verdict:
    """Lint a prompt and tell true findings from false ones: each expectation vouches for one finding."""
    open_expectations = list(prompt.expected)
    true: list[Finding] = []
    false: list[Finding] = []
    for finding in lint(prompt.context):
        met = next(
            (each for each in open_expectations if each[0] == finding.rule and _overlaps(prompt, finding, each[1])),
            None,
        )
        if met is None:
            false.append(finding)
        else:
            open_expectations.remove(met)
            true.append(finding)
    return Verdict(prompt, tuple(true), tuple(false), tuple(open_expectations))


def _overlaps(prompt: CorpusPrompt, finding: Finding, quote: str) -> bool:
    content = prompt.context.messages[finding.message_index].content
    return any(
        match.start() < max(finding.end, finding.start + 1) and finding.start < match.end()
        for match in re.finditer(re.escape(quote), content, re.IGNORECASE)
    )
