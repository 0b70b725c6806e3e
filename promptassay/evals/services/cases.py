"""Saving the case table and importing cases, so that two people at once lose nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Max

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.evals.case_files import CaseRow
from promptassay.evals.limits import MAX_CASE_NAME, MAX_CASES, MAX_CASES_PER_SAVE, MAX_VALUE
from promptassay.evals.models import Case, Suite
from promptassay.evals.table import Column, Row, merged, row_of
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

_UPDATE = """
    UPDATE evals_case c SET name = e.name, variables = e.variables, expected = e.expected
    FROM jsonb_to_recordset(%s::jsonb) AS e(id uuid, name text, variables jsonb, expected text)
    WHERE c.id = e.id AND c.suite_id = %s
"""
_BATCH = 2000


@dataclass(frozen=True)
class Saved:
    """What saving the table did, in cases; `kept` were changed by somebody else meanwhile and left so."""

    added: int
    changed: int
    removed: int
    kept: int


class CasesConflict(Conflict):
    """Somebody changed the same cases meanwhile; `rows` holds all that was typed, with what collided."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)
        names = [row.name or "without a name" for row in rows if row.problem]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        super().__init__(
            f"Nothing was saved: somebody else changed {len(names)} of the same cases meanwhile.",
            why=f"They are {', '.join(f'“{each}”' for each in names[:3])}{more}.",
            next_step="Look at the marked rows. Save again to keep what you typed, or reload to take theirs.",
        )


