"""Writes pages as a PDF file with its fonts inside; no date and no chance in it."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import pydyf

from promptassay.trust.legal import fonts
from promptassay.trust.legal.flow import HAIRLINE, PAGE, Mark, Page
from promptassay.trust.legal.fonts import Face, Piece

_NAMES: Final = {400: "SourceSerif4-Regular", 600: "SourceSerif4-SemiBold"}
_TO_UNICODE: Final = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
{ranges}
endcmap CMapName currentdict /CMap defineresource pop end end"""


@dataclass
class _Used:
    """The faces that pages draw with, and the characters that their glyphs stand for there."""

    names: dict[Face, str] = field(default_factory=dict)
    back: dict[Face, dict[int, str]] = field(default_factory=dict)

    def name(self, piece: Piece) -> str:
        """The name under which pages call the face of a piece."""
        self.back.setdefault(piece.face, {}).update(zip(piece.glyphs, piece.characters, strict=True))
        return self.names.setdefault(piece.face, f"F{len(self.names) + 1}")


def write(pages: Sequence[Page], marks: Sequence[Mark], *, title: str, author: str) -> bytes:
    """The file's bytes."""
    file = pydyf.PDF()
    used = _Used()
    resources = pydyf.Dictionary({})
    file.add_object(resources)
    numbers = [_page(file, page, resources, used) for page in pages]
    resources["Font"] = pydyf.Dictionary(
        {name: _font(file, face, used.back[face]) for face, name in used.names.items()}
    )
    file.catalog["Lang"] = pydyf.String("en")
    file.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
    _outline(file, marks, numbers)
    file.info["Title"], file.info["Author"] = pydyf.String(title), pydyf.String(author)
    file.info["Creator"] = pydyf.String("PromptAssay")
    out = io.BytesIO()
    file.write(out, identifier=hashlib.sha256(f"{author}\n{title}".encode()).hexdigest()[:32])
    return out.getvalue()


def _page(file: pydyf.PDF, page: Page, resources: pydyf.Dictionary, used: "_Used") -> bytes:
    """Adds a page; returns the reference to it."""
    drawn = pydyf.Stream(compress=True)
    drawn.set_line_width(0.6)
    drawn.set_color_rgb(*HAIRLINE, stroke=True)
    for rule in page.rules:
        drawn.move_to(rule.x, rule.y)
        drawn.line_to(rule.x + rule.width, rule.y)
        drawn.stroke()
    for ink in page.inks:
        x = ink.x
        for piece in fonts.pieces(ink.word.text, ink.word.weight):
            drawn.begin_text()
            drawn.set_color_rgb(*ink.word.colour)
            drawn.set_font_size(used.name(piece), ink.size)
            drawn.set_text_matrix(1, 0, 0, 1, round(x, 3), round(ink.y, 3))
            drawn.show_text("<" + "".join(f"{glyph:04x}" for glyph in piece.glyphs) + ">")
            drawn.end_text()
            x += piece.width * ink.size / 1000
    file.add_object(drawn)
    made = pydyf.Dictionary(
        {
            "Type": "/Page",
            "Parent": file.pages.reference,
            "MediaBox": pydyf.Array([0, 0, *PAGE]),
            "Resources": resources.reference,
            "Contents": drawn.reference,
            "Annots": pydyf.Array([_link(link.box, link.url) for link in page.links]),
        }
    )
    file.add_page(made)
    return bytes(made.reference)


def _link(box: tuple[float, float, float, float], url: str) -> pydyf.Dictionary:
    action = pydyf.Dictionary({"S": "/URI", "URI": pydyf.String(url)})
    rect = pydyf.Array([round(each, 2) for each in box])
    return pydyf.Dictionary(
        {"Type": "/Annot", "Subtype": "/Link", "Rect": rect, "Border": pydyf.Array([0, 0, 0]), "A": action}
    )


def _outline(file: pydyf.PDF, marks: Sequence[Mark], pages: Sequence[bytes]) -> None:
    if not marks:
        return
    root = pydyf.Dictionary({"Type": "/Outlines", "Count": len(marks)})
    file.add_object(root)
    entries = [
        pydyf.Dictionary(
            {
                "Title": pydyf.String(mark.title),
                "Parent": root.reference,
                "Dest": pydyf.Array([pages[mark.page], "/XYZ", 0, round(mark.y, 2), 0]),
            }
        )
        for mark in marks
    ]
    for entry in entries:
        file.add_object(entry)
    for before, after in pairwise(entries):
        before["Next"], after["Prev"] = after.reference, before.reference
    root["First"], root["Last"] = entries[0].reference, entries[-1].reference
    file.catalog["Outlines"] = root.reference


def _font(file: pydyf.PDF, face: Face, characters: dict[int, str]) -> bytes:
    """Adds a face with its widths and the way back from glyphs to characters; returns the reference to it."""
    name = f"/{_NAMES[face.weight]}-{face.script}"
    program = pydyf.Stream([face.truetype()], {"Length1": len(face.truetype())}, compress=True)
    above, below = face.heights
    descriptor = pydyf.Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": name,
            "Flags": 4,
            "FontBBox": pydyf.Array(face.box),
            "ItalicAngle": 0,
            "Ascent": above,
            "Descent": below,
            "CapHeight": 670,
            "StemV": 80 if face.weight == 400 else 120,
        }
    )
    back = pydyf.Stream([_to_unicode(characters)], compress=True)
    widths = pydyf.Array([0, pydyf.Array([round(each) for each in face.widths])])
    system = pydyf.Dictionary(
        {"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("Identity"), "Supplement": 0}
    )
    glyphs = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": name,
            "CIDSystemInfo": system,
            "W": widths,
            "CIDToGIDMap": "/Identity",
        }
    )
    font = pydyf.Dictionary({"Type": "/Font", "Subtype": "/Type0", "BaseFont": name, "Encoding": "/Identity-H"})
    for each in (program, descriptor, back, glyphs, font):
        file.add_object(each)
    descriptor["FontFile2"] = program.reference
    glyphs["FontDescriptor"] = descriptor.reference
    font["DescendantFonts"], font["ToUnicode"] = pydyf.Array([glyphs.reference]), back.reference
    return bytes(font.reference)


def _to_unicode(characters: dict[int, str]) -> bytes:
    """The map by which readers copy and search text."""
    lines = [f"<{glyph:04x}> <{ord(character):04x}>" for glyph, character in sorted(characters.items())]
    ranges = []
    for at in range(0, len(lines), 100):
        part = lines[at : at + 100]
        ranges.append(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar")
    return _TO_UNICODE.replace("{ranges}", "\n".join(ranges)).encode()
