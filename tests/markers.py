"""The search for markers in everything that a test leaves behind: rows, files, logs, the server's own files."""

from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from promptassay.core.stored import tables
from promptassay.trust.probes.markers import Search
from tests import environment


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
