"""Probe of the register of stored data: every column of the live database has its class."""

from django.db import connection

from promptassay.core import stored
from promptassay.trust.probes import Canaries, Outcome, progress

SHOWN = 5


def classed(canaries: Canaries) -> Outcome:
    """The live catalogue against the register: columns without a class, declared ones that are not there, JSON that
    does not say what is inside.
    """
    with connection.cursor() as cursor:
        columns = stored.stored_columns(cursor)
        problems = stored.problems(cursor)
    progress.tell(f"{len(columns)} columns compared, {len(problems)} differ")
    counts = {
        "tables": len({table for table, _ in columns}),
        "columns": len(columns),
        "weaknesses": len(problems),
    }
    return Outcome("failed" if problems else "held", counts, "; ".join(problems[:SHOWN]))
