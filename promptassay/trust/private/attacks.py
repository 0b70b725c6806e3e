"""An attack on one workspace's own rows from inside a canary, which cannot hurt them even where the wall is broken.

The scheduled probes never touch a workspace of anybody; this runs only when one of its members asks. So nothing here
may slow or lock it:

- what is read from the other side is a count, over an index that begins with the workspace;
- what is written aims at one row by its id. Behind a whole wall no row matches, so none is locked. Where the read came
  through, the wall is red already, and nothing is written there at all;
- each statement has a transaction of its own that is undone, ends after two seconds, and waits for no lock.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from psycopg import errors as pg
from psycopg import sql

from promptassay.core.catalogue import tenant_tables
from promptassay.core.database import first_row
from promptassay.core.tenancy import with_workspace, without_workspace
from promptassay.trust.probes import Outcome
from promptassay.trust.probes.isolation import SMUGGLE, Seen, Undo

STATEMENT_MS: Final = 2_000
COUNT_MS: Final = 5_000
LOCK_MS: Final = 200
_BOUNDS: Final = "SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true)"
# The workspace's own table names it by `id`; it is nobody's to hand over.
_SPECIAL: Final = "workspaces_workspace"
_SHOWN: Final = 5

Context = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Target:
    """A table, and what of it belongs to the workspace: how many rows, and the id of one of them."""

    table: str
    rows: int
    row_id: str | None

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(self.table)

    @property
    def column(self) -> sql.Identifier:
        """The column that names the workspace."""
        return sql.Identifier("id" if self.table == _SPECIAL else "workspace_id")


def attack(workspace_id: UUID, *, canary_id: UUID) -> Outcome:
    """Try, in every tenant table, to read, change, delete and take over the workspace's rows from inside the canary and
    to put rows among them; and to read them with the context empty and missing. Runs outside of any transaction.
    """
    targets = _targets(workspace_id)
    raid = _Raid(workspace_id, canary_id)
    for target in targets:
        raid.against(target)
    outcome = raid.seen.outcome(
        **{
            "tables": len(targets),
            "tables with rows of yours": sum(target.rows > 0 for target in targets),
            "rows of yours": sum(target.rows for target in targets),
        }
    )
    if outcome.verdict == "held" and raid.undecided:
        names = ", ".join(raid.undecided[:_SHOWN])
        return Outcome("error", outcome.counts, f"The database was too busy to answer for {names}.")
    return outcome


def _targets(workspace_id: UUID) -> list[Target]:
    """Every tenant table with the workspace's rows in it, seen from inside: what an attack has to find."""
    with suppress(Undo), with_workspace(workspace_id):
        first_row(_BOUNDS, [COUNT_MS, LOCK_MS])
        with connection.cursor() as cursor:
            empty = [Target(name, 0, None) for name in tenant_tables(cursor)]
            part = "SELECT {}, (SELECT count(*) FROM {} WHERE {} = %s), (SELECT id::text FROM {} WHERE {} = %s LIMIT 1)"
            parts = [
                sql.SQL(part).format(sql.Literal(each.table), each.name, each.column, each.name, each.column)
                for each in empty
            ]
            cursor.execute(sql.SQL(" UNION ALL ").join(parts), [workspace_id] * (2 * len(parts)))
            found = [Target(*row) for row in cursor.fetchall()]
        raise Undo
    return found


@dataclass
class _Raid:
    """The attempts from inside the canary, and what they saw. `undecided` are tables where time ran out."""

    workspace_id: UUID
    canary_id: UUID
    seen: Seen = field(default_factory=Seen)
    undecided: list[str] = field(default_factory=list)

    def against(self, target: Target) -> None:
        """Every attempt on one table."""
        try:
            if self._reads(target):
                return  # the wall is red: nothing is written through a hole
            self._writes(target)
        except _Undecided:
            self.undecided.append(target.table)

    def _reads(self, target: Target) -> bool:
        """Whether any read came through: from inside the canary, with an empty context, and with none ever set."""
        statement = sql.SQL("SELECT count(*) FROM {} WHERE {} = %s").format(target.name, target.column)
        came_through = False
        for kind, context in (
            ("reads", self._inside),
            ("reads without a workspace", without_workspace),
            ("reads without a workspace", transaction.atomic),
        ):
            self.seen.tried[kind] += 1
            if rows := _reached(context, statement, [self.workspace_id], counted=True):
                self.seen.holes.append(f"{kind} in {target.table} saw {rows} of your rows")
                came_through = True
        return came_through

    def _writes(self, target: Target) -> None:
        """One of the workspace's rows changed, deleted, taken over; one of the canary's handed to it, and copied."""
        for kind, statement, values in self._attempts(target):
            self.seen.tried[kind] += 1
            if _reached(self._inside, statement.format(target.name), values):
                self.seen.holes.append(f"{kind} in {target.table} got past the wall")

    def _attempts(self, target: Target) -> Iterator[tuple[str, sql.SQL, list[str | UUID]]]:
        if target.row_id is not None:
            yield "changes", sql.SQL("UPDATE {} SET id = id WHERE id = %s"), [target.row_id]
            yield "deletions", sql.SQL("DELETE FROM {} WHERE id = %s"), [target.row_id]
        if target.table == _SPECIAL:
            return
        if target.row_id is not None:
            taken = sql.SQL("UPDATE {} SET workspace_id = %s WHERE id = %s")
            yield "takeovers", taken, [self.canary_id, target.row_id]
        one = "(SELECT id FROM {0} WHERE workspace_id = %s LIMIT 1)"
        handed = sql.SQL(f"UPDATE {{0}} SET workspace_id = %s WHERE id = {one}")  # noqa: S608 - our own words
        yield "hand-overs", handed, [self.workspace_id, self.canary_id]
        yield "smuggled copies", sql.SQL(SMUGGLE), [str(self.workspace_id), self.canary_id]

    def _inside(self) -> AbstractContextManager[None]:
        return with_workspace(self.canary_id)


class _Undecided(Exception):
    """Time ran out, or a lock was not free: nothing can be said of this attempt."""


def _reached(context: Context, statement: sql.Composable, values: list[str | UUID], *, counted: bool = False) -> int:
    """How many rows a statement got at (`counted`: by its own count) before it was undone.

    What the role has no right to, or a policy refuses, got nowhere. What a key refuses came past the wall first.
    """
    rows = 0
    try:
        with suppress(Undo), context():
            first_row(_BOUNDS, [STATEMENT_MS, LOCK_MS])
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                rows = cursor.fetchone()[0] if counted else cursor.rowcount
            raise Undo
    except DatabaseError as error:
        if isinstance(error.__cause__, pg.InsufficientPrivilege):
            return 0
        if isinstance(error.__cause__, pg.IntegrityError):
            return 1
        if isinstance(error.__cause__, pg.QueryCanceled | pg.LockNotAvailable):
            raise _Undecided from error
        raise
    return int(rows)
