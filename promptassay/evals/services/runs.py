"""Starting, cancelling and deleting runs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from promptassay.audit.services import record
from promptassay.core.errors import Conflict
from promptassay.core.jobs import enqueue
from promptassay.evals.models import Cell, CellOutput, Run, RunCase, Suite
from promptassay.evals.queries.runs import LIVE
from promptassay.evals.services.plan import Plan, plan_run
from promptassay.prompts.models import Version
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

# A UUIDv7 as core.ids makes it: random bits, the first six bytes the milliseconds, version 4 made 7.
_UUID7 = """encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
    substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid"""

_COPY_CASES = f"""
    INSERT INTO evals_runcase (id, workspace_id, run_id, case_id, position, name, variables, expected, checks)
    SELECT {_UUID7}, workspace_id, %s, id, row_number() OVER (ORDER BY position, id) - 1, name, variables,
           expected, checks
    FROM evals_case WHERE suite_id = %s
"""  # noqa: S608 (the only thing put in is a constant)

_CREATE_CELLS = f"""
    INSERT INTO evals_cell (id, workspace_id, run_id, run_case_id, version_id, position, model_index, repeat,
                            status, attempt, error_kind)
    SELECT {_UUID7}, c.workspace_id, c.run_id, c.id, v.id,
           row_number() OVER (ORDER BY c.position, v.place, m.index, r.repeat) - 1, m.index, r.repeat,
           'queued', 0, ''
    FROM evals_runcase c
    CROSS JOIN unnest(%s::uuid[]) WITH ORDINALITY AS v(id, place)
    CROSS JOIN generate_series(0, %s::int - 1) AS m(index)
    CROSS JOIN generate_series(0, %s::int - 1) AS r(repeat)
    WHERE c.run_id = %s
"""  # noqa: S608


def start_run(
    actor: Actor,
    suite: Suite,
    *,
    versions: Sequence[Version],
    models: Sequence[str],
    repeats: int | None = None,
    threshold: float | None = None,
    concurrency: int | None = None,
    reason: Mapping[str, Any] | None = None,
) -> Run:
    """Freeze the suite into a queued run with all its cells and enqueue its job, or raise and write nothing.

    models: model references. Cells are numbered from 0 by case, version (as in `config`), model, repeat;
    `model_index` and `repeat` count from 0. What is not given comes from the suite. `reason` is kept with the run:
    what set it off. Raises as `plan_run`.
    """
    actor.require(Ability.AI_USE)
    with transaction.atomic():
        locked = Suite.objects.select_for_update(of=("self",)).select_related("prompt").get(pk=suite.pk)
        plan = plan_run(
            locked,
            versions=versions,
            models=models,
            repeats=repeats,
            threshold=threshold,
            concurrency=concurrency,
        )
        run = _create(actor, replace(plan, reason=dict(reason or {})))
        enqueue("evals.drive_run", workspace_id=actor.workspace_id, run_id=run.id)
        record(
            actor,
            "run.started",
            target=("run", run.id),
            data={
                "suite": str(locked.id),
                "number": run.number,
                "versions": [each.number for each in plan.versions],
                "models": [each.reference for each in plan.models],
                "cells": run.total,
            },
        )
    return run


def _create(actor: Actor, plan: Plan) -> Run:
    """Insert the run, its frozen cases and its cells: three statements, whatever the number of cells."""
    last = Run.objects.filter(suite=plan.suite).aggregate(last=Max("number"))["last"] or 0
    run = Run.objects.create(
        workspace_id=actor.workspace_id,
        suite=plan.suite,
        prompt_id=plan.suite.prompt_id,
        number=last + 1,
        config=plan.config(),
        total=plan.total,
        created_by=actor.user_id,
    )
    version_ids: list[UUID] = [each.id for each in plan.versions]
    with connection.cursor() as cursor:
        cursor.execute(_COPY_CASES, [run.id, plan.suite.id])
        cursor.execute(_CREATE_CELLS, [version_ids, len(plan.models), plan.repeats, run.id])
    return run


def cancel_run(actor: Actor, run: Run) -> Run:
    """Stop a run: open cells are cancelled, what is done stays. Raises Conflict when the run is over.

    The engine notices within two seconds and drops the calls in flight.
    """
    actor.require(Ability.AI_USE)
    with transaction.atomic():
        current = Run.objects.select_for_update().get(pk=run.pk)
        if current.is_over:
            raise Conflict(
                "The run is over, so there is nothing to cancel.",
                next_step="Look at its results, or run again.",
            )
        current.status = Run.Status.CANCELLED
        current.finished_at = datetime.now(UTC)
        current.save(update_fields=["status", "finished_at"])
        open_cells = Cell.objects.filter(run=current, status__in=[Cell.Status.QUEUED, Cell.Status.LEASED])
        stopped = open_cells.update(status=Cell.Status.CANCELLED, lease_token=None, leased_until=None)
        record(
            actor,
            "run.cancelled",
            target=("run", current.id),
            data={"number": current.number, "cells_not_run": stopped},
        )
    return current


def delete_run(actor: Actor, run: Run) -> None:
    """Remove a run with its cases, cells and outputs at once; a running one has to be cancelled first.

    A member deletes only runs that they started; others need `content.manage`.
    """
    actor.require(Ability.CONTENT_WRITE if run.created_by == actor.user_id else Ability.CONTENT_MANAGE)
    with transaction.atomic():
        current = Run.objects.select_for_update().get(pk=run.pk)
        if current.status in LIVE:
            raise Conflict("The run is still going.", next_step="Cancel it first, then delete it.")
        # In bulk and in this order: Django's own cascade would load every row first.
        for model in (CellOutput, Cell, RunCase):
            rows = model._base_manager.filter(run=current)
            rows._raw_delete(rows.db)
        record(
            actor,
            "run.deleted",
            target=("run", current.id),
            data={"number": current.number, "suite": str(current.suite_id), "cells": current.total},
        )
        current.delete()
