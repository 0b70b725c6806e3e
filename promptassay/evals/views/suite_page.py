"""What the page of a suite shows, put together for all views that end on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from promptassay.core.errors import AppError
from promptassay.evals import queries
from promptassay.evals.charts import Chart, Point, whiskers
from promptassay.evals.checks import CHECKS, describe_check, parse_check
from promptassay.evals.forms import CASES, ImportForm, SettingsForm
from promptassay.evals.models import Case, Suite
from promptassay.evals.queries.runs import RunLine
from promptassay.evals.rubric import BUILT_IN
from promptassay.evals.statistics import wilson_interval
from promptassay.evals.table import Column, Row, fingerprint
from promptassay.evals.views.models import model_groups
from promptassay.workspaces.access import WorkspaceRequest
from promptassay.workspaces.permissions import Ability

CASES_ON_PAGE: Final = 200
RUNS_SHOWN: Final = 20
_SPARE_ROWS: Final = 3
_BLANK: Final = {"name": "", "description": "", "weight": 1}


@dataclass(frozen=True)
class Field:
    """One cell of the case table as a text area. `column` is what a pasted header calls it."""

    name: str
    column: str
    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True)
class GridRow:
    """One row of the case table; `number` counts from 1, `checks` describes the case's own checks."""

    index: int | str
    number: int | str
    row: Row
    fields: list[Field]
    checks: list["CheckLine"]


@dataclass(frozen=True)
class CheckLine:
    """A stored check in one line, and the fingerprint that says which one was seen."""

    kind: str
    text: str
    was: str


def suite_page(
    request: WorkspaceRequest,
    suite: Suite,
    *,
    status: int = 200,
    section: str = "cases",
    error: AppError | None = None,
    rows: Sequence[Row] | None = None,
    settings_form: SettingsForm | None = None,
    models: Sequence[str] | None = None,
    import_form: ImportForm | None = None,
    rubric: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of a suite; what was typed and refused is given back in `rows`, the forms and `rubric`."""
    columns = queries.columns_of(suite)
    page: Page[Any] = Paginator(range(queries.case_count(suite.id)), CASES_ON_PAGE).get_page(request.GET.get("page"))
    cases = queries.cases_of(suite.id, offset=max(0, page.start_index() - 1), limit=CASES_ON_PAGE)
    shown = rows if rows is not None else queries.rows_of(cases, columns)
    lines = queries.list_runs(suite_id=suite.id, limit=RUNS_SHOWN)
    typed_rubric = rubric if rubric is not None else rubric_as_typed(suite)
    may_write = request.actor.can(Ability.CONTENT_WRITE)
    context = {
        "section": "suites",
        "suite": suite,
        "prompt": suite.prompt,
        "chosen": section,
        "error": error,
        "columns": columns,
        "prefix": CASES,
        "grid": grid_rows(shown, columns, first=page.start_index() or 1, cases=cases),
        "template_row": _grid_row(Row(), "__prefix__", "__number__", columns, []),
        "page_obj": page,
        "import_form": import_form or ImportForm(),
        "checks": described(suite.checks),
        "kinds": list(CHECKS.values()),
        "rubric": typed_rubric,
        "rubric_rows": [*typed_rubric["criteria"], *([_BLANK] * (0 if typed_rubric["criteria"] else 2))],
        "blank_criterion": _BLANK,
        "built_in": BUILT_IN,
        "judge_groups": model_groups([suite.judge] if suite.judge else []),
        "settings_form": settings_form or SettingsForm(initial=_settings(suite)),
        "model_groups": model_groups(models if models is not None else suite.model_refs),
        "runs": lines,
        "history": history(lines, request),
        "may_write": may_write,
        "may_run": request.actor.can(Ability.AI_USE),
        "may_manage": suite.created_by == request.actor.user_id or request.actor.can(Ability.CONTENT_MANAGE),
    }
    return render(request, "evals/suite_show.html", context, status=status)


def grid_rows(rows: Sequence[Row], columns: Sequence[Column], *, first: int, cases: Sequence[Case]) -> list[GridRow]:
    """Rows with their fields, and blank ones at the end for typing on."""
    checks = {case.id: described(case.checks) for case in cases if case.checks}
    spare = 0 if any(row.case_id is None for row in rows) else 1 if rows else _SPARE_ROWS
    whole = [*rows, *(Row() for _ in range(spare))]
    return [
        _grid_row(row, index, first + index, columns, checks.get(row.case_id, []) if row.case_id else [])
        for index, row in enumerate(whole)
    ]


def _grid_row(
    row: Row, index: int | str, number: int | str, columns: Sequence[Column], checks: list[CheckLine]
) -> GridRow:
    start = f"{CASES}-{index}-"
    names = {column.name for column in columns}
    fields = [Field(f"{start}name", _own("name", names), f"Name of case {number}", row.name)]
    for column in columns:
        hint = "" if column.default is None else f"{column.default or 'empty'} (default)"
        label = f"{column.name} of case {number}"
        fields.append(Field(f"{start}v-{column.name}", column.name, label, row.cells.get(column.name, ""), hint))
    fields.append(Field(f"{start}expected", _own("expected", names), f"Expected of case {number}", row.expected))
    return GridRow(index, number, row, fields, checks)


def _own(column: str, names: set[str]) -> str:
    """The header of our own column where a variable has taken its name, as in files."""
    return f"case:{column}" if column in names else column


def described(checks: Sequence[Mapping[str, Any]]) -> list[CheckLine]:
    """Stored checks, one line each; one that a newer version cannot read any more says so."""
    lines = []
    for raw in checks:
        try:
            text = describe_check(parse_check(raw))
        except AppError as problem:
            text = f"{raw.get('kind', 'check')}: {problem.message}"
        lines.append(CheckLine(str(raw.get("kind", "")), text, fingerprint(raw)))
    return lines


def rubric_as_typed(suite: Suite) -> dict[str, Any]:
    """The rubric as its form shows it; without one, no criteria and the usual threshold."""
    stored = suite.rubric or {"criteria": [], "threshold": 7.0}
    return {"criteria": stored["criteria"], "threshold": stored["threshold"], "judge": suite.judge}


def _settings(suite: Suite) -> dict[str, Any]:
    return {
        "name": suite.name,
        "threshold": f"{suite.threshold * 100:.6g}",
        "repeats": suite.repeats,
        "concurrency": suite.concurrency,
    }


def history(lines: Sequence[RunLine], request: WorkspaceRequest) -> Chart | None:
    """The pass rates of the newest dozen finished runs, oldest first; the newest is the accented one."""
    rated = [line for line in lines if line.run.is_over and line.rate is not None][:12][::-1]
    points = []
    for line in rated:
        rate = line.rate or 0.0
        low, high = wilson_interval(rate * line.cases, line.cases)
        url = reverse("evals:run-show", args=[request.workspace.id, line.run.id])
        points.append(Point(f"r{line.run.number}", rate, low, high, url, now=line is rated[-1]))
    return whiskers(points, lines[0].threshold if lines else None) if len(points) > 1 else None
