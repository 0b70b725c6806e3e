"""Builds and reads PostgreSQL addresses (libpq URIs), with the socket directory and passwords escaped."""

from typing import Any
from urllib.parse import quote, urlencode

from promptassay.core.errors import AppError
from promptassay.core.secret import Secret

# libpq keywords that Django's DATABASES has names of its own for.
_DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


class DatabaseUrlError(AppError):
    """A database address is not a PostgreSQL URI. The text never repeats the address: it holds a password."""

    code = "DATABASE_URL"


def socket_url(user: str, password: Secret, directory: str, database: str, *, port: int = 5432, **options: str) -> str:
    """A libpq URI for a Unix socket in `directory`. The result holds the plain password."""
    query = urlencode({"host": directory, "port": str(port), **options}, quote_via=quote, safe="")
    credentials = f"{quote(user, safe='')}:{quote(password.reveal(), safe='')}"
    return f"postgresql://{credentials}@/{quote(database, safe='')}?{query}"


def parse_conninfo(url: str, *, setting: str = "DATABASE_URL") -> dict[str, str]:
    """The libpq keywords of a PostgreSQL URI, unescaped. Raises DatabaseUrlError, silent about the URI."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise DatabaseUrlError(
            f"{setting} is not a PostgreSQL address.",
            why="It must begin with postgresql:// (PromptAssay runs on PostgreSQL only).",
            next_step=f"Set {setting}=postgresql://USER:PASSWORD@HOST:5432/DATABASE",
        )
    # Imported here: the supervisor process never needs the driver, and it costs 15 MB.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        found = conninfo_to_dict(url)
    except ProgrammingError:
        found = {}
    ports = str(found.get("port") or "").split(",")  # libpq leaves them unchecked, and names them in its errors
    if not found.get("dbname") or not found.get("user") or any(port and not port.isdigit() for port in ports):
        raise DatabaseUrlError(
            f"{setting} cannot be read.",
            why="It needs a user and a database; special characters in a password must be percent-encoded.",
            next_step=f"Set {setting}=postgresql://USER:PASSWORD@HOST:5432/DATABASE",
        )
    return {key: str(value) for key, value in found.items()}


def parse_database_url(url: str, *, setting: str = "DATABASE_URL") -> dict[str, Any]:
    """An entry for Django's DATABASES: NAME, USER, PASSWORD, HOST, PORT, and OPTIONS (sslmode, ...).

    HOST is the socket directory when the URI has `?host=/dir`. Raises DatabaseUrlError.
    """
    found = parse_conninfo(url, setting=setting)
    entry: dict[str, Any] = {"ENGINE": "promptassay.core.database"}
    entry.update({name: found.pop(key, "") for key, name in _DJANGO_NAMES.items()})
    entry["OPTIONS"] = dict(found)
    return entry
