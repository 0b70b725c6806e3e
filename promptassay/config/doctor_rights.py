"""Doctor's look at the roles: what they are, own and may do, and whether row security holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from promptassay.config import roles
from promptassay.config.findings import Finding, ok, problem, warning

Connection = psycopg.Connection[tuple[Any, ...]]
_NAME = "quote_ident(n.nspname) || '.' || quote_ident(c.relname)"
_TABLES = "(SELECT * FROM pg_class WHERE relkind IN ('r', 'p')) c JOIN pg_namespace n ON n.oid = c.relnamespace"
_FOREIGN = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
_FORBIDDEN_ATTRIBUTES = {
    "rolsuper": ("SUPERUSER", "it passes row security by"),
    "rolbypassrls": ("BYPASSRLS", "it passes row security by"),
    "rolcreaterole": ("CREATEROLE", "it can make itself other roles"),
    "rolcreatedb": ("CREATEDB", "it can make databases"),
    "rolreplication": ("REPLICATION", "it can read every row from the log"),
}


@dataclass(frozen=True)
class Names:
    """The two roles and the database they share."""

    app: str
    owner: str
    database: str


def check_app(app: Connection, names: Names) -> Iterator[Finding]:
    """Findings about the app role and everything it can touch, seen through its own connection."""
    superuser = value(app, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    yield from _app_role(app, names)
    found = [*_ownership(app, names), *_missing_rights(app, names), *_row_security(app)]
    if not superuser:  # a superuser has every right; that is one finding, not fifty
        found += [*_creation(app, names), *_rights(app, names)]
    yield from found or [ok("tables", "Ownership, rights and row security of all tables are right.")]
    if value(app, _HAS_CONTEXT):
        yield ok("schema", "The workspace functions are there.")
    else:
        yield problem(
            "schema",
            "The function tenancy.current_workspace() is missing: the database was not migrated.",
            "Run: promptassay migrate",
        )


def _app_role(app: Connection, names: Names) -> Iterator[Finding]:
    """Attributes, memberships, time-outs: what the app role is."""
    role = quoted(names.app)
    found: list[Finding] = []
    columns = ", ".join(_FORBIDDEN_ATTRIBUTES)
    row = app.execute(f"SELECT {columns} FROM pg_roles WHERE rolname = current_user".encode()).fetchone()  # noqa: S608
    for held, (attribute, why) in zip(row or (), _FORBIDDEN_ATTRIBUTES.values(), strict=False):
        if held:
            found.append(
                problem(
                    f"app:{attribute.lower()}",
                    f"The app role {names.app} has {attribute}: {why}.",
                    f"ALTER ROLE {role} NO{attribute};",
                )
            )
    if names.app == names.owner:
        found.append(
            problem(
                "app:is_owner",
                f"DATABASE_URL and DATABASE_OWNER_URL name one role, {names.app}, which owns the tables.",
                "Make two roles: promptassay doctor --print-sql",
            )
        )
    for (other,) in app.execute(_MEMBERSHIPS, {"owner": names.owner}).fetchall():
        found.append(
            problem(
                "app:member",
                f"The app role {names.app} is a member of {other}, directly or through another role, "
                "and can take its rights.",
                f"REVOKE {quoted(other)} FROM {role};",
            )
        )
    yield from found or [ok("app:role", f"The app role {names.app} has no special rights.")]
    for name, limit in roles.APP_TIMEOUTS.items():
        if value(app, f"SHOW {name}") == "0":
            yield warning(
                f"app:{name}",
                f"The app role has no {name}: one stuck statement can hold up others.",
                f"ALTER ROLE {role} SET {name} = '{limit}';",
            )
    loud = {name: quiet for name, quiet in roles.APP_SILENCE.items() if value(app, f"SHOW {name}") != quiet}
    if loud:
        yield warning(
            "app:log",
            "PostgreSQL may write the app role's values, texts of prompts among them, into its log: "
            f"{', '.join(loud)} {'is' if len(loud) == 1 else 'are'} not set for {names.app}.",
            "\n".join(f"ALTER ROLE {role} SET {name} = '{quiet}';" for name, quiet in loud.items()),
        )


_MEMBERSHIPS = """
SELECT r.rolname FROM pg_roles r
WHERE r.rolname <> current_user AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
  AND pg_has_role(current_user, r.oid, 'MEMBER')
  AND (r.rolsuper OR r.rolbypassrls OR r.rolname = %(owner)s
       OR r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_maintain',
                        'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
       OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.relowner = r.oid AND n.nspname IN ('public', 'tenancy')))
