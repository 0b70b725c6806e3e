"""Reads PostgreSQL's own catalogue and lists everything that would weaken the wall between workspaces.

The build's isolation test asks here; no migration is believed. Reading the catalogue takes no special right, so
a running instance can ask about its own database.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from promptassay.core.rls import CONTEXT_SQL_V1, GLOBAL_TABLES, GRANTS, PRESENTED_KEY_SQL_V1, SPECIAL_TABLES


class Cursor(Protocol):
    """What is needed of a database cursor: Django's and psycopg's both do."""

    def execute(self, query: Any, params: Any = None) -> Any: ...
    def fetchall(self) -> Sequence[Any]: ...


PLAIN_CONDITION = "(workspace_id = ( SELECT tenancy.current_workspace() AS current_workspace))"
# SECURITY DEFINER functions run past row security: none is needed, so none is allowed.
DEFINER_FUNCTIONS: frozenset[str] = frozenset()
_CONTEXT_FUNCTIONS = {"current_workspace", "workspace_if_set", "current_person", "presented_key"}
# What a special table shows besides the current workspace's rows. A condition this narrow is compared whole.
_SEEN_BY_KEY = (
    "((workspace_id = ( SELECT tenancy.workspace_if_set() AS workspace_if_set)) OR "
    "((key_hash)::text = ( SELECT tenancy.presented_key() AS presented_key)))"
)
_USUAL = "SELECT, INSERT, UPDATE, DELETE"


def isolation_problems(cursor: Cursor, app_role: str) -> list[str]:
    """Every weakness found, as sentences; an empty list is the proof. `app_role` is who the product connects as."""
    checks: tuple[Callable[[Cursor], list[str]], ...] = (
        _tables,
        _policies,
        _columns_and_keys,
        _references,
        _unique_indexes,
        _views,
        _context,
    )
    found = [problem for check in checks for problem in check(cursor)]
    for look in (_functions, _elsewhere, _role, _grants):
        found += look(cursor, app_role)
    return found


def tenant_tables(cursor: Cursor) -> list[str]:
    """The names of all tables that are not listed as global."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1"
    )
    return [name for (name,) in cursor.fetchall() if name not in GLOBAL_TABLES]


def _tables(cursor: Cursor) -> list[str]:
    cursor.execute(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    rows = {name: (enabled, forced) for name, enabled, forced in cursor.fetchall()}
    problems = [f"{name} is listed as global but does not exist" for name in GLOBAL_TABLES if name not in rows]
    for name, (enabled, forced) in sorted(rows.items()):
        if name in GLOBAL_TABLES:
            continue
        if not enabled:
            problems.append(f"{name} has row security switched off")
        if not forced:
            problems.append(f"{name} does not force row security on its owner")
    return problems


def _policies(cursor: Cursor) -> list[str]:
    cursor.execute(
        "SELECT c.relname, p.polname, p.polcmd, p.polpermissive, p.polroles = '{0}', "
        "pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid) "
        "FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'public'::regnamespace"
    )
    by_table: dict[str, list[Any]] = {}
    for row in cursor.fetchall():
        by_table.setdefault(row[0], []).append(row[1:])
    problems = []
    for table in tenant_tables(cursor):
        policies = by_table.get(table, [])
        if table in SPECIAL_TABLES:
            problems += _special_policies(table, policies)
            continue
        if len(policies) != 1:
            problems.append(f"{table} has {len(policies)} policies; it needs exactly one")
            continue
        name, command, permissive, everyone, using, check = policies[0]
        if command != "*" or not permissive or not everyone:
            problems.append(f"the policy {name} of {table} does not hold for every command and every role")
        if not using == check == PLAIN_CONDITION:
            problems.append(f"the policy {name} of {table} is not the workspace policy: {using} / {check}")
    return problems


def _special_policies(table: str, policies: list[Any]) -> list[str]:
    """Where more may be seen than written: one policy a command, and all but SELECT bound to the workspace."""
    column = "id" if table == "workspaces_workspace" else "workspace_id"
    write = PLAIN_CONDITION.replace("workspace_id", column)
    problems = []
    if sorted(policy[1] for policy in policies) != ["a", "d", "r", "w"]:
        problems.append(f"{table} needs one policy for each of select, insert, update and delete")
    for name, command, permissive, everyone, using, check in policies:
        if not permissive or not everyone:
            problems.append(f"the policy {name} of {table} does not hold for every role")
        if command == "r":
            right = (
                using == _SEEN_BY_KEY
                if table == "workspaces_apikey"
                else "tenancy.current_person()" in using and "true" not in using
            )
        else:
            right = all(condition in (None, write) for condition in (using, check)) and (using or check)
        if not right:
            problems.append(f"the policy {name} of {table} is not the one it should have: {using} / {check}")
    return problems


def _columns_and_keys(cursor: Cursor) -> list[str]:
    problems = []
    for table in tenant_tables(cursor):
        if table == "workspaces_workspace":
            continue
        cursor.execute(
            "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'workspace_id'", [table]
        )
        rows = cursor.fetchall()
        if not rows:
            problems.append(f"{table} has no workspace_id and is not listed as global")
            continue
        if not rows[0][0]:
            problems.append(f"{table}.workspace_id may be null")
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u' "
            "AND pg_get_constraintdef(oid) LIKE 'UNIQUE (workspace_id, id)'",
            [table],
        )
        if cursor.fetchall()[0][0] != 1:
            problems.append(f"{table} has no key (workspace_id, id) for references to point at")
    return problems