class RowsRefused(ValidationFailed):
    """Some rows cannot be stored; `rows` holds everything typed, with a problem at each of them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)
        bad = [row.problem for row in rows if row.problem]
        super().__init__(
            f"Nothing was saved: {len(bad)} of the rows cannot be stored.",
            why=bad[0],
            next_step="Mend the marked rows and save again.",
        )


@dataclass
class _Changes:
    new: list[Case]
    changed: list[dict[str, Any]]
    removed: list[UUID]
    kept: int = 0


def save_cases(actor: Actor, suite: Suite, rows: Sequence[Row], columns: Sequence[Column]) -> Saved:
    """Apply the edits of a posted table; rows that were not posted stay as they are.

    A row counts as edited when it differs from what its page showed (`was`). If somebody else changed the
    same case meanwhile, nothing is saved and CasesConflict carries all rows back, ready to be saved again on
    purpose. RowsRefused for rows that cannot be stored. At most 5,000 rows.
    """
    actor.require(Ability.CONTENT_WRITE)
    _check_rows(rows)
    with transaction.atomic():
        Suite.objects.select_for_update().get(pk=suite.pk)
        posted = [row.case_id for row in rows if row.case_id]
        stored = {case.id: case for case in Case.objects.filter(suite=suite, pk__in=posted)}
        changes = _Changes([], [], [])
        for row in rows:
            _sort_in(row, stored.get(row.case_id) if row.case_id else None, columns, changes)
        if any(row.problem for row in rows):
            raise CasesConflict(rows)
        _check_names(suite, rows, changes)
        _number(actor, suite, changes.new, [each["name"] for each in changes.changed])
        _write(suite, changes)
        saved = Saved(len(changes.new), len(changes.changed), len(changes.removed), changes.kept)
        if saved.added or saved.changed or saved.removed:
            counts = {"added": saved.added, "changed": saved.changed, "removed": saved.removed}
            record(actor, "suite.cases_changed", target=("suite", suite.id), data=counts)
    return saved


def import_cases(actor: Actor, suite: Suite, rows: Sequence[CaseRow], *, replace: bool = False) -> int:
    """Append the cases of a file, or put them in place of all there are; returns how many came in.

    Raises ValidationFailed, and brings in nothing, when two cases would have one name.
    """
    actor.require(Ability.CONTENT_WRITE)
    with transaction.atomic():
        Suite.objects.select_for_update().get(pk=suite.pk)
        if replace:
            Case.objects.filter(suite=suite).delete()
        cases = [Case(name=row.name, variables=dict(row.variables), expected=row.expected) for row in rows]
        _refuse_taken(suite, [case.name for case in cases if case.name])
        _number(actor, suite, cases)
        Case.objects.bulk_create(cases, batch_size=_BATCH)
        record(
            actor,
            "suite.cases_imported",
            target=("suite", suite.id),
            data={"added": len(cases), "replaced": replace},
        )
    return len(cases)


def _check_rows(rows: Sequence[Row]) -> None:
    if len(rows) > MAX_CASES_PER_SAVE:
        raise ValidationFailed(
            f"The table has {len(rows):,} rows; {MAX_CASES_PER_SAVE:,} can be saved at once.",
            next_step="Upload them as a CSV file instead.",
        )
    for row in rows:
        row.problem = "" if row.remove else _problem(row)
    if any(row.problem for row in rows):
        raise RowsRefused(rows)


def _problem(row: Row) -> str:
    if len(row.name) > MAX_CASE_NAME:
        return f"The name has {len(row.name):,} characters; {MAX_CASE_NAME} fit."
    for label, text in (("name", row.name), ("expected", row.expected), *row.cells.items()):
        if "\0" in text:
            return f"“{label}” holds a NUL character."
        if len(text) > MAX_VALUE:
            return f"“{label}” has {len(text):,} characters; {MAX_VALUE:,} fit."
    return ""


def _sort_in(row: Row, case: Case | None, columns: Sequence[Column], changes: _Changes) -> None:
    """Decide what one row means, given the case as it is now."""
    if row.case_id is None:
        if not row.remove and not row.is_blank:
            changes.new.append(Case(name=row.name, variables=merged({}, row.cells), expected=row.expected))
        return
    edited = row.remove or row.digest != row.was
    if case is None:
        if edited and not row.remove:
            row.case_id, row.was = None, ""
            row.problem = "Somebody deleted this case meanwhile. Save again to add it as a new one."
        return
    now = row_of(case.id, case.name, case.variables, case.expected, columns)
    if not edited or (row.digest == now.digest and not row.remove):
        changes.kept += row.digest != now.digest
    elif row.was != now.digest:
        row.was, row.problem = now.digest, _difference(row, now)
    elif row.remove:
        changes.removed.append(case.id)
    else:
        values = merged(case.variables, row.cells)
        changes.changed.append({"id": case.id, "name": row.name, "variables": values, "expected": row.expected})


def _check_names(suite: Suite, rows: Sequence[Row], changes: _Changes) -> None:
    """Refuse an edit that gives a case the name of another; cases that share one from before may stay."""
    edited = {each["id"]: each["name"] for each in changes.changed}
    gone = {*edited, *changes.removed}
    there = Case.objects.filter(suite=suite).exclude(pk__in=gone)
    taken = set(there.values_list("name", flat=True))
    unchanged = set(Case.objects.filter(suite=suite, pk__in=edited).values_list("pk", "name")) & set(edited.items())
    kept_names = {case_id for case_id, _ in unchanged}
    for row in rows:
        is_new = row.case_id is None and not row.remove and not row.is_blank
        if not row.name or not (is_new or row.case_id in edited):
            continue
        if row.name in taken and row.case_id not in kept_names:
            row.problem = f"Another case is named “{_short(row.name)}”. Give this one a name of its own."
        taken.add(row.name)
    if any(row.problem for row in rows):
        raise RowsRefused(rows)


def _refuse_taken(suite: Suite, names: Sequence[str]) -> None:
    there = set(Case.objects.filter(suite=suite, name__in=names).values_list("name", flat=True))
    twice = [name for name, number in Counter(names).items() if number > 1 or name in there]
    if twice:
        problem = f"Another case is named “{_short(twice[0])}”."
        raise ValidationFailed(
            "Nothing was added: two cases would have one name.",
            why=problem,
            next_step="Choose another name, or leave it empty to have it numbered.",
            details={"name": problem},
        )


def _difference(row: Row, now: Row) -> str:
    """What the other person made of it, for the one who now has to choose."""
    if row.remove:
        return "Somebody changed this case meanwhile. Save again to remove it all the same."
    theirs = {"name": now.name, "expected": now.expected, **now.cells}
    mine = {"name": row.name, "expected": row.expected, **row.cells}
    parts = [f"{each} is now “{_short(theirs.get(each, ''))}”" for each in mine if mine[each] != theirs.get(each)]
    return f"Somebody changed this case meanwhile: {'; '.join(parts)}. Save again to keep yours."


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _number(actor: Actor, suite: Suite, cases: list[Case], renamed: Sequence[str] = ()) -> None:
    """Put new cases behind those that are there; `renamed` are the names that others get in the same breath."""
    there = Case.objects.filter(suite=suite)
    last = there.aggregate(last=Max("position"))["last"]
    if cases and there.count() + len(cases) > MAX_CASES:
        raise ValidationFailed(
            f"The suite would have more than {MAX_CASES:,} cases.", next_step="Split it into several suites."
        )
    unnamed = [case for case in cases if not case.name]
    taken = {*renamed, *(case.name for case in cases)} | (
        set(there.values_list("name", flat=True)) if unnamed else set()
    )
    number = 0
    for position, case in enumerate(cases, 0 if last is None else last + 1):
        case.id, case.workspace_id, case.suite, case.position = uuid7(), actor.workspace_id, suite, position
        if not case.name:  # by its place, or the next number that is free
            number = max(number, position) + 1
            while f"Case {number}" in taken:
                number += 1
            case.name = f"Case {number}"


def _write(suite: Suite, changes: _Changes) -> None:
    Case.objects.bulk_create(changes.new, batch_size=_BATCH)
    if changes.removed:
        Case.objects.filter(suite=suite, pk__in=changes.removed).delete()
    if changes.changed:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [orjson.dumps(changes.changed).decode(), suite.id])