ORDER BY 1
"""


def _ownership(app: Connection, names: Names) -> Iterator[Finding]:
    """What the app role owns. With its ownership it loses its rights, so the advice gives those back."""
    owner, role = quoted(names.owner), quoted(names.app)
    rights = {
        "database": f"GRANT CONNECT ON DATABASE {quoted(names.database)} TO {role};",
        "schemas": "-- then run: promptassay migrate",
        "tables": "-- then run: promptassay migrate",
    }
    statements = {
        "database": "SELECT 'DATABASE ' || quote_ident(datname) FROM pg_database "
        "WHERE datname = current_database() AND pg_get_userbyid(datdba) = current_user",
        "schemas": "SELECT 'SCHEMA ' || quote_ident(n.nspname) FROM pg_namespace n "
        "WHERE pg_get_userbyid(n.nspowner) = current_user AND n.nspname NOT LIKE 'pg\\_%'",
        "tables": f"SELECT 'TABLE ' || {_NAME} FROM {_TABLES} WHERE {_FOREIGN} "  # noqa: S608 - constants
        "AND pg_get_userbyid(c.relowner) = current_user ORDER BY 1",
    }
    for kind, statement in statements.items():
        owned = _column(app, statement)
        if owned:
            yield problem(
                f"app:owns_{kind}",
                f"The app role {names.app} owns {_some(owned)}: an owner can switch row security off.",
                "\n".join([*(f"ALTER {thing} OWNER TO {owner};" for thing in owned), rights[kind]]),
            )


def _creation(app: Connection, names: Names) -> Iterator[Finding]:
    role = quoted(names.app)
    schemas = _column(
        app,
        f"SELECT quote_ident(n.nspname) FROM pg_namespace n WHERE {_FOREIGN} "  # noqa: S608 - constants
        "AND has_schema_privilege(n.oid, 'CREATE') ORDER BY 1",
    )
    if schemas:
        yield problem(
            "app:create",
            f"The app role {names.app} may create objects in {_some(schemas)}.",
            "\n".join(f"REVOKE CREATE ON SCHEMA {schema} FROM {role}, PUBLIC;" for schema in schemas),
        )
    if value(app, "SELECT has_database_privilege(current_database(), 'CREATE')"):
        database = quoted(names.database)
        yield problem(
            "app:create_schema",
            f"The app role {names.app} may create schemas.",
            f"REVOKE CREATE ON DATABASE {database} FROM {role}, PUBLIC;",
        )


def _rights(app: Connection, names: Names) -> Iterator[Finding]:
    role = quoted(names.app)
    forbidden = ["TRUNCATE", "REFERENCES", "TRIGGER"]
    if app.info.server_version >= 170_000:
        forbidden.append("MAINTAIN")
    for right in forbidden:
        tables = _column(
            app,
            f"SELECT {_NAME} FROM {_TABLES} WHERE {_FOREIGN} "  # noqa: S608 - constants
            f"AND has_table_privilege(c.oid, '{right}') ORDER BY 1",
        )
        if tables:
            yield problem(
                f"app:{right.lower()}",
                f"The app role {names.app} has {right} on {_some(tables)}.",
                "\n".join(f"REVOKE {right} ON {table} FROM {role}, PUBLIC;" for table in tables),
            )


def _missing_rights(app: Connection, names: Names) -> Iterator[Finding]:
    unreadable = _column(
        app,
        f"SELECT {_NAME} FROM {_TABLES} WHERE n.nspname = 'public' "  # noqa: S608 - constants
        "AND NOT has_table_privilege(c.oid, 'SELECT') ORDER BY 1",
    )
    closed = _column(
        app,
        "SELECT nspname FROM pg_namespace WHERE nspname IN ('public', 'tenancy') "
        "AND NOT has_schema_privilege(oid, 'USAGE') ORDER BY 1",
    )
    if unreadable or closed:
        yield problem(
            "app:missing",
            f"The app role {names.app} may not use {_some(closed + unreadable)}.",
            "Run: promptassay migrate",
        )


def _row_security(app: Connection) -> Iterator[Finding]:
    """Every workspace's table: row security on, forced, and its policies bound to the context."""
    for table, enabled, forced in app.execute(_TENANT_TABLES).fetchall():
        if not (enabled and forced):
            yield problem(
                "row_security",
                f"Row security of {table} is {'not forced on its owner' if enabled else 'off'}.",
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;",
            )
    for table, policy in app.execute(_LOOSE_POLICIES).fetchall():
        yield problem(
            "row_security:policy",
            f"The policy {policy} of {table} does not ask for the workspace.",
            f"DROP POLICY {policy} ON {table}; -- no policy left? Restore it from a backup of the schema.",
        )
    for table in _column(app, _UNGUARDED_TABLES):
        yield problem(
            "row_security:no_policy",
            f"{table} has no policy: the app role sees none of its rows.",
            "Restore the policy from a backup of the schema.",
        )