def _references(cursor: Cursor) -> list[str]:
    cursor.execute(
        "SELECT con.conname, src.relname, dst.relname, "
        "(SELECT array_agg(attname::text ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY k(num, n) "
        " JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.num) "
        "FROM pg_constraint con JOIN pg_class src ON src.oid = con.conrelid "
        "JOIN pg_class dst ON dst.oid = con.confrelid "
        "WHERE con.contype = 'f' AND src.relnamespace = 'public'::regnamespace"
    )
    problems = []
    for name, source, target, columns in cursor.fetchall():
        if source in GLOBAL_TABLES or target in GLOBAL_TABLES or target == "workspaces_workspace":
            continue
        if columns[0] != "workspace_id" or len(columns) != 2:
            problems.append(f"the reference {name} from {source} to {target} does not carry the workspace")
    referencing = _tenant_reference_columns()
    for table, column in referencing:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f' AND conname = %s",
            [table, f"{table}_{column}_same_workspace"],
        )
        if cursor.fetchall()[0][0] != 1:
            problems.append(f"{table}.{column} refers to another table without a composite key")
    return problems


def _tenant_reference_columns() -> list[tuple[str, str]]:
    from django.apps import apps

    from promptassay.core.models import TenantForeignKey

    return [
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    ]


def _unique_indexes(cursor: Cursor) -> list[str]:
    cursor.execute(
        "SELECT t.relname, i.relname, a.attname, ix.indisprimary, format_type(a.atttypid, NULL), ix.indnkeyatts "
        "FROM pg_index ix JOIN pg_class t ON t.oid = ix.indrelid JOIN pg_class i ON i.oid = ix.indexrelid "
        "LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ix.indkey[0] "
        "WHERE ix.indisunique AND t.relnamespace = 'public'::regnamespace"
    )
    problems = []
    for table, index, first, primary, kind, width in cursor.fetchall():
        if table in GLOBAL_TABLES or first == "workspace_id":
            continue
        if primary and first == "id" and kind == "uuid" and width == 1:
            continue  # a random id says nothing about whose row it is
        problems.append(
            f"the unique index {index} of {table} spans workspaces, so its errors would tell of others' rows"
        )
    return problems


def _views(cursor: Cursor) -> list[str]:
    cursor.execute(
        "SELECT relname, relkind, coalesce('security_invoker=true' = ANY(reloptions), false) FROM pg_class "
        "WHERE relnamespace IN ('public'::regnamespace, 'tenancy'::regnamespace) AND relkind IN ('v', 'm')"
    )
    return [
        f"the view {name} reads with its owner's rights, past row security"
        for name, kind, invoker in cursor.fetchall()
        if kind == "m" or not invoker
    ]


