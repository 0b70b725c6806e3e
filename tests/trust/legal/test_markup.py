"""The language of legal texts: what it reads, what it refuses, and that a value is never markup."""

import pytest

from promptassay.trust.legal import markup
from promptassay.trust.legal.markup import Bullets, Grid, Made, MarkupError, Paragraph, Span

TEXT = """# A title

Lead for {name}.

## First things {#first}

One **strong** word, `code`, a [link](/legal/dpa#x),
and a second line.

- one
- two goes
  on

| A | B |
| --- | --- |
| 1 | {name} |

{{browser}}
"""


def test_a_text_is_read() -> None:
    document = markup.parse(TEXT)
    assert document.title == "A title" and len(document.sections) == 1
    section = document.sections[0]
    assert (section.number, section.anchor, section.title) == (1, "first", "First things")
    paragraph, bullets, grid, made = section.blocks
    assert isinstance(paragraph, Paragraph) and [span.kind for span in paragraph.line] == [
        *("text", "strong", "text", "code", "text", "link", "text")
    ]
    assert paragraph.line[5] == Span("link", "link", "/legal/dpa#x")
    assert isinstance(bullets, Bullets) and markup.plain_line(bullets.items[1]) == "two goes on"
    assert isinstance(grid, Grid) and len(grid.rows) == 1
    assert made == Made("browser")
    assert markup.placeholders(document) == {"name"}


@pytest.mark.parametrize(
    "text",
    [
        "No title",
        "# T\nmore",
        "# T\n\n## No anchor",
        "# T\n\n## A {#a}\n\n## B {#a}",
        "# T\n\n## A {#Bad}",
        "# T\n\n- one\nnot an item",
        "# T\n\n| A | B |\n| --- | --- |\n| 1 |",
        "# T\n\n| A |\n| no rule |",
        "# T\n\nan *italic* word",
        "# T\n\nan open [bracket",
    ],
)
def test_what_is_outside_the_language_is_refused(text: str) -> None:
    with pytest.raises(MarkupError):
        markup.parse(text)


def test_a_value_is_text_and_never_markup() -> None:
    hostile = "[click](https://evil.test) **b** {name} {{browser}} <script>"
    filled = markup.fill(markup.parse(TEXT), {"name": hostile}, lambda name: markup.grid([name], []))
    assert filled.lead == (Paragraph((Span(f"Lead for {hostile}."),)),)


def test_plain_text_keeps_everything_with_addresses() -> None:
    plain = markup.plain(markup.parse(TEXT).sections[0].blocks)
    assert "One strong word, code, a link (/legal/dpa#x), and a second line." in plain
    assert "- one\n- two goes on" in plain and "A | B\n1 | {name}" in plain
