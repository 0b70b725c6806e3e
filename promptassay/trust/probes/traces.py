"""What a canary workspace holds, as numbers: whether an attack that was refused changed anything all the same."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection
from psycopg import sql

from promptassay.core.catalogue import tenant_tables
from promptassay.core.tenancy import with_workspace
from promptassay.evals.queries import live_run_count

# A new canary's own run takes a second or two.
SETTLE_S: Final = 10.0
_STEP_S: Final = 0.25


@dataclass(frozen=True)
class Traces:
    """Rows and a hash over them by table. `unsettled` says that a run of its own is still writing there."""

    tables: Mapping[str, tuple[int, str]]
    unsettled: bool

    @property
    def rows(self) -> int:
        """How many there are."""
        return sum(rows for rows, _ in self.tables.values())

    def changed_in(self, after: "Traces") -> list[str]:
        """The tables that differ."""
        return [name for name, found in self.tables.items() if after.tables.get(name) != found]


def traces_of(workspace_id: UUID) -> Traces:
    """The workspace’s rows in all tables that the catalogue names; waits a little for a run of its own to end."""
    until = time.monotonic() + SETTLE_S
    while True:
        with with_workspace(workspace_id):
            unsettled = live_run_count() > 0
            if not unsettled or time.monotonic() >= until:
                return Traces(_read(workspace_id), unsettled)
        time.sleep(_STEP_S)


def _read(workspace_id: UUID) -> dict[str, tuple[int, str]]:
    """Names the workspace itself: where row security is broken, nobody else's rows are looked at."""
    with connection.cursor() as cursor:
        parts = [_count(table, workspace_id) for table in tenant_tables(cursor)]
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return {name: (rows, digest) for name, rows, digest in cursor.fetchall()}


def _count(table: str, workspace_id: UUID) -> sql.Composed:
    return sql.SQL(
        "SELECT {name}::text, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {table} t "
        "WHERE {whose} = {workspace}"
    ).format(
        name=sql.Literal(table),
        table=sql.Identifier(table),
        whose=sql.Identifier("id" if table == "workspaces_workspace" else "workspace_id"),
        workspace=sql.Literal(workspace_id),
    )