_HAS_CONTEXT = """
SELECT EXISTS (SELECT 1 FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
               WHERE n.nspname = 'tenancy' AND p.proname = 'current_workspace')
"""
_TENANT = """
n.nspname = 'public' AND (c.relname = 'workspaces_workspace' OR EXISTS (
  SELECT 1 FROM pg_attribute a
  WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped))
"""
_TENANT_TABLES = (
    f"SELECT {_NAME}, c.relrowsecurity, c.relforcerowsecurity FROM {_TABLES} "  # noqa: S608 - constants
    f"WHERE {_TENANT} ORDER BY 1"
).encode()
_LOOSE_POLICIES = (
    f"SELECT {_NAME}, quote_ident(p.polname) FROM {_TABLES} "  # noqa: S608 - constants
    f"JOIN pg_policy p ON p.polrelid = c.oid WHERE {_TENANT} AND p.polpermissive AND NOT ("
    "coalesce(pg_get_expr(p.polqual, p.polrelid), 'tenancy.') LIKE '%tenancy.%' AND "
    "coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'tenancy.') LIKE '%tenancy.%') ORDER BY 1, 2"
).encode()
_UNGUARDED_TABLES = (
    f"SELECT {_NAME} FROM {_TABLES} "  # noqa: S608 - constants
    f"WHERE {_TENANT} AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid) ORDER BY 1"
)


def check_owner(owner: Connection, names: Names) -> Iterator[Finding]:
    """Findings about the owner role, seen through its own connection."""
    role = quoted(names.owner)
    if owner.info.dbname != names.database:
        yield problem(
            "owner:database",
            f"DATABASE_OWNER_URL names {owner.info.dbname}, DATABASE_URL names {names.database}.",
            "Set both to the same database.",
        )
    if not value(owner, "SELECT has_schema_privilege('public', 'CREATE')"):
        yield problem(
            "owner:create",
            f"The owner role {names.owner} may not create tables in the schema public.",
            f"ALTER DATABASE {quoted(names.database)} OWNER TO {role};\nGRANT CREATE ON SCHEMA public TO {role};",
        )
    if value(owner, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"):
        yield warning(
            "owner:special",
            f"The owner role {names.owner} passes row security by; migrations do not need that.",
            f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;",
        )


def value(connection: Connection, statement: str) -> Any:
    """The first column of the first row."""
    row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None


def _column(connection: Connection, statement: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(statement.encode()).fetchall()]


def _some(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def quoted(name: str) -> str:
    """The name as SQL writes it: plain where that is safe."""
    plain = re.fullmatch("[a-z_][a-z0-9_]*", name) is not None
    return name if plain else '"' + name.replace('"', '""') + '"'
