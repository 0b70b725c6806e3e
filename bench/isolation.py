"""What row security costs: the product's own list and editor queries with it, and past it."""

import re
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg

from bench.data import load, superuser_url
from bench.server import Server, inside, running
from bench.table import Row, measured

TITLE = "isolation: cost of row security on list and editor queries, 10,000 prompts here, 1,000,000 versions in all"
ROUNDS = 40

Statement = tuple[str, Sequence[Any]]


def run(repeats: int = 5) -> list[Row]:
    """Capture the statements of two pages, then run them as the app role and as a role that bypasses row security."""
    with running() as server, inside(server):
        account = server.bootstrap()
        workspace, user = UUID(account["workspace"]), UUID(account["user"])
        count = load(server, workspace, user)
        rows = [measured("versions in the database", [count], "", digits=0)]
        for name, statements in _pages(workspace, user).items():
            rows.append(_compare(server, name, statements, workspace, repeats))
    return rows


def _pages(workspace: UUID, user: UUID) -> dict[str, list[Statement]]:
    """The statements that each page's queries send."""
    from django.db import connection

    from promptassay.core.tenancy import with_workspace
    from promptassay.prompts import queries
    from promptassay.workspaces.actor import Actor
    from promptassay.workspaces.permissions import Role

    actor = Actor(user, workspace, Role.OWNER)
    found: dict[str, list[Statement]] = {}

    def capture(name: str, work: Callable[[], object]) -> None:
        seen = found[name] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if sql.startswith("SELECT") and "set_config" not in sql:
                seen.append((sql, tuple(params or ())))
            return execute(sql, params, many, context)

        with with_workspace(workspace, person_id=user), connection.execute_wrapper(note):
            work()

    def editor() -> None:
        prompt = queries.list_prompts(queries.ListQuery())[0]
        found["editor"].clear()
        prompt = queries.get_prompt(prompt.id)
        queries.get_draft_or_latest(actor, prompt)
        queries.list_versions(prompt, limit=50)

    capture("list", lambda: (queries.prompt_count(), list(queries.list_prompts(queries.ListQuery()))))
    capture("search", lambda: list(queries.list_prompts(queries.ListQuery(q="number 77"))))
    capture("editor", editor)
    return found


def _compare(server: Server, name: str, statements: list[Statement], workspace: UUID, repeats: int) -> Row:
    from django.conf import settings

    past = [_restricted(statement, workspace) for statement in statements]
    app_url = settings.DIRECT_DATABASE_URL
    inside_times, past_times = [], []
    with psycopg.connect(app_url) as app, psycopg.connect(superuser_url(server)) as superuser:
        for connection in (app, superuser):
            connection.prepare_threshold = None
            connection.execute("SELECT set_config('promptassay.workspace', %s, true)", [str(workspace)])
        for _ in range(repeats + 1):
            inside_times.append(_time(app, statements))
            past_times.append(_time(superuser, past))
    ratios = [one / other for one, other in zip(inside_times[1:], past_times[1:], strict=True)]
    ratio = sorted(ratios)[len(ratios) // 2]
    shown = f"{name}: time with row security / past it"
    middle = sorted(inside_times[1:])[repeats // 2]
    return measured(
        shown, ratios, "", target="<= 1.1", ratio=ratio, against=f"the same as superuser ({middle:.2f} ms with)"
    )


def _restricted(statement: Statement, workspace: UUID) -> Statement:
    """The statement with the workspace as a plain condition, as one would write it without row security."""
    sql, params = statement
    table = re.search(r'FROM "(\w+)"', sql)
    assert table, sql
    condition = f'"{table.group(1)}"."workspace_id" = \'{workspace}\''
    if " WHERE " in sql:
        return sql.replace(" WHERE ", f" WHERE {condition} AND ", 1), params
    return re.sub(r'(FROM "\w+")', rf"\1 WHERE {condition}", sql, count=1), params


def _time(connection: "psycopg.Connection[Any]", statements: list[Statement]) -> float:
    """Milliseconds for one round of the statements, the mean of ROUNDS."""
    begun = time.perf_counter()
    for _ in range(ROUNDS):
        for sql, params in statements:
            connection.execute(sql, params).fetchall()
    return (time.perf_counter() - begun) * 1000 / ROUNDS
