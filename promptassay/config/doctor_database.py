"""Doctor's look at PostgreSQL: reachable, version, clock, pooler; and, through `doctor_rights`, the roles."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from promptassay.config import roles
from promptassay.config.database_url import DatabaseUrlError, parse_conninfo
from promptassay.config.doctor_rights import Connection, Names, check_app, check_owner, quoted, value
from promptassay.config.findings import Finding, info, ok, problem, warning
from promptassay.core.secret import Secret

_LEAST_VERSION = 150_000
# The first minor release of each line without CVE-2025-8713 (statistics that pass row security by).
_SAFE_MINOR = {15: 14, 16: 10, 17: 6}
_MOST_SKEW = 5.0  # seconds; sign-in codes, leases and signed links are off beyond it


@dataclass(frozen=True)
class Addresses:
    """The database as the two roles see it; `direct` is the app role past a pooler."""

    app: Secret
    owner: Secret | None
    direct: Secret | None


def check_database(addresses: Addresses, *, now: Callable[[], float] = time.time) -> list[Finding]:
    """Every finding about the database. `now` is this machine's clock, in seconds since 1970."""
    findings: list[Finding] = []
    app = _connect("DATABASE_URL", addresses.app, findings)
    if app is None:
        return findings
    with app:
        owner = _owner_name(addresses, app)
        # Asked of the server: some poolers want a longer name in the address.
        names = Names(str(value(app, "SELECT current_user")), owner, app.info.dbname)
        findings += _version(app)
        findings += _encoding(app)
        findings += _clock(app, now)
        findings += check_app(app, names)
        findings += _pooler(app, addresses)
    if addresses.owner is not None:
        connection = _connect("DATABASE_OWNER_URL", addresses.owner, findings)
        if connection is not None:
            with connection:
                findings += check_owner(connection, names)
    else:
        findings.append(
            info(
                "owner",
                "DATABASE_OWNER_URL is not set here: migrations must run elsewhere.",
                "Set DATABASE_OWNER_URL where `promptassay migrate` runs.",
            )
        )
    return findings


def _connect(setting: str, address: Secret, findings: list[Finding]) -> Connection | None:
    name = "app" if setting == "DATABASE_URL" else "owner"
    try:
        found = parse_conninfo(address.reveal(), setting=setting)
        connection = psycopg.connect(address.reveal(), autocommit=True, connect_timeout=5, prepare_threshold=None)
    except DatabaseUrlError as error:
        findings.append(problem(f"{name}:reachable", f"{error.message} {error.why}", error.next_step))
        return None
    except psycopg.OperationalError as error:
        reason = str(error).replace("\n", " ").strip() or "no answer"
        mend = (
            f"Check host, port, database and password in {setting}. "
            "Roles and database are made by: promptassay doctor --print-sql"
        )
        if "permission denied for database" in reason:
            mend = f"GRANT CONNECT ON DATABASE {quoted(found['dbname'])} TO {quoted(found['user'])};"
        findings.append(problem(f"{name}:reachable", f"The database cannot be reached by {setting}: {reason}", mend))
        return None
    findings.append(ok(f"{name}:reachable", f"The database answers to {setting}, as role {connection.info.user}."))
    return connection


def _owner_name(addresses: Addresses, app: Connection) -> str:
    """The owner role's name: from its address, else whoever owns the database."""
    if addresses.owner is not None:
        try:
            return parse_conninfo(addresses.owner.reveal(), setting="DATABASE_OWNER_URL")["user"]
        except DatabaseUrlError:
            pass
    found = app.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()").fetchone()
    name = str(found[0]) if found else ""
    return roles.OWNER_ROLE if name in ("", app.info.user) else name


def _version(app: Connection) -> Iterator[Finding]:
    number = app.info.server_version
    major, minor = divmod(number, 10_000)
    if number < _LEAST_VERSION:
        yield problem("version", f"PostgreSQL {major}.{minor} is too old.", "Upgrade to PostgreSQL 15 or newer.")
    elif minor < _SAFE_MINOR.get(major, 0):
        yield warning(
            "version",
            f"PostgreSQL {major}.{minor} lets statistics pass row security by (CVE-2025-8713).",
            f"Upgrade to {major}.{_SAFE_MINOR[major]} or newer.",
        )
    else:
        yield ok("version", f"PostgreSQL {major}.{minor}.")


def _encoding(app: Connection) -> Iterator[Finding]:
    encoding = value(app, "SHOW server_encoding")
    if encoding != "UTF8":
        yield problem(
            "encoding",
            f"The database's encoding is {encoding}: it cannot hold every text.",
            "Make the database anew, in UTF8: promptassay doctor --print-sql",
        )


def _clock(app: Connection, now: Callable[[], float]) -> Iterator[Finding]:
    before = now()
    there = float(value(app, "SELECT extract(epoch FROM clock_timestamp())"))
    skew = there - (before + now()) / 2
    if abs(skew) > _MOST_SKEW:
        side = "behind" if skew > 0 else "ahead of"
        yield problem(
            "clock",
            f"This machine's clock ({datetime.fromtimestamp(before, UTC):%Y-%m-%d %H:%M:%S} UTC) is "
            f"{abs(skew):.0f} s {side} the database's.",
            "Set both clocks by NTP, for example: timedatectl set-ntp true",
        )
    else:
        yield ok("clock", f"The clocks differ by {abs(skew):.1f} s.")


def _pooler(app: Connection, addresses: Addresses) -> Iterator[Finding]:
    """Workers need LISTEN, which a transaction-mode pooler does not carry."""
    direct_differs = addresses.direct is not None and addresses.direct != addresses.app
    if not _shares_sessions(app, addresses.app):
        yield ok("pooler", "No transaction-mode pooler stands in between.")
        return
    mend = "Set DATABASE_DIRECT_URL to the app role's address at PostgreSQL itself."
    if not direct_differs or addresses.direct is None:
        yield warning(
            "pooler",
            "DATABASE_URL goes through a transaction-mode pooler, and DATABASE_DIRECT_URL is not set: "
            "jobs and live progress are polled, not pushed.",
            mend,
        )
        return
    try:
        with psycopg.connect(
            addresses.direct.reveal(), autocommit=True, connect_timeout=5, prepare_threshold=None
        ) as direct:
            shared = _shares_sessions(direct, addresses.direct)
    except psycopg.OperationalError as error:
        yield problem("pooler", f"DATABASE_DIRECT_URL cannot be reached: {error}".strip(), mend)
        return
    if shared:
        yield warning("pooler", "DATABASE_DIRECT_URL goes through a transaction-mode pooler too.", mend)
    else:
        yield ok("pooler", "DATABASE_URL goes through a transaction-mode pooler, DATABASE_DIRECT_URL past it.")


def _shares_sessions(connection: Connection, address: Secret) -> bool:
    """Whether a second client is served by the session of a first, idle one: that is transaction mode."""
    first = value(connection, "SELECT pg_backend_pid()")
    with psycopg.connect(address.reveal(), autocommit=True, connect_timeout=5, prepare_threshold=None) as second:
        return bool(value(second, "SELECT pg_backend_pid()") == first)
