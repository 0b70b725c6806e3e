"""A run's results: the page, one cell of it, and the export."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from promptassay.accounts.queries import emails_of
from promptassay.core.errors import AppError
from promptassay.core.http import is_htmx
from promptassay.evals import queries
from promptassay.evals.case_files import CaseRow, write_csv
from promptassay.evals.charts import Chart, Point, whiskers
from promptassay.evals.models import Cell, Run
from promptassay.evals.progress import progress_of
from promptassay.evals.queries import cells, compare, results
from promptassay.evals.queries.compare import Comparison, Side
from promptassay.evals.queries.results import CaseLine, CellMark, RunColumn
from promptassay.evals.queries.runs import fragments_used, frozen_fragments
from promptassay.evals.verdicts import Verdict, against_threshold, evidence, headline
from promptassay.evals.views.cases import download
from promptassay.evals.views.suite_page import described
from promptassay.prompts.calls import compile_content
from promptassay.providers.wire import Message
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

CASES_ON_PAGE: Final = 100
_CHART_COLUMNS: Final = 10
_MARKS_SHOWN: Final = 480


@dataclass(frozen=True)
class ColumnView:
    """A column with its verdict against the run's threshold."""

    column: RunColumn
    verdict: Verdict


@dataclass(frozen=True)
class ComparisonView:
    """The card of a comparison: its words, and what to choose from."""

    comparison: Comparison
    headline: str
    evidence: str
    marks: list[str]
    each_mark: int

    @property
    def unchanged(self) -> int:
        """Paired cases with the same verdict on both sides."""
        paired = self.comparison.paired
        return paired.cases - paired.improved - paired.regressed


@dataclass(frozen=True)
class CriterionRow:
    """A criterion's weight and its mean score in each column (None without a score)."""

    name: str
    weight: float
    means: list[float | None]


