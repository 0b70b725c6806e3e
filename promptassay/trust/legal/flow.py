"""Sets lines of text on pages: breaks words into lines and lines into pages, and notes what is drawn where."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final, TypeAlias

from promptassay.trust.legal import fonts
from promptassay.trust.legal.fonts import Weight
from promptassay.trust.legal.markup import Line

Colour: TypeAlias = tuple[float, float, float]
INK: Final[Colour] = (0.10, 0.12, 0.17)
GREY: Final[Colour] = (0.35, 0.38, 0.44)
COPPER: Final[Colour] = (0.61, 0.29, 0.09)
HAIRLINE: Final[Colour] = (0.81, 0.78, 0.73)
# A4 in points, and the margins on it.
PAGE: Final = (595.28, 841.89)
LEFT, TOP, BOTTOM = 70.0, 74.0, 84.0
WIDTH: Final = PAGE[0] - 2 * LEFT


@dataclass(frozen=True)
class Style:
    """Size and distance of lines in points."""

    size: float
    leading: float
    weight: Weight = 400
    colour: Colour = INK


@dataclass(frozen=True)
class Word:
    """A piece of a line without a space in it; `glued` to the one before when no space stood between them."""

    text: str
    weight: Weight
    colour: Colour
    url: str = ""
    glued: bool = False


@dataclass(frozen=True)
class Placed:
    """A word at its place from the left edge of its line."""

    x: float
    width: float
    word: Word


Row: TypeAlias = list[Placed]


@dataclass(frozen=True)
class Ink:
    """A text at a place on a page, from its lower left corner, in points."""

    x: float
    y: float
    size: float
    word: Word


@dataclass(frozen=True)
class Rule:
    """A hairline across a page."""

    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Link:
    """A field that leads somewhere: left, bottom, right, top."""

    box: tuple[float, float, float, float]
    url: str


@dataclass
class Page:
    """What is drawn on one page."""

    inks: list[Ink] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class Mark:
    """An entry of the table of contents beside the pages."""

    title: str
    page: int
    y: float


class Flow:
    """A column of text over as many pages as it takes."""

    def __init__(self, address: Callable[[str], str]) -> None:
        self.address = address
        self.pages = [Page()]
        self.marks: list[Mark] = []
        self.y = PAGE[1] - TOP

    def skip(self, points: float) -> None:
        """Leave space, but none at the top of a page."""
        if self.y < PAGE[1] - TOP:
            self.y -= points

    def keep_together(self, points: float) -> None:
        """Begin a new page when less than this is left."""
        if self.y - points < BOTTOM and self.y < PAGE[1] - TOP:
            self.pages.append(Page())
            self.y = PAGE[1] - TOP

    def mark(self, title: str) -> None:
        """Put this place into the table of contents."""
        self.marks.append(Mark(title, len(self.pages) - 1, self.y))

    def text(self, line: Line, style: Style, *, indent: float = 0.0) -> None:
        """Running text."""
        for row in self.wrap(line, style, WIDTH - indent):
            self.keep_together(style.leading)
            self.y -= style.leading
            self._draw(row, LEFT + indent, self.y, style)

    def beside(self, line: Line, style: Style) -> None:
        """One line at the left of the text that follows."""
        self._draw(self.wrap(line, style, WIDTH)[0], LEFT, self.y - style.leading, style)

    def row(self, cells: Sequence[list[Row]], columns: Sequence[float], style: Style) -> None:
        """A row of a table with a hairline under it; one that is longer than a page goes on overleaf."""
        self.skip(3)
        for number in range(max(map(len, cells))):
            self.keep_together(style.leading)
            self.y -= style.leading
            x = LEFT
            for cell, width in zip(cells, columns, strict=True):
                if number < len(cell):
                    self._draw(cell[number], x, self.y, style)
                x += width
        self.y -= 5
        self.rule()

    def rule(self) -> None:
        """A hairline across the column."""
        self.pages[-1].rules.append(Rule(LEFT, self.y, WIDTH))

    def foot(self, number: int, line: Line, page: str, style: Style) -> None:
        """The line at the bottom of a page: words at the left, the page's number at the right."""
        there = self.pages[number]
        there.rules.append(Rule(LEFT, BOTTOM - 22, WIDTH))
        y = BOTTOM - 38
        there.inks += [Ink(LEFT + each.x, y, style.size, each.word) for each in self.wrap(line, style, WIDTH)[0]]
        right = LEFT + WIDTH - fonts.width_of(page, style.weight, style.size)
        there.inks.append(Ink(right, y, style.size, Word(page, style.weight, style.colour)))

    def length(self, line: Line, style: Style) -> float:
        """How wide a line is when nothing breaks it."""
        return sum(fonts.width_of(span.text, style.weight, style.size) for span in line)

    def wrap(self, line: Line, style: Style, width: float) -> list[Row]:
        """The line broken to a width; a word that is wider breaks anywhere."""
        rows: list[Row] = [[]]
        x, space = 0.0, fonts.width_of(" ", style.weight, style.size)
        for group in _groups(_words(line, style)):
            wide = sum(fonts.width_of(each.text, each.weight, style.size) for each in group)
            if rows[-1] and x + space + wide > width:
                rows.append([])
                x = 0.0
            elif rows[-1]:
                x += space
            for word in group if wide <= width else [part for each in group for part in _letters(each)]:
                own = fonts.width_of(word.text, word.weight, style.size)
                if rows[-1] and x + own > width:
                    rows.append([])
                    x = 0.0
                rows[-1].append(Placed(x, own, word))
                x += own
        return rows

    def _draw(self, row: Row, x: float, y: float, style: Style) -> None:
        page = self.pages[-1]
        for placed, after in zip_longest(row, row[1:]):
            # The space between words is drawn with them, for those who copy or search.
            space = " " if after and not after.word.glued else ""
            word = replace(placed.word, text=placed.word.text + space)
            page.inks.append(Ink(x + placed.x, y, style.size, word))
            if placed.word.url:
                left = x + placed.x
                box = (left, y - 2, left + placed.width, y + style.size)
                page.links.append(Link(box, self.address(placed.word.url)))


def _words(line: Line, style: Style) -> Iterator[Word]:
    ended = True  # whether a space, or nothing, stands before the next word
    for span in line:
        weight: Weight = 600 if span.kind == "strong" else style.weight
        colour = COPPER if span.kind == "link" else style.colour
        for at, text in enumerate(span.text.split()):
            begins = at > 0 or ended or span.text[0].isspace()
            yield Word(text, weight, colour, span.url, glued=not begins)
        ended = span.text[-1:].isspace()


def _groups(words: Iterator[Word]) -> Iterator[list[Word]]:
    """Words that no space separates, together."""
    group: list[Word] = []
    for word in words:
        if group and not word.glued:
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _letters(word: Word) -> list[Word]:
    return [Word(each, word.weight, word.colour, word.url, glued=True) for each in word.text]
