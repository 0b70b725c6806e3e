"""The typeface of our PDF files: unpacks the vendored font files, and measures text.

A WOFF file is a TrueType file whose tables are compressed one by one. One file holds one script, so that a line of
text is cut into pieces, each set in the file that has its characters.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final, Literal, TypeAlias

FILES: Final = Path(__file__).parent / "fonts"
SCRIPTS: Final = ("latin", "latin-ext", "greek", "cyrillic", "vietnamese")
Weight: TypeAlias = Literal[400, 600]
# Drawn where no file has the character, so that a gap shows.
_INSTEAD: Final = "?"
_DRAWING: Final = (
    *("OS/2", "cmap", "cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post", "prep"),
)


@dataclass(frozen=True)
class Face:
    """One font file. Lengths are in thousandths of the size."""

    script: str
    weight: Weight

    @cached_property
    def tables(self) -> dict[str, bytes]:
        """The TrueType tables by tag."""
        packed = (FILES / f"{self.script}-{self.weight}.woff").read_bytes()
        (count,) = struct.unpack_from(">H", packed, 12)
        found = {}
        for at in range(44, 44 + 20 * count, 20):
            tag, offset, length, original = struct.unpack_from(">4sIII", packed, at)
            data = packed[offset : offset + length]
            found[tag.decode()] = data if length == original else zlib.decompress(data)
        return found

    @cached_property
    def scale(self) -> float:
        """Thousandths of the size for each unit of the font."""
        return 1000 / float(struct.unpack_from(">H", self.tables["head"], 18)[0])

    @cached_property
    def glyphs(self) -> dict[int, int]:
        """The number of the glyph for each character's code."""
        return dict(_characters(self.tables["cmap"]))

    @cached_property
    def widths(self) -> list[float]:
        """The width of each glyph by number; those beyond the end are as wide as the last."""
        (count,) = struct.unpack_from(">H", self.tables["hhea"], 34)
        return [each[0] * self.scale for each in struct.iter_unpack(">Hh", self.tables["hmtx"][: count * 4])]

    def width(self, glyph: int) -> float:
        """How wide a glyph is."""
        return self.widths[min(glyph, len(self.widths) - 1)]

    @cached_property
    def box(self) -> list[int]:
        """The box around all glyphs."""
        return [round(value * self.scale) for value in struct.unpack_from(">hhhh", self.tables["head"], 36)]

    @cached_property
    def heights(self) -> tuple[int, int]:
        """How far glyphs reach above and below the line."""
        above, below = struct.unpack_from(">hh", self.tables["hhea"], 4)
        return round(above * self.scale), round(below * self.scale)

    def truetype(self) -> bytes:
        """The file as TrueType, with what drawing needs."""
        kept = {tag: self.tables[tag] for tag in _DRAWING if tag in self.tables}
        power = 1 << (len(kept).bit_length() - 1)
        head = struct.pack(
            ">IHHHH", 0x00010000, len(kept), power * 16, power.bit_length() - 1, len(kept) * 16 - power * 16
        )
        directory, body, offset = b"", b"", 12 + 16 * len(kept)
        for tag, data in kept.items():
            padded = data + b"\0" * (-len(data) % 4)
            checksum = sum(value for (value,) in struct.iter_unpack(">I", padded)) & 0xFFFFFFFF
            directory += struct.pack(">4sIII", tag.encode(), checksum, offset, len(data))
            body += padded
            offset += len(padded)
        return head + directory + body


def _characters(cmap: bytes) -> Iterator[tuple[int, int]]:
    """Code and glyph of every character, from the segments of a format 4 table."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    for at in range(4, 4 + 8 * count, 8):
        (start,) = struct.unpack_from(">I", cmap, at + 4)
        if struct.unpack_from(">H", cmap, start)[0] == 4:
            break
    else:
        raise ValueError("the font has no table of characters that we can read")
    segments = struct.unpack_from(">H", cmap, start + 6)[0] // 2

    def column(number: int, form: str) -> tuple[int, ...]:
        return struct.unpack_from(f">{segments}{form}", cmap, start + 14 + 2 * segments * number + (2 if number else 0))

    ends, starts, deltas, offsets = column(0, "H"), column(1, "H"), column(2, "h"), column(3, "H")
    for place, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                where = start + 16 + 6 * segments + 2 * place + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", cmap, where)
            if glyph or not offset:
                yield code, (glyph + delta) & 0xFFFF


@cache
def face(script: str, weight: Weight) -> Face:
    """The face of a script; each is unpacked once."""
    return Face(script, weight)


@dataclass(frozen=True)
class Piece:
    """Glyphs of one face, each with the character it stands for. `width` is in thousandths of the size."""

    face: Face
    glyphs: tuple[int, ...]
    characters: str
    width: float


def can_draw(text: str) -> bool:
    """Whether every character is in one of the files."""
    return all(_face_for(each, 400) is not None for each in text)


def pieces(text: str, weight: Weight) -> list[Piece]:
    """The text as glyphs; a character that no file has is drawn as a question mark."""
    runs: list[tuple[Face, str]] = []
    for each in text:
        found = _face_for(each, weight)
        used, character = (found, each) if found else (face("latin", weight), _INSTEAD)
        if runs and runs[-1][0] == used:
            runs[-1] = (used, runs[-1][1] + character)
        else:
            runs.append((used, character))
    return [_piece(used, characters) for used, characters in runs]


def _piece(used: Face, characters: str) -> Piece:
    glyphs = tuple(used.glyphs[ord(each)] for each in characters)
    return Piece(used, glyphs, characters, sum(map(used.width, glyphs)))


def width_of(text: str, weight: Weight, size: float) -> float:
    """How wide a text is, in points."""
    return sum(piece.width for piece in pieces(text, weight)) * size / 1000


def _face_for(character: str, weight: Weight) -> Face | None:
    return next((face(each, weight) for each in SCRIPTS if ord(character) in face(each, weight).glyphs), None)
