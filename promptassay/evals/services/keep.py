"""Keeping what was tried in the playground as a case of a suite."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.evals.case_files import CaseRow
from promptassay.evals.limits import MAX_CASE_NAME, MAX_VALUE
from promptassay.evals.models import Case, Suite
from promptassay.evals.services.cases import import_cases
from promptassay.evals.services.suites import create_suite
from promptassay.prompts.models import Prompt
from promptassay.workspaces.actor import Actor


def keep_case(
    actor: Actor,
    prompt: Prompt,
    *,
    suite: Suite | None,
    suite_name: str,
    name: str,
    values: Mapping[str, str],
    expected: str = "",
) -> Suite:
    """Add a case behind those of the suite, or of a new one named `suite_name` where none is given.

    ValidationFailed with `details` by field for texts that cannot be stored, Conflict for an archived suite.
    """
    return _keep(actor, prompt, suite, suite_name, [CaseRow(name.strip(), dict(values), expected)], rename=False)


def keep_cases(actor: Actor, prompt: Prompt, *, suite: Suite | None, suite_name: str, rows: Sequence[CaseRow]) -> Suite:
    """As `keep_case`, for several that nobody named by hand: a name that is taken gets a number behind it."""
    return _keep(actor, prompt, suite, suite_name, rows, rename=True)


def _keep(
    actor: Actor, prompt: Prompt, suite: Suite | None, suite_name: str, rows: Sequence[CaseRow], *, rename: bool
) -> Suite:
    for row in rows:
        _check({"name": row.name, "expected": row.expected, **row.variables}, row.name)
    with transaction.atomic():
        if suite is None:
            suite = create_suite(actor, prompt, name=suite_name)
        elif suite.archived_at is not None:
            raise Conflict(
                f"The suite “{suite.name}” is archived.", next_step="Restore it first, or choose another suite."
            )
        import_cases(actor, suite, _renamed(suite, rows) if rename else rows)
    return suite


def _renamed(suite: Suite, rows: Sequence[CaseRow]) -> list[CaseRow]:
    """The same cases under names that are free in the suite."""
    taken = set(Case.objects.filter(suite=suite).values_list("name", flat=True))
    found = []
    for row in rows:
        name, number = row.name, 2
        while name and name in taken:
            name, number = f"{row.name[: MAX_CASE_NAME - 6]} ({number})", number + 1
        taken.add(name)
        found.append(replace(row, name=name))
    return found


def _check(texts: Mapping[str, str], name: str) -> None:
    if len(name) > MAX_CASE_NAME:
        problem = f"The name has {len(name):,} characters; {MAX_CASE_NAME} fit."
        raise ValidationFailed("The case was not kept.", why=problem, details={"name": problem})
    for label, text in texts.items():
        if "\0" in text:
            raise ValidationFailed("The case was not kept.", why=f"“{label[:80]}” holds a NUL character.")
        if len(text) > MAX_VALUE:
            why = f"“{label[:80]}” has {len(text):,} characters; {MAX_VALUE:,} fit."
            raise ValidationFailed("The case was not kept.", why=why)
