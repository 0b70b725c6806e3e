"""Whether a suite vouches for a content: what a protected label asks before it moves."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from promptassay.core.errors import AppError
from promptassay.evals.models import Case, Cell, Run, RunCase, Suite
from promptassay.evals.queries.runs import fragments_used
from promptassay.prompts.calls import compile_content
from promptassay.prompts.gates import Evidence, GateSuite
from promptassay.prompts.models import Version

_FROZEN = ("case_id", "variables", "expected", "checks")
_CURRENT = ("id", "variables", "expected", "checks")


def gate_suites(prompt_id: UUID) -> list[GateSuite]:
    """The suites in use of a prompt, by name."""
    suites = Suite.objects.filter(prompt_id=prompt_id, archived_at=None).order_by("name", "id")
    return [GateSuite(suite.id, suite.name, suite.threshold) for suite in suites]


def evidence_of(suite_id: UUID, content_hash: str) -> Evidence | None:
    """What the newest finished run of the suite on this very content says; it alone decides.

    It vouches for the content when it ran the suite as it is now (the same cases, checks, rubric and judge, at least
    as many repeats) with the fragments of now, and for each of its models the share of cells that passed reaches the
    suite's threshold. A cell in error, or without a verdict, has not passed. None without such a run, or when the
    suite is archived or gone.
    """
    suite = Suite.objects.filter(pk=suite_id, archived_at=None).first()
    if suite is None:
        return None
    hashed = Version.objects.filter(prompt_id=suite.prompt_id, content_hash=content_hash)
    version_ids = list(hashed.values_list("pk", flat=True))
    run = _newest_run(suite, version_ids)
    if run is None:
        return None
    rate = _lowest_rate(run, version_ids)
    ran = {each["id"] for each in run.config["versions"]}
    problem = _outdated(suite, run) or _other_fragments(run, hashed.filter(pk__in=ran)) or _too_low(suite, rate)
    return Evidence(
        passed=not problem,
        run_id=run.id,
        run_number=run.number,
        pass_rate=rate,
        at=run.finished_at or run.created_at,
        problem=problem,
    )


def _newest_run(suite: Suite, version_ids: Iterable[UUID]) -> Run | None:
    """The finished run that ended last with one of these versions in it; unfinished ones say nothing."""
    holds = Q(pk__in=[])
    for version_id in version_ids:
        holds |= Q(config__contains={"versions": [{"id": str(version_id)}]})
    finished = Run.objects.filter(holds, suite=suite, status=Run.Status.FINISHED)
    return finished.order_by("-finished_at", "-number").first()


def _lowest_rate(run: Run, version_ids: list[UUID]) -> float:
    """The pass rate of the model that did worst on these versions, from 0 to 1; 0 without cells."""
    rows = (
        Cell.objects.filter(run=run, version_id__in=version_ids)
        .values("model_index")
        .annotate(total=Count("pk"), good=Count("pk", filter=Q(passed=True, status=Cell.Status.DONE)))
        .order_by()
    )
    return min((row["good"] / row["total"] for row in rows), default=0.0)


def _too_low(suite: Suite, rate: float) -> str:
    if rate >= suite.threshold and rate > 0:
        return ""
    return f"It passed {_percent(rate)}; the suite wants {_percent(suite.threshold)}."


def _outdated(suite: Suite, run: Run) -> str:
    """Why a run says nothing about the suite as it is now; empty when it does."""
    config: dict[str, Any] = run.config
    judge = config.get("judge")
    changed = {
        "checks": config["checks"] != suite.checks,
        "rubric": config["rubric"] != suite.rubric,
        "judge": suite.rubric is not None and (judge["reference"] if judge else "") != suite.judge,
        "cases": _frozen_cases(run) != _current_cases(suite),
    }
    parts = [name for name, differs in changed.items() if differs]
    if parts:
        return f"The suite's {' and '.join(parts)} changed since that run."
    if config["repeats"] < suite.repeats:
        return f"It repeated each case {config['repeats']} times; the suite wants {suite.repeats}."
    return ""


def _other_fragments(run: Run, versions: Iterable[Version]) -> str:
    """Why the same content would be sent as another text now: its fragments; empty when it would not."""
    for version in versions:
        then = {(each["slug"], each["number"]) for each in fragments_used(run, version.id)}
        try:
            now = {(each.slug, each.number) for each in compile_content(version).fragments_used}
        except AppError:
            return "Its fragments cannot be resolved any more."
        if names := sorted({slug for slug, _ in then ^ now}):
            return f"The fragment{'s' if len(names) > 1 else ''} {', '.join(names)} changed since that run."
    return ""


def _frozen_cases(run: Run) -> dict[UUID, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in RunCase.objects.filter(run=run).values_list(*_FROZEN)}


def _current_cases(suite: Suite) -> dict[UUID, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in Case.objects.filter(suite=suite).values_list(*_CURRENT)}


def _percent(rate: float) -> str:
    """A rate as a page says it, rounded down so that 89.96 % never reads as the 90 % that it missed."""
    return f"{int(rate * 1000 + 1e-9) / 10:g} %"
