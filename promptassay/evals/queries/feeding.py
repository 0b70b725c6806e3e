"""Which variables the cases of a prompt feed: what the lint holds the text against."""

from typing import Final
from uuid import UUID

from django.db import connection

CASES_READ: Final = 500
# Not one by one: a value may be as long as a book, and the lint asks at every pause in typing.
_NAMES: Final = """
    SELECT DISTINCT key
    FROM (
        SELECT c.variables FROM evals_case c JOIN evals_suite s ON s.id = c.suite_id
        WHERE s.prompt_id = %s AND s.archived_at IS NULL ORDER BY c.position LIMIT %s
    ) AS cases, LATERAL jsonb_object_keys(cases.variables) AS key
    ORDER BY key
"""


def fed_names(prompt_id: UUID) -> list[str]:
    """The names that cases in suites in use give values for, in alphabetical order; the first 500 cases are read."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [prompt_id, CASES_READ])
        return [row[0] for row in cursor.fetchall()]
