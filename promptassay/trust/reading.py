"""What the ledger points at, as this build has it: files of code as they run, and sections of the documentation.

Nothing else of the installation can be read: a path that no control names is not found.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, Literal

from promptassay.core.errors import NotFound
from promptassay.trust.claims import CLAIMS
from promptassay.trust.legal import markup
from promptassay.trust.legal.markup import Block, Line, MarkupError, Paragraph, Span

_PACKAGE: Final = Path(__file__).resolve().parent.parent
# In a checkout the documentation stands beside the package, in an installation inside it.
_DOCS: Final = next((each for each in (_PACKAGE / "docs", _PACKAGE.parent / "docs") if each.is_dir()), _PACKAGE)
_HEADING: Final = re.compile(r"(#{1,4}) (.+)")
_EMPHASIS: Final = re.compile(r"(?<![*\w])\*([^*\s][^*]*)\*(?![*\w])")
_ADDRESS: Final = re.compile(r"(?:https?:|/)")


@dataclass(frozen=True)
class Source:
    """A file of the running build, with the hash that it has in it."""

    path: str
    text: str

    @property
    def digest(self) -> str:
        """Its SHA-256 as a header says it (RFC 9530)."""
        return f"sha-256=:{base64.b64encode(hashlib.sha256(self.text.encode()).digest()).decode()}:"


@dataclass(frozen=True)
class Code:
    """A block of code in a page of the documentation."""

    text: str
    kind: Literal["code"] = "code"


@dataclass(frozen=True)
class Part:
    """A section under its heading; `anchor` is what addresses of it end in."""

    level: int
    anchor: str
    title: str
    blocks: tuple[Block | Code, ...]


@dataclass(frozen=True)
class Page:
    """A page of the documentation; the first part has its title."""

    name: str
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        return self.parts[0].title


@cache
def source(path: str) -> Source:
    """A file that a control names. NotFound for any other."""
    named = {control.code for claim in CLAIMS for control in claim.controls}
    if path not in named or not (found := _PACKAGE.parent / path).is_file():
        raise NotFound()
    return Source(path, found.read_bytes().decode())


@cache
def page(name: str) -> Page:
    """A page of the documentation that a control names. NotFound for any other."""
    named = {control.doc.partition("#")[0] for claim in CLAIMS for control in claim.controls}
    if f"{name}.md" not in named or not (found := _DOCS / f"{name}.md").is_file():
        raise NotFound()
    return Page(name, tuple(_parts(found.read_text("utf-8"))))


def anchor_of(title: str) -> str:
    """The anchor of a heading, as repositories make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def _parts(text: str) -> Iterator[Part]:
    heading: tuple[int, str] | None = None
    blocks: list[Block | Code] = []
    for group in _groups(text):
        if (found := _HEADING.fullmatch(group[0])) and len(group) == 1:
            if heading:
                yield Part(heading[0], anchor_of(heading[1]), heading[1], tuple(blocks))
            heading, blocks = (len(found[1]), found[2]), []
        else:
            blocks.append(_block(group))
    if heading:
        yield Part(heading[0], anchor_of(heading[1]), heading[1], tuple(blocks))


def _groups(text: str) -> Iterator[list[str]]:
    """Lines that belong together: between empty lines, a heading alone, a fence to its end."""
    group: list[str] = []
    for line in text.splitlines():
        fenced = bool(group) and group[0].startswith("```")
        if fenced:
            group.append(line)
            if line.startswith("```"):
                yield group
                group = []
        elif not line.strip() or line.startswith(("#", "```")):
            if group:
                yield group
            group = [line] if line.startswith("```") else []
            if line.startswith("#"):
                yield [line]
        else:
            group.append(line)
    if group:
        yield group


def _block(lines: Sequence[str]) -> Block | Code:
    """A block of the language of legal texts; what that does not know stands as it is written."""
    if lines[0].startswith("```"):
        return Code("\n".join(lines[1:-1]))
    try:
        return _linked(markup.block(_spaced(lines)))
    except MarkupError:
        return Paragraph((Span(" ".join(lines)),))


def _spaced(lines: Sequence[str]) -> list[str]:
    """Without emphasis, without spaces in a table's rule, and with escaped bars as another character."""
    lines = [_EMPHASIS.sub(r"\1", line) for line in lines]
    if not lines[0].startswith("|"):
        return list(lines)
    return [re.sub(r"[ :]", "", line) if set(line) <= set("|-: ") else line.replace("\\|", "¦") for line in lines]


def _linked(block: Block) -> Block:
    """Links inside the repository lead nowhere from here: their words stay."""

    def line(given: Line) -> Line:
        return tuple(
            span if span.kind != "link" or _ADDRESS.match(span.url) else Span(span.text.strip("`"), "code")
            for span in given
        )

    match block:
        case Paragraph(text):
            return Paragraph(line(text))
        case markup.Bullets(items):
            return replace(block, items=tuple(map(line, items)))
        case markup.Grid(head, rows):
            return replace(block, head=tuple(map(line, head)), rows=tuple(tuple(map(line, row)) for row in rows))
    return block
