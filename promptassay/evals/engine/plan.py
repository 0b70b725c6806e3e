"""Everything that a run needs in memory, read once: compiled prompts, cases, checks, rubric and models."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from promptassay.evals.checks import Check, parse_check
from promptassay.evals.models import Run, RunCase
from promptassay.evals.queries.runs import frozen_fragments
from promptassay.evals.rubric import Rubric, parse_rubric
from promptassay.prompts.calls import Compiled, compile_content
from promptassay.prompts.models import Version
from promptassay.providers.queries import ModelChoice
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.queries import belonging


@dataclass(frozen=True)
class PlannedCase:
    """A frozen case with its own checks, ready to run."""

    variables: dict[str, str]
    expected: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class RunPlan:
    """A run, read whole. `models` and the cells' `model_index` go together."""

    run_id: UUID
    actor: Actor
    versions: dict[UUID, Compiled]
    cases: dict[UUID, PlannedCase]
    models: tuple[ModelChoice, ...]
    checks: tuple[Check, ...]
    rubric: Rubric | None
    judge: ModelChoice | None
    concurrency: int
    total: int


def load_plan(workspace_id: UUID, run_id: UUID) -> RunPlan | None:
    """Read a run inside its workspace's context; None when it is gone or over."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None or run.is_over:
        return None
    config = run.config
    version_ids = [UUID(each["id"]) for each in config["versions"]]
    found = {version.id: version for version in Version.objects.filter(pk__in=version_ids)}
    fragments = frozen_fragments(run)
    member = belonging(workspace_id, run.created_by)
    return RunPlan(
        run_id=run.id,
        actor=Actor(run.created_by, workspace_id, member.role, label="run"),
        versions={key: compile_content(version, fragments) for key, version in found.items()},
        cases={case.id: _case(case) for case in RunCase.objects.filter(run=run)},
        models=tuple(_choice(each) for each in config["models"]),
        checks=tuple(parse_check(raw) for raw in config["checks"]),
        rubric=parse_rubric(config["rubric"]) if config["rubric"] else None,
        judge=_choice(config["judge"]) if config["judge"] else None,
        concurrency=max(1, int(config["concurrency"])),
        total=run.total,
    )


def _case(case: RunCase) -> PlannedCase:
    return PlannedCase(
        variables={name: str(value) for name, value in case.variables.items()},
        expected=case.expected,
        checks=tuple(parse_check(raw) for raw in case.checks),
    )


def _choice(raw: dict[str, Any]) -> ModelChoice:
    return ModelChoice(
        reference=raw["reference"],
        model=raw["model"],
        key_name=raw["key_name"],
        provider=raw["provider"],
        host=raw["host"],
        base_url=raw.get("base_url", ""),
    )
