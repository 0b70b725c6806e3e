"""Brings the database to this version's schema as the owner role, and gives the app role its rights."""

import os
import sys
from typing import Final

# One number for all servers that may start at the same moment: only one of them migrates, the others wait.
_ADVISORY_LOCK: Final = 7_021_906_118
_LOCK_TIMEOUT: Final = "5s"  # a migration that cannot get its lock gives way instead of stopping everyone


def main(*, check: bool = False, quiet: bool = False) -> int:
    """Migrate, as the owner role; or with `check`, as the app role, exit 1 when migrations wait."""
    os.environ["PROMPTASSAY_DB_ROLE"] = "app" if check else "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptassay.config.settings")
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    if check:
        return _check()
    from promptassay.core.rls import apply_grants

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [_LOCK_TIMEOUT])
    call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
    apply_grants(_app_role())
    connection.close()
    return 0


def _app_role() -> str:
    """Who the application connects as. The server is asked: some poolers take another name than the role's."""
    import psycopg

    from promptassay.config.environment import load

    url = load().database_url
    if url is None:
        raise RuntimeError("migrate runs with DATABASE_URL set; the embedded database's is set by its starter")
    with psycopg.connect(url.reveal(), connect_timeout=10) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    return str(row[0]) if row else ""


def _check() -> int:
    from django.core.management import call_command

    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit as waiting:
        sys.stderr.write("promptassay: Migrations are waiting.\n")
        return int(waiting.code or 0)
    return 0