def _functions(cursor: Cursor, app_role: str) -> list[str]:
    """Those that the app role can call; a hosted PostgreSQL brings others of its own."""
    if not _exists(cursor, app_role):
        return []
    cursor.execute(
        "SELECT p.proname, n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
        "AND has_schema_privilege(%s, n.oid, 'USAGE') AND has_function_privilege(%s, p.oid, 'EXECUTE')",
        [app_role, app_role],
    )
    return [
        f"the function {schema}.{name} runs with its owner's rights"
        for name, schema in cursor.fetchall()
        if f"{schema}.{name}" not in DEFINER_FUNCTIONS
    ]


def _context(cursor: Cursor) -> list[str]:
    """The functions that every policy calls are the ones that we wrote, and nothing sets the context beforehand."""
    cursor.execute(
        "SELECT proname, prosrc, proconfig FROM pg_proc WHERE pronamespace = 'tenancy'::regnamespace ORDER BY 1"
    )
    functions = cursor.fetchall()
    problems = [
        f"the function tenancy.{name} is not as it was made"
        for name, body, config in functions
        if body not in CONTEXT_SQL_V1 + PRESENTED_KEY_SQL_V1 or config is not None
    ]
    if missing := _CONTEXT_FUNCTIONS - {name for name, _, _ in functions}:
        problems += [f"the function tenancy.{name} is missing" for name in sorted(missing)]
    cursor.execute(
        "SELECT setting FROM pg_db_role_setting, unnest(setconfig) AS setting WHERE setting LIKE 'promptassay.%'"
    )
    return problems + [f"{setting} is set for every session of a role or database" for (setting,) in cursor.fetchall()]


def _elsewhere(cursor: Cursor, app_role: str) -> list[str]:
    """Tables that the app role reaches although the other checks do not look there."""
    if not _exists(cursor, app_role):
        return []
    cursor.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' "
        "AND (c.relkind = 'f' OR n.nspname <> 'public') AND n.nspname !~ '^pg_' "
        "AND has_schema_privilege(%s, n.oid, 'USAGE') AND has_table_privilege(%s, c.oid, 'SELECT')",
        [app_role, app_role],
    )
    return [f"{schema}.{name} lies where no check looks" for schema, name in cursor.fetchall()]


def _exists(cursor: Cursor, app_role: str) -> bool:
    cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [app_role])
    return bool(cursor.fetchall()[0][0])


def _role(cursor: Cursor, app_role: str) -> list[str]:
    cursor.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", [app_role]
    )
    rows = cursor.fetchall()
    if not rows:
        return [f"the role {app_role} does not exist"]
    names = ("is a superuser", "may bypass row security", "may create roles", "may create databases")
    problems = [f"the role {app_role} {name}" for name, set_ in zip(names, rows[0], strict=True) if set_]
    cursor.execute(
        "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = %s)", [app_role]
    )
    if cursor.fetchall()[0][0]:
        problems.append(f"the role {app_role} owns tables")
    cursor.execute(
        "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid "
        "JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s",
        [app_role],
    )
    problems += [f"the role {app_role} is a member of {name}" for (name,) in cursor.fetchall()]
    cursor.execute(
        "SELECT has_schema_privilege(%s, 'public', 'CREATE'), has_schema_privilege(%s, 'tenancy', 'CREATE')",
        [app_role, app_role],
    )
    if any(cursor.fetchall()[0]):
        problems.append(f"the role {app_role} may create objects in a schema")
    return problems


def _grants(cursor: Cursor, app_role: str) -> list[str]:
    cursor.execute(
        "SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a "
        "JOIN pg_roles r ON r.oid = a.grantee "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND r.rolname = %s",
        [app_role],
    )
    rights: dict[str, set[str]] = {}
    for table, right in cursor.fetchall():
        rights.setdefault(table, set()).add(right)
    problems = []
    for table, given in sorted(rights.items()):
        wanted = {right.strip() for right in GRANTS.get(table, _USUAL).split(",")}
        if extra := given - wanted:
            problems.append(f"the role {app_role} holds {', '.join(sorted(extra))} on {table}")
    cursor.execute(
        "SELECT c.relname FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = 0 "
        "AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
    )
    problems += [f"everybody holds rights on {name}" for (name,) in cursor.fetchall()]
    cursor.execute(
        "SELECT c.relname, t.attname FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid "
        "WHERE t.attacl IS NOT NULL AND c.relnamespace = 'public'::regnamespace"
    )
    return problems + [f"rights are granted on the column {name}.{column}" for name, column in cursor.fetchall()]
