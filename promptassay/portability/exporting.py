"""The export of a workspace as it leaves: table after table, each in a transaction of its own, then the manifest."""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection

from promptassay import __version__
from promptassay.core.database import first_row
from promptassay.core.tenancy import with_workspace
from promptassay.portability.archive import Member, ZipStream
from promptassay.portability.tables import Exported, exported_tables, rows_of
from promptassay.workspaces.queries import members

FORMAT: Final = "promptassay-workspace"
VERSION: Final = 1
CHUNK: Final = 64 * 1024
# Exports that one process makes at the same time: each has a thread and a connection of its own.
AT_ONCE: Final = 3
# Whoever stops taking the file loses it after a minute, and the database its open transaction.
_PATIENCE: Final = "SELECT set_config('idle_in_transaction_session_timeout', '60s', true)"
_README: Final = """\
This is everything that one workspace of PromptAssay held, without its secrets.

manifest.json    what is here: rows, bytes and SHA-256 of every file, and what was left out and why
columns.json     what each column is
people.jsonl     the members, whose ids stand in the other files
tables/*.jsonl   one file for each table, one JSON object for each row

The format is described in docs/export.md of the product. An archive without manifest.json is not whole.
"""


@dataclass(frozen=True)
class Order:
    """What is to be exported: whose, by whom, when."""

    workspace_id: UUID
    workspace_name: str
    by: str
    at: datetime


_under_way: set[Order] = set()


def is_busy() -> bool:
    """Whether this process makes as many exports as it may."""
    return len(_under_way) >= AT_ONCE


async def stream(order: Order) -> AsyncIterator[bytes]:
    """The archive, piece by piece, as fast as it is taken.

    All of it is made in one thread, whose connection to the database nobody shares; it ends with the last piece, or
    when the other side goes away.
    """
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, thread_name_prefix="export")
    pieces = _pieces(order)
    _under_way.add(order)
    try:
        while piece := await loop.run_in_executor(thread, next, pieces, b""):
            yield piece
    finally:
        _under_way.discard(order)
        thread.submit(pieces.close)
        thread.shutdown(wait=False)


def _pieces(order: Order) -> Generator[bytes, None, None]:
    try:
        archive = ZipStream(order.at)
        files: list[dict[str, Any]] = []
        with with_workspace(order.workspace_id):
            tables = exported_tables()
            people = [
                {"user_id": each.user_id, "email": each.email, "role": each.role.value}
                for each in members(order.workspace_id)
            ]
        files.append(_small(archive, "README.md", _README.encode()))
        files.append(_small(archive, "columns.json", _pretty(_columns(tables))))
        lines = [orjson.dumps(each) + b"\n" for each in people]
        files.append(_small(archive, "people.jsonl", b"".join(lines), rows=len(lines)))
        for table in tables:
            with archive.member(f"tables/{table.name}.jsonl") as member, with_workspace(order.workspace_id):
                first_row(_PATIENCE)
                for data, rows in rows_of(table, order.workspace_id):
                    member.write(data, rows=rows)
                    if archive.waiting >= CHUNK:
                        yield archive.take()
            files.append(_told(member, table=table.name))
        _small(archive, "manifest.json", _pretty(_manifest(order, files, tables)))
        archive.close()
        yield archive.take()
    finally:
        connection.close()


def _small(archive: ZipStream, path: str, data: bytes, *, rows: int = 0) -> dict[str, Any]:
    with archive.member(path) as member:
        member.write(data, rows=rows)
    return _told(member)


def _told(member: Member, *, table: str = "") -> dict[str, Any]:
    about = {"path": member.path, "bytes": member.size, "sha256": member.hash.hexdigest()}
    return {**about, "rows": member.rows, **({"table": table} if table else {})}


def _manifest(order: Order, files: list[dict[str, Any]], tables: list[Exported]) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "workspace": {"id": order.workspace_id, "name": order.workspace_name},
        "instance": settings.PUBLIC_URL,
        "product": __version__,
        "exported_at": order.at,
        "exported_by": order.by,
        "rows": sum(each["rows"] for each in files if "table" in each),
        "files": files,
        "left_out": [
            {"table": table.name, "column": column, "why": why}
            for table in tables
            for column, why in table.left_out.items()
        ],
    }


def _columns(tables: list[Exported]) -> Mapping[str, Any]:
    """What each column is, as the product declares it."""
    return {
        each.name: {
            "title": each.table.title,
            "purpose": each.table.purpose,
            "kept": each.table.kept,
            "columns": {
                name: {"class": each.table.columns[name].kind.value, "purpose": each.table.columns[name].purpose}
                for name in each.columns
            },
        }
        for each in tables
        if each.table
    }


def _pretty(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n"
