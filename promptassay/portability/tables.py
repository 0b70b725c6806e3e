"""Which tables and columns an export holds, read from the live database and from the declarations of what is stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from promptassay.core import stored
from promptassay.core.stored import DataClass, Table, owner_of, tenant_columns

_ROWS_AT_ONCE = 500
_REFERENCES = """
SELECT src.relname, dst.relname FROM pg_constraint con
JOIN pg_class src ON src.oid = con.conrelid JOIN pg_class dst ON dst.oid = con.confrelid
WHERE con.contype = 'f' AND src.relnamespace = 'public'::regnamespace AND src.oid <> dst.oid
"""


@dataclass(frozen=True)
class Exported:
    """One table: its declaration where it has one, the columns that leave, and those that do not, each with the reason.

    `owner` is the column that names the workspace.
    """

    name: str
    table: Table | None
    columns: tuple[str, ...]
    left_out: dict[str, str]
    owner: str


def exported_tables() -> list[Exported]:
    """Every table of workspaces, each before those that it refers to.

    Each is read at a moment of its own. Read in this order, a row finds what it refers to in the export, unless that
    was deleted in between.
    """
    with connection.cursor() as cursor:
        columns = tenant_columns(cursor)
        cursor.execute(_REFERENCES)
        references = cursor.fetchall()
    order: TopologicalSorter[str] = TopologicalSorter({name: set() for name in columns})
    for source, target in references:
        if source in columns and target in columns:
            order.add(target, source)
    declared = {table.name: table for table in stored.tables()}
    return [_exported(name, declared.get(name), columns[name]) for name in order.static_order()]


def _exported(name: str, table: Table | None, columns: list[str]) -> Exported:
    left_out = {}
    for column in columns:
        known = table.columns.get(column) if table else None
        if known is None:
            left_out[column] = "no data class: nobody declared what it holds"
        elif known.kind is DataClass.SECRET:
            left_out[column] = "a secret"
    kept = tuple(column for column in columns if column not in left_out)
    return Exported(name, table, kept, left_out, owner_of(columns))


def rows_of(exported: Exported, workspace_id: UUID) -> Iterator[tuple[bytes, int]]:
    """The workspace's rows of a table by id, as JSON lines: some hundred at a time, with their number.

    Runs in the workspace's context, and keeps a cursor open in its transaction until the last row.
    """
    fields = sql.SQL(", ").join(sql.Identifier("t", column) for column in exported.columns)
    statement = sql.SQL(
        "DECLARE export_rows NO SCROLL CURSOR FOR "
        "SELECT row_to_json(r)::text FROM (SELECT {} FROM {} t WHERE t.{} = {} ORDER BY t.id) r"
    ).format(fields, sql.Identifier(exported.name), sql.Identifier(exported.owner), sql.Literal(workspace_id))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        while True:
            cursor.execute(f"FETCH FORWARD {_ROWS_AT_ONCE} FROM export_rows")
            rows: list[Any] = cursor.fetchall()
            if not rows:
                break
            yield "".join(f"{row}\n" for (row,) in rows).encode(), len(rows)
        cursor.execute("CLOSE export_rows")
