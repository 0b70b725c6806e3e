"""The little language of legal texts: sections with fixed anchors, paragraphs, bullets, tables, links, placeholders.

A subset of Markdown, read strictly. `{name}` is a detail of the operator; `{{name}}` alone on a line is a table that
the product makes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias


@dataclass(frozen=True)
class Span:
    """A piece of a line; `url` is set for links."""

    text: str
    kind: Literal["text", "strong", "code", "link"] = "text"
    url: str = ""


Line: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    line: Line
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Line, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True)
class Grid:
    """A table; every row has as many cells as the head."""

    head: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True)
class Made:
    """A place for a table that the product makes."""

    name: str
    kind: Literal["made"] = "made"


Block: TypeAlias = Paragraph | Bullets | Grid | Made


@dataclass(frozen=True)
class Section:
    """A numbered part; `anchor` stays the same in later versions."""

    number: int
    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A text as its file has it, or filled in."""

    title: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]


class MarkupError(ValueError):
    """A text file does not keep to the language; names the line."""


_HEADING: Final = re.compile(r"## (?P<title>[^{]+?) \{#(?P<anchor>[a-z][a-z0-9-]*)\}")
_MADE: Final = re.compile(r"\{\{([a-z]+)\}\}")
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_SPAN: Final = re.compile(
    r"\*\*(?P<strong>[^*]+)\*\*|`(?P<code>[^`]+)`|\[(?P<link>[^\]]+)\]\((?P<url>[^)\s]+)\)|(?P<text>[^*`\[]+)"
)


def parse(text: str) -> Document:
    """Read a file's text; MarkupError for anything outside the language."""
    groups = [group.split("\n") for group in re.split(r"\n{2,}", text.strip())]
    title = groups[0][0]
    if len(groups[0]) != 1 or not title.startswith("# "):
        raise MarkupError("the first line is not a title")
    lead: list[Block] = []
    sections: list[tuple[str, str, list[Block]]] = []
    for group in groups[1:]:
        if group[0].startswith("#"):
            found = _HEADING.fullmatch(group[0])
            if len(group) != 1 or not found or any(anchor == found["anchor"] for anchor, _, _ in sections):
                raise MarkupError(f"not a heading with an anchor of its own: {group[0]}")
            sections.append((found["anchor"], found["title"], []))
        else:
            (sections[-1][2] if sections else lead).append(block(group))
    numbered = (
        Section(number, anchor, name, tuple(blocks)) for number, (anchor, name, blocks) in enumerate(sections, 1)
    )
    return Document(title.removeprefix("# "), tuple(lead), tuple(numbered))


def block(lines: Sequence[str]) -> Block:
    """A block from its lines, without the empty ones around it."""
    if len(lines) == 1 and (made := _MADE.fullmatch(lines[0])):
        return Made(made[1])
    if lines[0].startswith("- "):
        return Bullets(tuple(spans(each) for each in _joined(lines)))
    if lines[0].startswith("|"):
        head, rule, *rows = [[cell.strip() for cell in each.strip("|").split("|")] for each in lines]
        if set("".join(rule)) != {"-"} or any(len(row) != len(head) for row in rows):
            raise MarkupError(f"not a table: {lines[0]}")
        return grid(head, rows)
    return Paragraph(spans(" ".join(lines)))


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """The items of a list; a line that is indented goes on with the item before."""
    item = ""
    for each in lines:
        if each.startswith("  "):
            item += f" {each.strip()}"
            continue
        if not each.startswith("- "):
            raise MarkupError(f"not an item of a list: {each}")
        if item:
            yield item
        item = each.removeprefix("- ")
    yield item


def spans(text: str) -> Line:
    """The pieces of a line of the language."""
    found, end = [], 0
    for each in _SPAN.finditer(text):
        if each.start() != end:
            break
        kind = each.lastgroup if each.lastgroup != "url" else "link"
        found.append(Span(each[kind or "text"], kind, each["url"] or ""))  # type: ignore[arg-type]
        end = each.end()
    if end != len(text):
        raise MarkupError(f"cannot be read from here: {text[end : end + 40]}")
    return tuple(found)


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Grid:
    """A table from cells in the language."""
    return Grid(tuple(map(spans, head)), tuple(tuple(map(spans, row)) for row in rows))


def lines_of(document: Document) -> Iterator[Line]:
    """Every line of a document, tables that the product makes left out."""
    for block in (*document.lead, *(block for section in document.sections for block in section.blocks)):
        match block:
            case Paragraph(line):
                yield line
            case Bullets(items):
                yield from items
            case Grid(head, rows):
                yield from (*head, *(cell for row in rows for cell in row))


def placeholders(document: Document) -> frozenset[str]:
    """The names in `{…}`."""
    return frozenset(
        name for line in lines_of(document) for span in line for name in _PLACEHOLDER.findall(span.text + span.url)
    )


def fill(document: Document, values: Mapping[str, str], tables: Callable[[str], Grid]) -> Document:
    """The document with its placeholders replaced and its tables made. A value is text and never markup."""

    def line(given: Line) -> Line:
        def put(text: str) -> str:
            return _PLACEHOLDER.sub(lambda found: values[found[1]], text)

        return tuple(replace(span, text=put(span.text), url=put(span.url)) for span in given)

    def block(given: Block) -> Block:
        match given:
            case Paragraph(text):
                return Paragraph(line(text))
            case Bullets(items):
                return Bullets(tuple(map(line, items)))
            case Grid(head, rows):
                return Grid(tuple(map(line, head)), tuple(tuple(map(line, row)) for row in rows))
            case Made(name):
                return tables(name)

    sections = tuple(replace(each, blocks=tuple(map(block, each.blocks))) for each in document.sections)
    return replace(document, lead=tuple(map(block, document.lead)), sections=sections)


def plain_line(line: Line) -> str:
    """A line as plain text; a link is followed by its address."""
    return "".join(f"{span.text} ({span.url})" if span.kind == "link" else span.text for span in line)


def plain(blocks: Sequence[Block]) -> str:
    """Blocks as plain text: one line each for a paragraph, an item, a row."""
    parts = []
    for block in blocks:
        match block:
            case Paragraph(line):
                parts.append(plain_line(line))
            case Bullets(items):
                parts.append("\n".join(f"- {plain_line(item)}" for item in items))
            case Grid(head, rows):
                parts.append("\n".join(" | ".join(map(plain_line, row)) for row in (head, *rows)))
            case Made(name):
                parts.append(f"[{name}]")
    return "\n\n".join(parts)