@workspace_view(Ability.CONTENT_READ, "GET")
def run_show(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """A run's results so far: pictures first, then cases; while it goes on, the figures are asked for anew."""
    run = queries.get_run(run_id)
    columns = results.columns(run)
    compared = _compare(request, run)
    context = _figures(run, columns, compared["after"])
    if is_htmx(request):
        return render(request, "evals/run_show.html#so_far", context)
    counts = results.case_counts(run)
    show = request.GET.get("show", "all")
    show = show if show in results.SHOW else "all"
    pages: Any = Paginator(range(counts[show]), CASES_ON_PAGE)
    page = pages.get_page(request.GET.get("page"))
    lines = results.case_lines(run, columns, show=show, offset=max(0, page.start_index() - 1), limit=CASES_ON_PAGE)
    context |= {
        "suite": run.suite,
        "counts": [(key, _SHOW_WORDS[key], counts[key]) for key in results.SHOW if _offers(key, counts[key])],
        "show": show,
        "lines": lines,
        "page_obj": page,
        "errors": results.error_kinds(run),
        "progress": progress_of(run),
        "may_run": request.actor.can(Ability.AI_USE),
        "may_manage": run.created_by == request.actor.user_id or request.actor.can(Ability.CONTENT_MANAGE),
        **_criteria(run, columns, lines),
        **compared,
    }
    return render(request, "evals/run_show.html", context)


def _figures(run: Run, columns: list[RunColumn], after: Side | None) -> dict[str, Any]:
    """The figures of a run as a whole and by column; the chart accents the column that is compared."""
    p50, p95 = results.latencies(run)
    return {
        "section": "runs",
        "run": run,
        "config": run.config,
        "prompt": run.prompt,
        "started_by": emails_of([run.created_by]).get(run.created_by, "somebody who left"),
        "columns": [_column_view(run, each) for each in columns],
        "several": len(run.config["models"]) > 1,
        "chart": _chart(columns, run, after),
        "waiting": run.total - run.done,
        "failed": sum(each.failed for each in columns),
        "flaky": sum(each.flaky for each in columns),
        "p50": p50,
        "p95": p95,
        "took_ms": (run.finished_at - run.created_at).total_seconds() * 1000 if run.finished_at else None,
    }


def _column_view(run: Run, column: RunColumn) -> ColumnView:
    return ColumnView(column, against_threshold(column.rate, run.config["threshold"], over=run.is_over))


_SHOW_WORDS: Final = {
    "all": "all",
    "failed": "failed",
    "errors": "errors",
    "flaky": "flaky",
    "differ": "columns differ",
    "open": "not run",
}


def _offers(key: str, count: int) -> bool:
    """Whether a filter is worth a chip: one that would always be empty is not."""
    return key in ("all", "failed") or count > 0


def _chart(columns: list[RunColumn], run: Run, after: Side | None) -> Chart | None:
    rated = [each for each in columns if each.rate.rate is not None]
    if not 2 <= len(rated) <= _CHART_COLUMNS:
        return None
    several = len(run.config["models"]) > 1
    points = [
        Point(
            f"v{each.version}{f'·{each.model_index + 1}' if several else ''}",
            each.rate.rate or 0.0,
            *each.rate.interval,
            now=after is not None
            and (run.id, each.version_id, each.model_index) == (after.run.id, after.version_id, after.model_index),
        )
        for each in rated
    ]
    return whiskers(points, run.config["threshold"], joined=not several)


def _criteria(run: Run, columns: list[RunColumn], lines: list[CaseLine]) -> dict[str, Any]:
    """Mean scores by criterion and column, and by case and criterion for the cases on this page."""
    rubric = run.config["rubric"]
    if rubric is None:
        return {"criteria": [], "case_scores": []}
    means = results.criterion_means(run)
    rows = []
    for each in rubric["criteria"]:
        by_column = means.get(each["name"], {})
        scores = [by_column.get((column.version_id, column.model_index)) for column in columns]
        rows.append(CriterionRow(each["name"], each["weight"], scores))
    by_case = results.case_criterion_means(run, [line.case.id for line in lines])
    case_scores = [
        (line.case, [by_case.get(line.case.id, {}).get(each["name"]) for each in rubric["criteria"]]) for line in lines
    ]
    return {"criteria": rows, "case_scores": case_scores}


def _compare(request: WorkspaceRequest, run: Run) -> dict[str, Any]:
    """The comparison that the address asks for, or the most telling one there is."""
    sides = compare.sides_of(run, compare.earlier_runs(run))
    by_key = {side.key: side for side in sides}
    after = by_key.get(request.GET.get("after", "")) or _default_after(run, sides)
    before = by_key.get(request.GET.get("before", "")) or _default_before(after, sides)
    if after is None or before is None or after.key == before.key:
        return {"sides": sides if len(sides) > 1 else [], "compared": None, "after": after, "before": before}
    found = compare.compare_sides(before, after)
    if found.paired.cases == 0 and not run.is_over:
        return {"sides": [], "compared": None, "after": after, "before": before}
    step = -(-len(found.changes) // _MARKS_SHOWN) or 1  # the changes are sorted, so a sample keeps their shares
    view = ComparisonView(
        comparison=found,
        headline=headline(found),
        evidence=evidence(found),
        marks=found.changes[::step],
        each_mark=step,
    )
    return {"sides": sides, "compared": view, "after": after, "before": before}


def _default_after(run: Run, sides: list[Side]) -> Side | None:
    """The newest version on the first model."""
    own = [side for side in sides if side.run.id == run.id and side.model_index == 0]
    return own[-1] if own else None


def _default_before(after: Side | None, sides: list[Side]) -> Side | None:
    """The version before it in the same run, else its other model, else the same model in the run before."""
    if after is None:
        return None
    own = [side for side in sides if side.run.id == after.run.id and side.key != after.key]
    same_model = [side for side in own if side.model_index == after.model_index]
    if same_model or own:
        return (same_model or own)[-1]
    others = [side for side in sides if side.run.id != after.run.id and side.model == after.model]
    return others[0] if others else None


@workspace_view(Ability.CONTENT_READ, "GET")
def run_cell(request: WorkspaceRequest, run_id: UUID, cell_id: UUID) -> HttpResponse:
    """One cell: what went in, what came out, and what checks and judge said of it."""
    run = queries.get_run(run_id)
    view = cells.get_cell(run, cell_id)
    cell = view.cell
    model = run.config["models"][cell.model_index]
    problem = None
    sent: tuple[Message, ...] = ()
    try:
        compiled = compile_content(cell.version, frozen_fragments(run))
        sent = compiled.request(model["model"], cell.run_case.variables).messages
    except AppError as error:
        problem = error
    context = {
        "section": "runs",
        "run": run,
        "suite": run.suite,
        "prompt": run.prompt,
        "cell": cell,
        "case": cell.run_case,
        "case_checks": described(cell.run_case.checks),
        "state": results.state_of(cell.status, cell.passed),
        "model": model,
        "output": view.output,
        "sent": sent,
        "sent_problem": problem,
        "fragments_used": fragments_used(run, cell.version.id),
        "rubric": run.config["rubric"],
        "view": view,
        "siblings": _siblings(run, cell),
    }
    return render(request, "evals/run_cell.html", context)


def _siblings(run: Run, cell: Cell) -> list[tuple[str, list[CellMark]]]:
    """The cells of the same case: for each column, what it is called and the marks of its repeats."""
    groups: dict[str, list[CellMark]] = {}
    for each in cells.siblings(cell):
        label = f"v{each.version.number} on {run.config['models'][each.model_index]['model']}"
        state = results.state_of(each.status, each.passed)
        groups.setdefault(label, []).append(CellMark(each.id, each.repeat, state, None, each.error_kind))
    return list(groups.items())


_EXPORT: Final = (
    "version", "model", "repeat", "status", "passed", "score", "error", "first_token_ms", "total_ms", "input_tokens",
    "output_tokens", "cost_usd", "output",
)  # fmt: skip


@workspace_view(Ability.CONTENT_READ, "GET")
def run_export(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Every cell with its output as CSV that spreadsheets open safely."""
    run = queries.get_run(run_id)
    numbers = {UUID(each["id"]): each["number"] for each in run.config["versions"]}
    rows = []
    for cell, output in cells.export_cells(run):
        values = (
            f"v{numbers[cell.version_id]}",
            run.config["models"][cell.model_index]["model"],
            cell.repeat + 1,
            cell.status,
            "" if cell.passed is None else "yes" if cell.passed else "no",
            cell.score,
            cell.error_kind,
            cell.first_token_ms,
            cell.total_ms,
            cell.input_tokens,
            cell.output_tokens,
            cell.cost_usd,
            output,
        )
        texts = dict(zip(_EXPORT, ("" if each is None else str(each) for each in values), strict=True))
        rows.append(CaseRow(cell.run_case.name, texts, cell.run_case.expected))
    return download(write_csv(rows, _EXPORT), f"{run.config['suite_name']} r{run.number}.csv")
