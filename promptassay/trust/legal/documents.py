"""THE list of legal documents, and their versions. Knows no settings: doctor reads it before there are any.

A version is a file named by its date, and never changes once it is there: `texts/SHA256SUMS` holds the build to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from promptassay.core.errors import NotFound
from promptassay.trust.legal import markup
from promptassay.trust.legal.markup import Document
from promptassay.trust.legal.operator import BY_KEY

TEXTS: Final = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Kind:
    """A document: the id in its address, and what it says in a few words."""

    id: str
    title: str
    summary: str


KINDS: Final = (
    Kind("privacy", "Privacy", "What is stored of you, why, how long, who sees it, and what you may ask for."),
    Kind("terms", "Terms", "What you and the operator owe each other."),
    Kind("dpa", "Data processing agreement", "Article 28 GDPR, point by point, with the feature that keeps each."),
    Kind("subprocessors", "Sub-processors", "Who receives what, read from this instance’s settings."),
    Kind("acceptable-use", "Acceptable use", "What the instance is not for, and what happens then."),
    Kind("cookies", "Cookies and browser storage", "Everything the product keeps in your browser, by name."),
    Kind("disclosure", "Reporting a weakness", "How to report, what you may do, and what you can expect."),
)


def kind_named(name: str) -> Kind:
    """The document of an address. NotFound when there is none."""
    for each in KINDS:
        if each.id == name:
            return each
    raise NotFound("There is no legal document at this address.", next_step="See the list at /legal.")


def versions(kind: Kind, today: date | None = None) -> list[date]:
    """The dates of the versions in force, newest first; one that is dated ahead waits for its day."""
    until = today or datetime.now(UTC).date()
    found = sorted((date.fromisoformat(path.stem) for path in (TEXTS / kind.id).glob("*.md")), reverse=True)
    return [each for each in found if each <= until]


def version_named(kind: Kind, name: str) -> date:
    """The version of an address. NotFound when there is none."""
    for each in versions(kind):
        if each.isoformat() == name:
            return each
    raise NotFound("There is no such version of this document.", next_step=f"See /legal/{kind.id}.")


@cache
def _parsed(path: Path) -> Document:
    return markup.parse(path.read_text("utf-8"))


def source(kind: Kind, version: date) -> Document:
    """The text as its file has it, placeholders and all."""
    return _parsed(TEXTS / kind.id / f"{version.isoformat()}.md")


def needs(kind: Kind, version: date | None = None) -> frozenset[str]:
    """The details of the operator that a version, the latest by default, cannot do without."""
    named = markup.placeholders(source(kind, version or versions(kind)[0]))
    return (named & BY_KEY.keys()) | {"effective"}


def files() -> Iterator[Path]:
    """Every version of every document, as files."""
    for kind in KINDS:
        yield from sorted((TEXTS / kind.id).glob("*.md"))
