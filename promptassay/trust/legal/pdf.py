"""A published document as a PDF file: our own setting of it, the same bytes for the same text.

`flow.py` breaks lines and pages; this module knows what a title, a section and a table look like, and `writing.py`
knows the file format.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin

from django.conf import settings

from promptassay.trust.legal import writing
from promptassay.trust.legal.flow import COPPER, GREY, WIDTH, Flow, Style
from promptassay.trust.legal.markup import Block, Bullets, Grid, Line, Paragraph, Span
from promptassay.trust.legal.operator import Operator, review_words
from promptassay.trust.legal.publishing import Published

_TITLE: Final = Style(26, 31, 600)
_LABEL: Final = Style(9.5, 13, 400, COPPER)
_HEADING: Final = Style(13.5, 18, 600)
_BODY: Final = Style(10.3, 14.6)
_SMALL: Final = Style(8.8, 12.2, 400, GREY)
_CELL: Final = Style(9.2, 12.6)
_HEAD_CELL: Final = Style(9.2, 12.6, 600, GREY)
_INDENT: Final = 14.0
_GAP: Final = 12.0  # between the cells of a row


def make(published: Published) -> bytes:
    """The file. Links without a host lead to this instance."""
    return _make(published, settings.OPERATOR, settings.PUBLIC_URL)


@lru_cache(maxsize=32)
def _make(published: Published, operator: Operator, instance: str) -> bytes:
    base = f"{instance}/legal/{published.kind.id}"
    flow = Flow(lambda url: urljoin(base, url))
    flow.text((Span("§ Legal"),), _LABEL)
    flow.text((Span(published.document.title),), _TITLE)
    flow.skip(4)
    flow.text((Span(f"{operator.name} · {instance}"),), _SMALL)
    flow.text((Span(f"Version {published.version}, in force from {published.since}."),), _SMALL)
    flow.text((Span(f"SHA-256 of the text at {base}.txt: {published.sha256}"),), _SMALL)
    flow.text((Span(review_words(operator)),), _SMALL)
    flow.skip(8)
    flow.rule()
    flow.skip(12)
    _blocks(flow, published.document.lead)
    for section in published.document.sections:
        flow.skip(12)
        flow.keep_together(_HEADING.leading + 3 * _BODY.leading)
        flow.mark(f"{section.number}. {section.title}")
        flow.text((Span(f"§{section.number}  ", "link", f"#{section.anchor}"), Span(section.title)), _HEADING)
        flow.skip(3)
        _blocks(flow, section.blocks)
    _feet(flow, f"{published.document.title}, version {published.version}, SHA-256 {published.sha256[:16]}…")
    return writing.write(flow.pages, flow.marks, title=published.document.title, author=operator.name)


def _blocks(flow: Flow, blocks: Sequence[Block]) -> None:
    for block in blocks:
        match block:
            case Paragraph(line):
                flow.text(line, _BODY)
            case Bullets(items):
                for item in items:
                    flow.keep_together(_BODY.leading)
                    flow.beside((Span("–"),), _BODY)
                    flow.text(item, _BODY, indent=_INDENT)
                    flow.skip(1.5)
            case Grid():
                _grid(flow, block)
        flow.skip(6)


def _grid(flow: Flow, grid: Grid) -> None:
    columns = _columns(flow, grid)
    for number, row in enumerate((grid.head, *grid.rows)):
        style = _CELL if number else _HEAD_CELL
        cells = [flow.wrap(cell, style, width - _GAP) for cell, width in zip(row, columns, strict=True)]
        flow.keep_together(max(map(len, cells)) * style.leading + 6)
        flow.row(cells, columns, style)


def _columns(flow: Flow, grid: Grid) -> list[float]:
    """Widths by the length of what stands in each column, none too narrow to read, none too wide."""
    longest = [max(flow.length(row[at], _CELL) for row in (grid.head, *grid.rows)) for at in range(len(grid.head))]
    wanted = [min(max(each + _GAP, 62.0), WIDTH * 0.62) for each in longest]
    return [each * WIDTH / sum(wanted) for each in wanted]


def _feet(flow: Flow, words: str) -> None:
    line: Line = (Span(words),)
    for number in range(len(flow.pages)):
        flow.foot(number, line, f"{number + 1} of {len(flow.pages)}", _SMALL)
