"""How much of a workspace is stored: rows and bytes by table and by data class, asked of the live database."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from django.db import connection
from psycopg import sql

from promptassay.core import stored
from promptassay.core.stored import MEANING, Column, DataClass, Table, owner_of, tenant_columns

# How long a measurement holds: a minute, and a thousand times as long as it took, so that measuring a large workspace
# never takes more than a thousandth of a process's time.
HOLDS: Final = timedelta(minutes=1)
TIMES: Final = 1000
_KEPT: Final = 256
_CLASSES: Final = tuple(DataClass)


@dataclass(frozen=True)
class TableSize:
    """One table: the workspace's rows in it, and the bytes of their values by class; `unclassed` bytes have none."""

    table: Table
    rows: int
    by_class: dict[DataClass, int]
    unclassed: int

    @property
    def bytes(self) -> int:
        """The bytes of all values."""
        return sum(self.by_class.values()) + self.unclassed


@dataclass(frozen=True)
class ClassSize:
    """A class of data: the rows of the tables that hold it, and the bytes of its values."""

    kind: DataClass
    meaning: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Storage:
    """A measurement: when, how long it took in milliseconds, and the tables in the order of their declarations."""

    at: datetime
    took_ms: int
    tables: list[TableSize]

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(each.rows for each in self.tables)

    @property
    def bytes(self) -> int:
        """The bytes of all values."""
        return sum(each.bytes for each in self.tables)

    @property
    def unclassed(self) -> int:
        """The bytes of values whose column no declaration classes."""
        return sum(each.unclassed for each in self.tables)

    @property
    def classes(self) -> list[ClassSize]:
        """Every class that a table of workspaces holds."""
        return [
            ClassSize(
                kind,
                MEANING[kind],
                sum(each.rows for each in self.tables if kind in each.by_class),
                sum(each.by_class.get(kind, 0) for each in self.tables),
            )
            for kind in _CLASSES
            if any(kind in each.by_class for each in self.tables)
        ]


_measured: OrderedDict[UUID, Storage] = OrderedDict()


def storage_of(workspace_id: UUID) -> Storage:
    """What is stored of the current workspace, a minute old at most where counting it is quick."""
    found = _measured.get(workspace_id)
    if found is None or datetime.now(UTC) - found.at >= max(HOLDS, timedelta(milliseconds=found.took_ms * TIMES)):
        found = measure(workspace_id)
        _measured[workspace_id] = found
        _measured.move_to_end(workspace_id)
        while len(_measured) > _KEPT:
            _measured.popitem(last=False)
    return found


def measure(workspace_id: UUID) -> Storage:
    """Count the current workspace's rows and their bytes now, in one statement.

    Bytes are what PostgreSQL keeps of the values (`pg_column_size`: compressed where it compresses), without the frame
    of rows and without indexes.
    """
    began, at = monotonic(), datetime.now(UTC)
    declared = {table.name: table for table in stored.tables()}
    with connection.cursor() as cursor:
        columns = tenant_columns(cursor)
        parts = [_size_of(name, columns[name], declared.get(name)) for name in columns]
        cursor.execute(sql.SQL(" UNION ALL ").join(parts), [workspace_id] * len(parts))
        rows = {name: (count, sizes) for name, count, sizes in cursor.fetchall()}
    order = [*(name for name in declared if name in rows), *(name for name in columns if name not in declared)]
    tables = [_table_size(declared.get(name) or _undeclared(name), *rows[name]) for name in order]
    return Storage(at, round((monotonic() - began) * 1000), tables)


def _size_of(name: str, columns: list[str], table: Table | None) -> sql.Composed:
    """A table's rows, and an array with the bytes of each class in their order, then of columns without a class."""
    by_class: dict[DataClass | None, list[sql.Composed]] = {}
    for column in columns:
        known: Column | None = table.columns.get(column) if table else None
        size = sql.SQL("coalesce(pg_column_size({}), 0)").format(sql.Identifier(column))
        by_class.setdefault(known.kind if known else None, []).append(size)
    sums = [
        sql.SQL("coalesce(sum({})::bigint, 0)").format(sql.SQL(" + ").join(by_class[kind]))
        if kind in by_class
        else sql.SQL("NULL::bigint")
        for kind in (*_CLASSES, None)
    ]
    return sql.SQL("SELECT {}, count(*), ARRAY[{}] FROM {} WHERE {} = %s").format(
        sql.Literal(name),
        sql.SQL(", ").join(sums),
        sql.Identifier(name),
        sql.Identifier(owner_of(columns)),
    )


def _table_size(table: Table, rows: int, sizes: list[int | None]) -> TableSize:
    by_class = {kind: size for kind, size in zip(_CLASSES, sizes, strict=False) if size is not None}
    return TableSize(table, rows, by_class, sizes[-1] or 0)


def _undeclared(name: str) -> Table:
    """A table that somebody made by hand: nothing is known of it, which the page says in red."""
    return Table(name=name, title=name, purpose="Nobody declared this table.", kept="unknown", readers=(), columns={})
