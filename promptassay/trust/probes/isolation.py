"""Probes of the wall between workspaces: the catalogue read whole, and every tenant table attacked as the app role."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg import errors as pg
from psycopg import sql

from promptassay.core.catalogue import isolation_problems, tenant_tables
from promptassay.core.tenancy import with_workspace, without_workspace
from promptassay.trust.probes import Canaries, Outcome, progress

SHOWN: Final = 8
# A copy of a row of one workspace that says it is another's.
SMUGGLE: Final = (
    "INSERT INTO {0} SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'workspace_id', "
    "%s::text))).* FROM {0} r WHERE r.workspace_id = %s LIMIT 1"
)


class Undo(Exception):
    """Ends an attack's transaction without keeping anything of it."""


@dataclass
class Seen:
    """What the attacks tried, and what came through."""

    tried: Counter[str] = field(default_factory=Counter)
    holes: list[str] = field(default_factory=list)

    def outcome(self, **more: int) -> Outcome:
        counts = {**more, **dict(sorted(self.tried.items())), "came through": len(self.holes)}
        shown = "; ".join(self.holes[:SHOWN])
        return Outcome("failed" if self.holes else "held", counts, shown)


def catalogue(canaries: Canaries) -> Outcome:
    """What the database itself says of its tables, policies, keys, functions and rights."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
        problems = isolation_problems(cursor, role)
        tables = len(tenant_tables(cursor))
    progress.tell(
        f"as the role that the product connects as: {tables} tables of workspaces, {len(problems)} weaknesses"
    )
    counts = {"tables": tables, "weaknesses": len(problems)}
    return Outcome("failed" if problems else "held", counts, "; ".join(problems[:SHOWN]))


def statements(canaries: Canaries) -> Outcome:
    """Raw statements inside canary A against the rows of canary B, and with the context empty or missing.

    The same reads from inside B find rows: without that nothing would be proved, and the probe says “error”.
    """
    with connection.cursor() as cursor:
        tables = [name for name in tenant_tables(cursor) if name != "workspaces_workspace"]
    seen = Seen()
    filled = sum(_rows(table, canaries.b, inside=canaries.b) > 0 for table in tables)
    for table in tables:
        _reads(seen, table, canaries)
        _writes(seen, table, canaries)
        for context in (without_workspace, transaction.atomic):
            _without(seen, table, context)
        came = len(seen.holes)
        progress.tell(
            f"{table}: read, changed, deleted, taken over, handed over, read without a workspace: {came} came through"
        )
    if not filled:
        return Outcome("error", {"tables": len(tables)}, "The canary workspace is empty, so nothing could be reached.")
    return seen.outcome(**{"tables": len(tables), "tables with rows to reach": filled})


def _rows(table: str, of: UUID, *, inside: UUID) -> int:
    count = 0
    with suppress(Undo), with_workspace(inside):
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("SELECT count(*) FROM {} WHERE workspace_id = %s").format(sql.Identifier(table)), [of]
            )
            (count,) = cursor.fetchone()
        raise Undo
    return int(count)


def _reads(seen: Seen, table: str, canaries: Canaries) -> None:
    seen.tried["reads"] += 1
    if rows := _rows(table, canaries.b, inside=canaries.a):
        seen.holes.append(f"{rows} rows of the other workspace were read in {table}")


def _writes(seen: Seen, table: str, canaries: Canaries) -> None:
    """Rows of B changed, deleted; rows of A handed and copied to B. What the role may not do at all holds as well."""
    name = sql.Identifier(table)
    attempts: tuple[tuple[str, str, list[UUID | str]], ...] = (
        ("changes", "UPDATE {} SET workspace_id = workspace_id WHERE workspace_id = %s", [canaries.b]),
        ("deletions", "DELETE FROM {} WHERE workspace_id = %s", [canaries.b]),
        ("takeovers", "UPDATE {} SET workspace_id = %s WHERE workspace_id = %s", [canaries.a, canaries.b]),
        ("hand-overs", "UPDATE {} SET workspace_id = %s WHERE workspace_id = %s", [canaries.b, canaries.a]),
        ("smuggled copies", SMUGGLE, [str(canaries.b), canaries.a]),
    )
    for kind, statement, values in attempts:
        seen.tried[kind] += 1
        touched = _touched(sql.SQL(statement).format(name), values, inside=canaries.a)
        if touched > 0:
            seen.holes.append(f"{kind} in {table} touched {touched} rows of the other workspace")


def _touched(statement: sql.Composed, values: Sequence[UUID | str], *, inside: UUID) -> int:
    """The rows that a statement changed before it was undone; 0 where the wall refused it.

    What a key refuses came past the wall first.
    """
    touched = 0
    try:
        with with_workspace(inside):
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                touched = cursor.rowcount
            raise Undo
    except Undo:
        return touched
    except IntegrityError:
        return 1
    except DatabaseError:
        return 0


def _without(seen: Seen, table: str, context: Callable[[], AbstractContextManager[None]]) -> None:
    """A read with the context empty or never set must raise, not come back empty."""
    seen.tried["reads without a workspace"] += 1
    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    try:
        with context():
            with connection.cursor() as cursor:
                cursor.execute(statement)
                (rows,) = cursor.fetchone()
            raise Undo
    except Undo:
        # A role whose own rows a table shows, such as memberships, may see none; an empty table never asks its policy.
        if rows:
            seen.holes.append(f"{rows} rows were read in {table} without a workspace")
    except DatabaseError as error:
        if not isinstance(error.__cause__, pg.InsufficientPrivilege):
            raise
