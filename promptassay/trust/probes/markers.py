"""Markers: words that nobody writes by chance, and the search for them in anything, however it is spelled or packed."""

import re
import secrets
import string
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import quote

import re2

# How many characters in a row count as a find: streams cut texts anywhere, though not finer than this.
WINDOW: Final = 12
# Of a key, where nothing is cut, and less is already too much.
KEY_WINDOW: Final = 8
_UNPACKED: Final = 4 << 20  # bytes of a packed block that are looked at
# Base64 in base64 and the like is looked at in single values, not in whole files.
_FEW: Final = 256 << 10
_BASE64: Final = re.compile(
    rb"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{4}){6,}(?:[A-Za-z0-9+/_-]{2,3})?(?![A-Za-z0-9+/_-])"
)
# Where a gzip member or a zlib stream can begin: magic, method 8; header divisible by 31.
_PACKED: Final = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_LETTERS: Final = string.ascii_letters + string.digits


def new_marker(length: int = 20) -> str:
    """A word of letters and digits that stands nowhere else."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def spellings(word: str, window: int = WINDOW) -> set[bytes]:
    """Every piece of a word as bytes: plain, backwards, UTF-16, hex, base64 at each alignment, as JSON and addresses
    escape. `window` is the length of a piece, in characters.
    """
    found: set[bytes] = set()
    for start in range(len(word) - window + 1):
        piece = word[start : start + window]
        raw = piece.encode()
        found |= {raw, raw[::-1], piece.encode("utf-16-le"), piece.encode("utf-16-be"), raw.hex().encode()}
        found |= {quote(piece, safe="").encode(), "".join(f"%{byte:02X}" for byte in raw).encode()}
        found.add("".join(f"\\u{ord(char):04x}" for char in piece).encode())
    for offset in range(3):
        # What stands before decides how base64 divides it; the ends depend on the neighbours.
        encoded = b64encode(b"\0" * offset + word.encode()).rstrip(b"=")
        whole = encoded[(4 if offset else 0) : len(encoded) // 4 * 4]
        for each in (whole, whole.replace(b"+", b"-").replace(b"/", b"_")):
            found |= {each[start : start + window] for start in range(len(each) - window + 1)}
    return found


@dataclass(frozen=True)
class Search:
    """Looks for several words at once, by name. RE2 reads 100 MB in a second."""

    markers: Mapping[str, str]
    window: int = WINDOW

    @cached_property
    def _named(self) -> dict[bytes, str]:
        return {
            piece.lower(): name for name, marker in self.markers.items() for piece in spellings(marker, self.window)
        }

    @cached_property
    def _pattern(self) -> "re2._Regexp[bytes]":
        options = re2.Options()
        options.encoding, options.case_sensitive = re2.Options.Encoding.LATIN1, False
        options.max_mem = 64 << 20
        return re2.compile(b"|".join(re2.escape(piece) for piece in self._named), options)

    def names_in(self, data: bytes) -> set[str]:
        """The names of the markers that the bytes hold, as they are or in a packed block."""
        found = set(self._plain(data))
        for block in (*_unpacked(data), *(inner for each in _decoded(data) for inner in _unpacked(each))):
            found |= set(self._plain(block))
        return found

    def _plain(self, data: bytes) -> Iterator[str]:
        for match in self._pattern.finditer(data):
            yield self._named[match.group().lower()]


def _decoded(data: bytes) -> Iterator[bytes]:
    """What long base64 words among few bytes hold, as signed sessions and cookies do, which may be packed in turn."""
    if len(data) <= _FEW:
        for match in _BASE64.finditer(data):
            word = match.group().replace(b"-", b"+").replace(b"_", b"/")
            yield b64decode(word + b"=" * (-len(word) % 4))


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What the packed blocks among the bytes hold, also where they break off."""
    for match in _PACKED.finditer(data):
        reader = zlib.decompressobj(wbits=47)
        try:
            block = reader.decompress(data[match.start() : match.start() + (1 << 20)], _UNPACKED)
        except zlib.error:
            continue
        if len(block) >= WINDOW:
            yield block
