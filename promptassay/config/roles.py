"""The two database roles: who may own tables, who may only use them; one definition for every PostgreSQL."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from promptassay.core.secret import Secret

if TYPE_CHECKING:
    from psycopg import Connection

DATABASE = "promptassay"
OWNER_ROLE = "promptassay_owner"
APP_ROLE = "promptassay_app"

_ATTRIBUTES = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
# The app role inherits nothing, so that a role granted to it by mistake gives it nothing by itself.
_OWNER_ATTRIBUTES = f"{_ATTRIBUTES} INHERIT"
_APP_ATTRIBUTES = f"{_ATTRIBUTES} NOINHERIT"

# A statement that runs, a lock that waits or a transaction that idles for longer than this holds others up.
APP_TIMEOUTS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}

# What the server may not write into its log of this role, even while it logs every statement: values of parameters,
# and errors, whose words and details quote them. Statements themselves hold no values, since these are bound.
APP_SILENCE = {
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_messages": "log",
}


@dataclass(frozen=True)
class RolePasswords:
    """The passwords of the two roles."""

    owner: Secret
    app: Secret


def role_statements(*, owner: str = OWNER_ROLE, app: str = APP_ROLE) -> list[str]:
    """SQL that puts both roles' attributes and time-outs right; the roles exist already. Safe to repeat."""
    return [
        f"ALTER ROLE {app} NOINHERIT",
        *(f"ALTER ROLE {app} SET {name} = '{value}'" for name, value in APP_TIMEOUTS.items()),
        f"REVOKE {owner} FROM {app}",
        silence_statement(app),
    ]


def silence_statement(app: str = APP_ROLE) -> str:
    """SQL that keeps the app role's values out of the server's log; a notice where the caller may not say so."""
    settings = " ".join(f"ALTER ROLE {app} SET {name} = '{value}';" for name, value in APP_SILENCE.items())
    told = f"the log settings of {app} were left alone: they take a superuser"
    return f"DO $$ BEGIN {settings} EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE '%', '{told}'; END $$"


def database_statements(*, database: str = DATABASE, app: str = APP_ROLE) -> list[str]:
    """SQL, run inside the database, that closes it to all but its owner and the app role. Safe to repeat."""
    return [
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"REVOKE ALL ON DATABASE {database} FROM {app}",
        f"GRANT CONNECT ON DATABASE {database} TO {app}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE CREATE ON SCHEMA public FROM {app}",
        f"GRANT USAGE ON SCHEMA public TO {app}",
    ]


def setup_script() -> str:
    """The whole set-up as a psql script for an operator's own PostgreSQL; passwords are psql variables."""
    create_roles = [
        f"CREATE ROLE {OWNER_ROLE} {_OWNER_ATTRIBUTES} PASSWORD :'owner_password'",
        f"CREATE ROLE {APP_ROLE} {_APP_ATTRIBUTES} PASSWORD :'app_password'",
        *role_statements(),
        "-- Lets an administrator who is not a superuser create a database for the owner role.",
        f"GRANT {OWNER_ROLE} TO CURRENT_USER",
        f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE} ENCODING 'UTF8' TEMPLATE template0",
    ]
    lines = [
        "-- Makes PromptAssay's roles and database. Run once, as administrator, on PostgreSQL 15 or newer:",
        "--   psql -v owner_password=... -v app_password=... -f roles.sql postgres",
        "\\set ON_ERROR_STOP on",
        *_terminated(create_roles),
        f"\\connect {DATABASE}",
        *_terminated(database_statements()),
    ]
    return "\n".join(lines) + "\n"


def ensure_roles(connection: "Connection[Any]", passwords: RolePasswords) -> None:
    """Create or mend both roles and the database, as a superuser in autocommit mode.

    The passwords are sent as SCRAM verifiers, so that no log of the server can hold them. Afterwards
    `close_database` must run inside the new database.
    """
    for role, attributes, password in (
        (OWNER_ROLE, _OWNER_ATTRIBUTES, passwords.owner),
        (APP_ROLE, _APP_ATTRIBUTES, passwords.app),
    ):
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verifier = scram_verifier(connection, role, password)
        verb = "ALTER" if exists else "CREATE"
        connection.execute(f"{verb} ROLE {role} {attributes} PASSWORD '{verifier}'".encode())
    for statement in role_statements():
        connection.execute(statement.encode())
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE} ENCODING 'UTF8' TEMPLATE template0".encode())
    connection.execute(f"ALTER DATABASE {DATABASE} OWNER TO {OWNER_ROLE}".encode())


def close_database(connection: "Connection[Any]") -> None:
    """Close the database to the public and let the app role in; as a superuser, inside that database."""
    for statement in database_statements():
        connection.execute(statement.encode())


def scram_verifier(connection: "Connection[Any]", role: str, password: Secret) -> str:
    """What PostgreSQL stores instead of the password; made here, so that the password never travels."""
    made = connection.pgconn.encrypt_password(password.reveal().encode(), role.encode(), b"scram-sha-256")
    return made.decode("ascii")


def _terminated(statements: list[str]) -> list[str]:
    return [line if line.startswith("--") else f"{line};" for line in statements]
