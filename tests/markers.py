"""Markers: words that nobody writes by chance, and the search for them in anything, however it is spelled or packed."""

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg
import re2

from promptassay.core.stored import tables
from tests import environment

WINDOW = 12  # characters in a row that count as a find: streams cut texts anywhere, though not finer than this
_UNPACKED = 4 << 20  # bytes of a packed block that are looked at
# Where a gzip member or a zlib stream can begin: magic, method 8; header divisible by 31.
# Base64 in base64 and the like is looked at in single values, not in whole files.
_FEW = 256 << 10
_BASE64 = re.compile(rb"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{4}){6,}(?:[A-Za-z0-9+/_-]{2,3})?(?![A-Za-z0-9+/_-])")
_PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")


def spellings(marker: str) -> set[bytes]:
    """Every piece of a marker as bytes: plain, UTF-16, hex, base64 at each alignment, and as JSON and addresses escape.

    A marker is letters and digits, which JSON, HTML and addresses leave as they are; escaped in full they count too.
    """
    found: set[bytes] = set()
    for start in range(len(marker) - WINDOW + 1):
        piece = marker[start : start + WINDOW]
        found |= {piece.encode(), piece.encode("utf-16-le"), piece.encode("utf-16-be"), piece.encode().hex().encode()}
        found.add("".join(f"%{byte:02X}" for byte in piece.encode()).encode())
        found.add("".join(f"\\u{ord(char):04x}" for char in piece).encode())
    for offset in range(3):
        # What stands before decides how base64 divides it; the ends depend on the neighbours.
        encoded = b64encode(b"\0" * offset + marker.encode()).rstrip(b"=")
        whole = encoded[(4 if offset else 0) : len(encoded) // 4 * 4]
        found |= {whole[start : start + WINDOW] for start in range(len(whole) - WINDOW + 1)}
    return found


@dataclass(frozen=True)
class Search:
    """Looks for several markers at once, by name. RE2 reads 100 MB in a second."""

    markers: Mapping[str, str]

    @cached_property
    def _named(self) -> dict[bytes, str]:
        return {piece.lower(): name for name, marker in self.markers.items() for piece in spellings(marker)}

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


@dataclass
class Finds:
    """Where markers were found, and how many places were looked at. `hits` holds (place, name of the marker)."""

    search: Search
    hits: set[tuple[str, str]] = field(default_factory=set)
    places: int = 0

    def look(self, place: str, data: bytes | str) -> None:
        """Search one place."""
        self.places += 1
        raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
        self.hits |= {(place, name) for name in self.search.names_in(raw)}

    def look_in_files(self, name: str, root: Path) -> None:
        """Search every file below a directory, and their names; the place is `name: path`."""
        for path in sorted(root.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            try:
                data = path.read_bytes()
            except OSError:  # a server at work took it away, or it is a socket
                continue
            place = f"{name}: {path.relative_to(root)}"
            self.look(place, data)
            self.look(place, str(path))

    def look_in_rows(self, url: str = "") -> None:
        """Search every value of every table, as the superuser sees it: the place is `table.column`."""
        with psycopg.connect(url or environment.superuser_url(), autocommit=True) as superuser:
            for table in tables():
                names = ", ".join(f'"{name}"::text' for name in table.columns)
                for row in superuser.execute(f"SELECT {names} FROM {table.name}"):
                    for name, value in zip(table.columns, row, strict=True):
                        if value is not None:
                            self.look(f"{table.name}.{name}", _bytes_of(value))


def files_of(url: str, *names: str) -> set[str]:
    """The server's files that hold these tables, with what is stored beside them, and its journal of all writes."""
    with psycopg.connect(url, autocommit=True) as superuser:
        found = superuser.execute(
            "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relname = ANY(%(names)s) OR c.oid IN "
            "(SELECT reltoastrelid FROM pg_class WHERE relname = ANY(%(names)s)) OR c.oid IN (SELECT indexrelid FROM "
            "pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname = ANY(%(names)s))",
            {"names": list(names)},
        ).fetchall()
    return {str(path) for (path,) in found}


def elsewhere(places: set[str], *names: str, url: str = "") -> set[str]:
    """Of these places, those that are neither the tables themselves, nor their files, nor the journal, nor the dump."""
    allowed = files_of(url or environment.superuser_url(), *names)
    left = {place for place in places if place.partition(".")[0] not in names and place != "database dump"}
    return {
        place for place in left if "/pg_wal/" not in place and not any(place.endswith(f"/{path}") for path in allowed)
    }


def _bytes_of(value: str) -> bytes:
    """A column as text; bytea stands there as hexadecimal and is read as the bytes it is."""
    if value.startswith("\\x"):
        return bytes.fromhex(value[2:])
    return value.encode()
