"""Doctor's look from inside the application: migrations, the wall between workspaces, data classes, master key."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict

from promptassay.config.findings import Finding, info, ok, problem

_PEOPLE_ASKED = 50  # enough to meet workspaces with a data key; each costs two small transactions


def main() -> int:
    """Print the findings as JSON, for `promptassay doctor`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptassay.config.settings")
    import django

    django.setup()
    findings = [*_migrations(), *_isolation(), *_data_classes(), *_master_key()]
    sys.stdout.write(json.dumps([asdict(finding) for finding in findings]))
    return 0


def _migrations() -> Iterator[Finding]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if waiting:
        yield problem("migrations", f"{len(waiting)} migrations are waiting.", "Run: promptassay migrate")
    else:
        yield ok("migrations", "Every migration is applied.")


def _isolation() -> Iterator[Finding]:
    """The same look at PostgreSQL's catalogue that the build's isolation test takes."""
    from django.db import connection

    from promptassay.core.catalogue import isolation_problems

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        found = isolation_problems(cursor, app_role=cursor.fetchall()[0][0])
    for sentence in found:
        yield problem("isolation", f"The wall between workspaces: {sentence}.", "See docs/isolation.md, and mend it.")
    if not found:
        yield ok("isolation", "Row security, policies, references and rights are those that the product made.")


def _data_classes() -> Iterator[Finding]:
    """The columns of the live database, compared with those that the page “What we store” tells of."""
    from django.db import connection

    from promptassay.core import stored

    with connection.cursor() as cursor:
        found = stored.problems(cursor)
        number = len(stored.stored_columns(cursor))
    for sentence in found:
        yield problem(
            "data_classes",
            f"What is stored: {sentence}.",
            "A column added by hand belongs into a schema of its own; one that is missing: promptassay migrate",
        )
    if not found:
        yield ok("data_classes", f"Each of the {number} columns has a data class.")


def _master_key() -> Iterator[Finding]:
    """The data keys name the master key that wraps them; read in people's own workspaces."""
    from django.conf import settings
    from django.db import DatabaseError

    from promptassay.workspaces.master_keys import in_use

    try:
        named, used = _master_ids(), in_use()
    except DatabaseError:
        return  # a schema that does not fit; the migrations' finding says so
    if used is not None:
        named.add(used.master_id)
    if not named:
        return
    given = settings.MASTER_KEYS.ids
    if named - set(given):
        yield problem(
            "master_key",
            "The master key is not the one that wraps the data keys: provider keys under another one cannot be read.",
            "Set PROMPTASSAY_MASTER_KEY (or the file in the data directory) to the key used before; during a rotation, "
            "PROMPTASSAY_MASTER_KEY_PREVIOUS. See: promptassay keys status",
        )
    elif named != {given[0]}:
        yield info(
            "master_key",
            "Workspaces' data keys are still wrapped by a previous master key.",
            "To finish the rotation: promptassay keys rotate",
        )
    else:
        yield ok("master_key", "The master key is the one that wraps the workspaces' data keys.")


def _master_ids() -> set[str]:
    """The names of the master keys found in the data keys of the first people's workspaces."""
    from promptassay.accounts.models import User
    from promptassay.core.tenancy import with_person, with_workspace
    from promptassay.workspaces.models import DataKey, Membership

    named: set[str] = set()
    for person in User.objects.order_by("pk").values_list("pk", flat=True)[:_PEOPLE_ASKED]:
        with with_person(person):
            workspaces = list(Membership.objects.filter(user_id=person).values_list("workspace_id", flat=True))
        for workspace in workspaces:
            with with_workspace(workspace):
                named |= set(DataKey.objects.values_list("master_id", flat=True))
    return named


if __name__ == "__main__":
    sys.exit(main())
