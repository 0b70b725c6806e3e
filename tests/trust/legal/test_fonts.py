"""The vendored font files: unpacked as their tables say, measured as they are."""

import struct

import pytest

from promptassay.trust.legal import fonts
from promptassay.trust.legal.fonts import SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_file_is_unpacked_whole(script: str) -> None:
    face = fonts.face(script, 400)
    made = face.truetype()
    (count,) = struct.unpack_from(">H", made, 4)
    for at in range(12, 12 + 16 * count, 16):
        tag, _, offset, length = struct.unpack_from(">4sIII", made, at)
        assert made[offset : offset + length] == face.tables[tag.decode()]
    (glyphs,) = struct.unpack_from(">H", face.tables["maxp"], 4)
    assert face.glyphs and max(face.glyphs.values()) < glyphs


def test_every_letter_of_our_texts_can_be_drawn() -> None:
    from promptassay.trust.legal import documents

    for path in documents.files():
        assert not {each for each in path.read_text("utf-8") if not each.isspace() and not fonts.can_draw(each)}


def test_text_is_cut_where_the_script_changes() -> None:
    assert [piece.face.script for piece in fonts.pieces("Ab Ωμ Жу", 600)] == ["latin", "greek", "latin", "cyrillic"]
    assert fonts.width_of("iiii", 400, 10) < fonts.width_of("mmmm", 400, 10) < fonts.width_of("mmmm", 600, 10)
    assert [piece.characters for piece in fonts.pieces("東", 400)] == ["?"]
