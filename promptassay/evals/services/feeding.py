"""Taking a variable out of all cases of a prompt, when its text no longer has it."""

from typing import Final
from uuid import UUID

from django.db import connection, transaction

from promptassay.audit.services import record
from promptassay.evals.models import Suite
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

_DROP: Final = "UPDATE evals_case SET variables = variables - %s::text WHERE suite_id = %s AND variables ? %s"


def drop_variable(actor: Actor, prompt_id: UUID, name: str) -> int:
    """Take a variable and its values out of the cases of a prompt's suites in use; returns how many cases had it.

    Runs keep the values they were made with. One audit record for each suite that changed.
    """
    actor.require(Ability.CONTENT_WRITE)
    total = 0
    with transaction.atomic():
        suites = Suite.objects.select_for_update().filter(prompt_id=prompt_id, archived_at=None).order_by("pk")
        for suite in suites:
            with connection.cursor() as cursor:
                cursor.execute(_DROP, [name, suite.id, name])
                changed = cursor.rowcount
            if changed:
                counts = {"added": 0, "changed": changed, "removed": 0, "dropped": name}
                record(actor, "suite.cases_changed", target=("suite", suite.id), data=counts)
            total += changed
    return total
