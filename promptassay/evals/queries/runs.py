"""Reading runs and what they froze."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from promptassay.core.errors import NotFound
from promptassay.evals.models import Run, RunCase
from promptassay.fragments.queries import WorkspaceFragments, source
from promptassay.prompts.models import Version

LIVE = (Run.Status.QUEUED, Run.Status.RUNNING)


@dataclass(frozen=True)
class RunLine:
    """A run as a list shows it: its counters and the names that its config froze."""

    run: Run
    suite_name: str
    prompt_title: str
    versions: list[int]
    models: list[str]
    threshold: float

    @property
    def cases(self) -> int:
        """How many cases the run froze."""
        config = self.run.config
        return int(self.run.total / (len(config["versions"]) * len(config["models"]) * config["repeats"]))

    @property
    def judged(self) -> int:
        """How many cells have a verdict: done without an error."""
        return self.run.done - self.run.errors

    @property
    def has_verdicts(self) -> bool:
        """Whether its cells are judged at all: by checks or a rubric of the suite, or it shows in the counters."""
        return bool(self.run.config["checks"] or self.run.config["rubric"] or self.run.passed)

    @property
    def rate(self) -> float | None:
        """The share of cells with a verdict that passed; None before the first, or when nothing is checked."""
        return self.run.passed / self.judged if self.judged > 0 and self.has_verdicts else None


def live_run_count() -> int:
    """How many runs are waiting or running; for the rail of every page."""
    return Run.objects.filter(status__in=LIVE).count()


def live_lines(*, limit: int) -> list[RunLine]:
    """The runs that wait or go on, the newest first."""
    return [line_of(run) for run in Run.objects.filter(status__in=LIVE).order_by("-created_at", "-id")[:limit]]


def get_run(run_id: UUID) -> Run:
    """One run with its suite; NotFound when there is none."""
    run = Run.objects.select_related("suite", "prompt").filter(pk=run_id).first()
    if run is None:
        raise NotFound()
    return run


def run_count(*, status: str = "", suite_id: UUID | None = None) -> int:
    """How many runs there are, in one status or of one suite if given."""
    runs = Run.objects.filter(status=status) if status else Run.objects.all()
    return (runs if suite_id is None else runs.filter(suite_id=suite_id)).count()


def list_runs(*, suite_id: UUID | None = None, status: str = "", offset: int = 0, limit: int = 50) -> list[RunLine]:
    """Runs, newest first, of one suite or in one status if given."""
    runs = Run.objects.order_by("-created_at", "-id")
    if suite_id is not None:
        runs = runs.filter(suite_id=suite_id)
    if status:
        runs = runs.filter(status=status)
    return [line_of(run) for run in runs[offset : offset + limit]]


def line_of(run: Run) -> RunLine:
    """A run as lists show it."""
    config: dict[str, Any] = run.config
    return RunLine(
        run=run,
        suite_name=config["suite_name"],
        prompt_title=config["prompt_title"],
        versions=[each["number"] for each in config["versions"]],
        models=[each["model"] for each in config["models"]],
        threshold=config["threshold"],
    )


def run_cases(run_id: UUID, *, offset: int = 0, limit: int | None = None) -> list[RunCase]:
    """A run's frozen cases in order, or a part of them."""
    cases = RunCase.objects.filter(run_id=run_id).order_by("position")
    return list(cases[offset : None if limit is None else offset + limit])


def versions_by_id(version_ids: Iterable[UUID | str]) -> dict[UUID, Version]:
    """Versions by their ids."""
    return Version.objects.in_bulk([UUID(str(each)) for each in version_ids])


def frozen_fragments(run: Run) -> WorkspaceFragments:
    """The fragments as the run froze them: a reference without a pin means the version that was newest at its start."""
    return source(newest=run.config.get("fragments", {}).get("newest", {}))


def fragments_used(run: Run, version_id: UUID) -> list[dict[str, Any]]:
    """The slugs and numbers of the fragments that take part in one of the run's versions."""
    used: dict[str, list[dict[str, Any]]] = run.config.get("fragments", {}).get("used", {})
    return used.get(str(version_id), [])
