"""Where something of a round could be left, and the search there: rows, log, files, caches."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from psycopg import sql

from promptassay.core.stored import stored_columns
from promptassay.core.tenancy import with_workspace
from promptassay.trust.probes.markers import Search
from promptassay.trust.probes.watching import Seen

_LARGEST: Final = 16 << 20  # bytes of a file that are read


@dataclass
class Left:
    """What a search found. `hits` counts, by place and name of the marker; a row counts once a column."""

    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    tables: int = 0
    rows: int = 0
    lines: int = 0
    files: int = 0

    def places(self, name: str) -> Counter[str]:
        """Where a marker was found, and how often."""
        return Counter({place: count for (place, found), count in self.hits.items() if found == name})


def look_in_rows(left: Left, search: Search, workspace_id: UUID, *, only: Collection[str] = ()) -> None:
    """Search every row that was written since the present transaction began and that the app role can see.

    Those are the rows of the workspace in every tenant table, and those of all global tables: sessions, the queue and
    what else the catalogue names. `only` names the tables to look at, all without it. The place is `table.column`.
    """
    with with_workspace(workspace_id), connection.cursor() as cursor:
        columns: dict[str, list[str]] = {}
        for table, column in stored_columns(cursor):
            columns.setdefault(table, []).append(column)
        for table, names in columns.items():
            if only and table not in only:
                continue
            # Rows carry the number of the transaction that wrote them; ours has the oldest that counts.
            texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names)
            statement = sql.SQL("SELECT {} FROM {} WHERE age(xmin) <= 0").format(texts, sql.Identifier(table))
            cursor.execute(statement)
            rows = cursor.fetchall()
            left.tables += 1
            left.rows += len(rows)
            _look_in_table(left, search, table, names, rows)


def _look_in_table(
    left: Left, search: Search, table: str, names: list[str], rows: list[tuple[str | None, ...]]
) -> None:
    values = [[_bytes_of(value) for value in row] for row in rows]
    if not search.names_in(b"\n".join(value for row in values for value in row)):
        return
    for row in values:
        for name, value in zip(names, row, strict=True):
            for found in search.names_in(value):
                left.hits[f"{table}.{name}", found] += 1


def look_elsewhere(left: Left, search: Search, seen: Seen, *, since: float) -> None:
    """Search the log, the files that were written since a time, and the caches of the process."""
    left.lines = len(seen.lines)
    for found in search.names_in("\n".join(seen.lines).encode("utf-8", "replace")):
        left.hits["the log", found] += 1
    for path in _files(seen, since):
        left.files += 1
        try:
            with path.open("rb") as file:
                data = file.read(_LARGEST)
        except OSError:  # somebody took it away
            continue
        for found in search.names_in(data + b"\n" + str(path).encode()):
            left.hits[f"a file in {path.parent.name}", found] += 1
    for cache in caches.all(initialized_only=True):
        for found in search.names_in(repr(getattr(cache, "_cache", {})).encode("utf-8", "replace")):
            left.hits["a cache", found] += 1


def _files(seen: Seen, since: float) -> Iterator[Path]:
    """The new ones among those that the round opened to write, and those of the data directory but the database's."""
    paths = settings.ENVIRONMENT.paths
    corners = [path for path in paths.root.iterdir() if path != paths.postgres] if paths.root.is_dir() else []
    found = {Path(path) for path in seen.written}
    for corner in corners:
        found |= set(corner.rglob("*")) if corner.is_dir() else {corner}
    yield from (path for path in sorted(found) if _is_new(path, since))


def _is_new(path: Path, since: float) -> bool:
    try:
        return path.is_file() and not path.is_symlink() and path.stat().st_mtime >= since
    except OSError:
        return False


def _bytes_of(value: str | None) -> bytes:
    """A column as text; bytea stands there as hexadecimal and is read as the bytes it is."""
    if value is None:
        return b""
    try:
        return bytes.fromhex(value[2:]) if value.startswith("\\x") else value.encode()
    except ValueError:  # a text that begins like one
        return value.encode()
