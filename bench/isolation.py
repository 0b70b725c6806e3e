"""What row security costs: the product's own list and editor queries with it, and past it.

Each page's queries run as the product runs them, from the call of a query function to its rows as objects, and as bare
statements. The wall adds about 0.04 ms to each statement, mostly to its planning, whatever the statement does.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench.data import load, superuser_url
from bench.server import Server, inside, running
from bench.table import Row, measured

TITLE = "isolation: cost of row security on list and editor queries, 10,000 prompts here, 1,000,000 versions in all"
ROUNDS = 40

Statement = tuple[str, Sequence[Any]]


Work = Callable[[], object]


def run(repeats: int = 5) -> list[Row]:
    """Run two pages' queries as the app role, and as a role that bypasses row security."""
    with running() as server, inside(server):
        account = server.bootstrap()
        workspace, user = UUID(account["workspace"]), UUID(account["user"])
        count = load(server, workspace, user)
        rows = [measured("versions in the database", [count], "", digits=0)]
        pages = _pages(workspace, user)
        rows += [_compare_queries(server, name, work, workspace, repeats) for name, work in pages.items()]
        for name, statements in _statements(pages, workspace).items():
            rows.append(_compare_statements(server, name, statements, workspace, repeats))
    return rows


def _pages(workspace: UUID, user: UUID) -> dict[str, Work]:
    """What each page asks of the database, by the product's own query functions."""
    from promptassay.core.tenancy import with_workspace
    from promptassay.prompts import queries
    from promptassay.workspaces.actor import Actor
    from promptassay.workspaces.permissions import Role

    actor = Actor(user, workspace, Role.OWNER)
    with with_workspace(workspace):
        prompt_id = queries.list_prompts(queries.ListQuery())[0].id

    def editor() -> None:
        prompt = queries.get_prompt(prompt_id)
        queries.get_draft_or_latest(actor, prompt)
        list(queries.list_versions(prompt, limit=50))

    return {
        "list": lambda: (queries.prompt_count(), list(queries.list_prompts(queries.ListQuery()))),
        "search": lambda: list(queries.list_prompts(queries.ListQuery(q="number 77"))),
        "editor": editor,
    }


def _statements(pages: Mapping[str, Work], workspace: UUID) -> dict[str, list[Statement]]:
    """The statements that each page's queries send."""
    from django.db import connection

    from promptassay.core.tenancy import with_workspace

    found: dict[str, list[Statement]] = {}
    for name, work in pages.items():
        seen: list[Statement] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any, seen: Any = seen) -> Any:
            if _is_query(sql):
                seen.append((sql, tuple(params or ())))
            return execute(sql, params, many, context)

        with with_workspace(workspace), connection.execute_wrapper(note):
            work()
        found[name] = seen
    return found


def _compare_queries(server: Server, name: str, work: Work, workspace: UUID, repeats: int) -> Row:
    """The page's queries through the product's own code, rows made into objects."""
    inside_times: list[float] = []
    past_times: list[float] = []
    for _ in range(repeats + 1):
        for times, context in ((inside_times, _with_wall(workspace)), (past_times, _past_wall(server, workspace))):
            with context:
                work()
                begun = time.perf_counter()
                for _ in range(ROUNDS):
                    work()
                times.append((time.perf_counter() - begun) * 1000 / ROUNDS)
    return _row(f"{name}: queries with row security / past it", inside_times[1:], past_times[1:], "<= 1.1")


@contextmanager
def _with_wall(workspace: UUID) -> Iterator[None]:
    from django.db import connection

    from promptassay.core.tenancy import with_workspace

    def as_it_is(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql if not _is_query(sql) else str(sql), params, many, context)

    with with_workspace(workspace), connection.execute_wrapper(as_it_is):
        yield


@contextmanager
def _past_wall(server: Server, workspace: UUID) -> Iterator[None]:
    """Inside, Django's connection is the superuser's, and each query names the workspace as a plain condition."""
    from django.db import connections, transaction

    usual = connections["default"]
    past = usual.copy()
    past.settings_dict |= _parts(superuser_url(server))
    restricted: dict[str, str] = {}

    def restrict(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if _is_query(sql):
            if sql not in restricted:
                restricted[sql] = _restricted((sql, ()), workspace)[0]
            sql = restricted[sql]
        return execute(sql, params, many, context)

    connections["default"] = past
    try:
        with transaction.atomic(), past.execute_wrapper(restrict):
            yield
    finally:
        connections["default"] = usual
        past.close()


def _parts(url: str) -> dict[str, Any]:
    found = conninfo_to_dict(url)
    return {"USER": found["user"], "PASSWORD": found.get("password", ""), "HOST": found["host"]}


def _is_query(sql: str) -> bool:
    return sql.startswith("SELECT") and "set_config" not in sql


def _compare_statements(server: Server, name: str, statements: list[Statement], workspace: UUID, repeats: int) -> Row:
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
    return _row(f"{name}: bare statements with / past", inside_times[1:], past_times[1:])


def _row(shown: str, inside_times: list[float], past_times: list[float], target: str = "") -> Row:
    ratios = [one / other for one, other in zip(inside_times, past_times, strict=True)]
    middle = sorted(inside_times)[len(inside_times) // 2]
    ratio = sorted(ratios)[len(ratios) // 2]
    against = f"the same as superuser ({middle:.2f} ms with)"
    return measured(shown, ratios, "", target=target, ratio=ratio, against=against, digits=3)


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
