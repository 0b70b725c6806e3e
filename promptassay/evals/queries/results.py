"""A run's results, summed up by the database: columns (version x model), cases, errors and criteria.

No statement here loads outputs: what a list shows comes from the cells, and judge scores are averaged in SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from promptassay.evals.models import Run, RunCase
from promptassay.evals.statistics import PassRate, wilson_interval

SHOW: Final = {
    "all": "true",
    "failed": "failed",
    "errors": "errors",
    "flaky": "flaky",
    "differ": "differ",
    "open": "waiting",
}
"""Which cases a table shows, and the column of `_CASES` that says so."""

_WORDS: Final = {"wait": "waiting", "live": "running", "cancelled": "not run"}

# Repeats of one case are alike: a case's share of passed repeats is one observation (see statistics.pass_rate).
_COLUMNS = """
    WITH shares AS (
      SELECT version_id, model_index, run_case_id, count(*) FILTER (WHERE passed IS NOT NULL) AS judged,
             count(*) FILTER (WHERE passed) AS passed
      FROM evals_cell WHERE run_id = %(run)s GROUP BY version_id, model_index, run_case_id
    ), rates AS (
      SELECT version_id, model_index, coalesce(sum(passed::float8 / nullif(judged, 0)), 0) AS passed_cases,
             count(*) FILTER (WHERE judged > 0) AS cases,
             count(*) FILTER (WHERE passed > 0 AND passed < judged) AS flaky
      FROM shares GROUP BY version_id, model_index
    )
    SELECT c.version_id, c.model_index, count(*) AS total, count(*) FILTER (WHERE c.passed) AS passed,
           count(*) FILTER (WHERE NOT c.passed) AS failed, count(*) FILTER (WHERE c.status = 'error') AS errors,
           sum(c.cost_usd) AS cost, avg(c.score) AS score,
           percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY c.total_ms) AS times,
           sum(c.input_tokens) AS input_tokens, sum(c.output_tokens) AS output_tokens,
           min(r.passed_cases) AS passed_cases, min(r.cases) AS cases, min(r.flaky) AS flaky
    FROM evals_cell c JOIN rates r USING (version_id, model_index)
    WHERE c.run_id = %(run)s GROUP BY c.version_id, c.model_index
"""
_TIMES = """
    SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY total_ms)
    FROM evals_cell WHERE run_id = %(run)s
"""
_CASES = """
    WITH shares AS (
      SELECT run_case_id, min(position) AS place, count(*) FILTER (WHERE passed IS NOT NULL) AS judged,
             count(*) FILTER (WHERE passed) AS passed,
             count(*) FILTER (WHERE status = 'error') AS errors,
             count(*) FILTER (WHERE status IN ('queued', 'leased', 'cancelled')) AS waiting
      FROM evals_cell WHERE run_id = %(run)s GROUP BY run_case_id, version_id, model_index
    ), cases AS (
      SELECT run_case_id, min(place) AS place, bool_or(passed < judged) AS failed, bool_or(errors > 0) AS errors,
             bool_or(passed > 0 AND passed < judged) AS flaky, bool_or(waiting > 0) AS waiting,
             max(passed::float8 / nullif(judged, 0)) > min(passed::float8 / nullif(judged, 0)) AS differ
      FROM shares GROUP BY run_case_id
    )
"""
_COUNTS = f"""{_CASES}
    SELECT count(*), count(*) FILTER (WHERE failed), count(*) FILTER (WHERE errors), count(*) FILTER (WHERE flaky),
           count(*) FILTER (WHERE differ), count(*) FILTER (WHERE waiting)
    FROM cases
"""  # noqa: S608
_PAGE = f"""{_CASES}
    SELECT run_case_id FROM cases
    WHERE CASE %(show)s WHEN 'failed' THEN failed WHEN 'errors' THEN errors WHEN 'flaky' THEN flaky
                        WHEN 'differ' THEN differ WHEN 'open' THEN waiting ELSE true END
    ORDER BY place LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608
_CELLS = """
    SELECT id, run_case_id, version_id, model_index, repeat, status, passed, score, error_kind
    FROM evals_cell WHERE run_id = %(run)s AND run_case_id = ANY(%(cases)s) ORDER BY position
"""
_ERRORS = """
    SELECT kind, total, (SELECT o.error FROM evals_output o WHERE o.cell_id = first_cell)
    FROM (SELECT error_kind AS kind, count(*) AS total, (array_agg(id ORDER BY position))[1] AS first_cell
          FROM evals_cell WHERE run_id = %(run)s AND status = 'error' GROUP BY error_kind) AS kinds
    ORDER BY total DESC, kind
"""
_CRITERIA = """
    SELECT c.version_id, c.model_index, s.entry ->> 'criterion', avg((s.entry ->> 'score')::float8), count(*)
    FROM evals_output o JOIN evals_cell c ON c.id = o.cell_id
    CROSS JOIN LATERAL jsonb_array_elements(o.judgement -> 'scores') AS s(entry)
    WHERE o.run_id = %(run)s AND o.judgement IS NOT NULL AND c.passed IS NOT NULL
    GROUP BY c.version_id, c.model_index, s.entry ->> 'criterion'
"""
_CASE_CRITERIA = """
    SELECT c.run_case_id, s.entry ->> 'criterion', avg((s.entry ->> 'score')::float8)
    FROM evals_cell c JOIN evals_output o ON o.cell_id = c.id
    CROSS JOIN LATERAL jsonb_array_elements(o.judgement -> 'scores') AS s(entry)
    WHERE c.run_id = %(run)s AND c.run_case_id = ANY(%(cases)s) AND o.judgement IS NOT NULL AND c.passed IS NOT NULL
    GROUP BY c.run_case_id, s.entry ->> 'criterion'
"""


@dataclass(frozen=True)
class RunColumn:
    """One version x model of a run: counts of cells, the pass rate over cases, money in US dollars, times in ms."""

    version_id: UUID
    version: int
    model_index: int
    model: str
    total: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    flaky: int = 0
    cost: Decimal | None = None
    score: float | None = None
    p50: float | None = None
    p95: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    rate: PassRate = field(default_factory=lambda: PassRate(0, 0, None, wilson_interval(0, 0)))

    @property
    def waiting(self) -> int:
        """Cells that are still to come, or were cancelled."""
        return self.total - self.passed - self.failed - self.errors


@dataclass(frozen=True)
class CellMark:
    """One cell in the table of cases. `state`: pass, fail, error, done (no verdict), wait, live or cancelled."""

    id: UUID
    repeat: int
    state: str
    score: float | None
    error_kind: str

    @property
    def word(self) -> str:
        """The state as people read it."""
        return _WORDS.get(self.state, self.state)


@dataclass(frozen=True)
class CellGroup:
    """The repeats of one case in one column, and what they come to together."""

    marks: list[CellMark]

    @property
    def state(self) -> str:
        """pass when every verdict is good, fail when one is not, else error or wait."""
        states = {mark.state for mark in self.marks}
        for state in ("fail", "pass", "error"):
            if state in states:
                return state
        return "wait"

    @property
    def words(self) -> str:
        """How many repeats passed of those with a verdict, and whether they disagree."""
        judged = [mark.state == "pass" for mark in self.marks if mark.state in ("pass", "fail")]
        if not judged:
            return self.marks[0].word if self.marks else ""
        flaky = ", flaky" if len(set(judged)) > 1 else ""
        return f"{sum(judged)} of {len(judged)}{flaky}"


@dataclass(frozen=True)
class CaseLine:
    """A frozen case and its marks, one list for each column of the run."""

    case: RunCase
    marks: list[list[CellMark]]

    @property
    def groups(self) -> list[CellGroup]:
        """The marks with what they come to."""
        return [CellGroup(marks) for marks in self.marks]


@dataclass(frozen=True)
class ErrorKind:
    """The errors of one kind, with the first one's words and what to do next."""

    kind: str
    total: int
    message: str
    why: str
    next_step: str


def columns(run: Run) -> list[RunColumn]:
    """Every version x model of a run in the order of its config, each with its results so far."""
    found = {(row[0], row[1]): row[2:] for row in _rows(_COLUMNS, run=run.id)}
    result = []
    for version in run.config["versions"]:
        for index, model in enumerate(run.config["models"]):
            version_id = UUID(version["id"])
            row = found.get((version_id, index))
            result.append(_column(version_id, version["number"], index, model["model"], row))
    return result


def _column(version_id: UUID, number: int, index: int, model: str, row: Sequence[Any] | None) -> RunColumn:
    if row is None:
        return RunColumn(version_id, number, index, model)
    total, passed, failed, errors, cost, score, times, tokens_in, tokens_out, passed_cases, cases, flaky = row
    passed_cases = min(float(passed_cases), float(cases))
    return RunColumn(
        version_id=version_id,
        version=number,
        model_index=index,
        model=model,
        total=total,
        passed=passed,
        failed=failed,
        errors=errors,
        flaky=flaky,
        cost=cost,
        score=score,
        p50=times[0] if times else None,
        p95=times[1] if times else None,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        rate=PassRate(
            passed_cases, cases, passed_cases / cases if cases else None, wilson_interval(passed_cases, cases)
        ),
    )


def latencies(run: Run) -> tuple[float | None, float | None]:
    """Median and 95th percentile of the time of a run's calls, in milliseconds."""
    times = _rows(_TIMES, run=run.id)[0][0]
    return (times[0], times[1]) if times else (None, None)


def case_counts(run: Run) -> dict[str, int]:
    """How many cases each filter of the table would show."""
    return dict(zip(SHOW, _rows(_COUNTS, run=run.id)[0], strict=True))


def case_lines(run: Run, of: Sequence[RunColumn], *, show: str, offset: int, limit: int) -> list[CaseLine]:
    """A page of the table of cases, in order. show: a key of SHOW."""
    if show == "all":
        cases = list(RunCase.objects.filter(run=run).order_by("position")[offset : offset + limit])
    else:
        found = [row[0] for row in _rows(_PAGE, run=run.id, show=show, offset=offset, limit=limit)]
        cases = list(RunCase.objects.filter(pk__in=found).order_by("position"))
    ids = [case.id for case in cases]
    places = {(column.version_id, column.model_index): place for place, column in enumerate(of)}
    marks: dict[UUID, list[list[CellMark]]] = {case_id: [[] for _ in of] for case_id in ids}
    for cell_id, case_id, version_id, model_index, repeat, status, passed, score, kind in _rows(
        _CELLS, run=run.id, cases=ids
    ):
        mark = CellMark(cell_id, repeat, state_of(status, passed), score, kind)
        marks[case_id][places[version_id, model_index]].append(mark)
    return [CaseLine(case, marks[case.id]) for case in cases]


def state_of(status: str, passed: bool | None) -> str:
    """A cell's state in a word: pass, fail, error, done, wait, live, cancelled."""
    if status == "done":
        return "done" if passed is None else "pass" if passed else "fail"
    return {"queued": "wait", "leased": "live"}.get(status, status)


def error_kinds(run: Run) -> list[ErrorKind]:
    """A run's errors by kind, most frequent first."""
    found = []
    for kind, total, error in _rows(_ERRORS, run=run.id):
        said = orjson.loads(error) if error else {}  # Django hands JSON from a plain cursor over as text
        words = [str(said.get(name) or "") for name in ("message", "why", "next_step")]
        found.append(ErrorKind(kind, total, *words))
    return found


def criterion_means(run: Run) -> dict[str, dict[tuple[UUID, int], float]]:
    """The judge's mean score (0 to 10) by criterion, then by (version id, model index)."""
    means: dict[str, dict[tuple[UUID, int], float]] = {}
    if run.config["rubric"] is None:
        return means
    for version_id, model_index, criterion, mean, _ in _rows(_CRITERIA, run=run.id):
        means.setdefault(criterion, {})[version_id, model_index] = mean
    return means


def case_criterion_means(run: Run, case_ids: Sequence[UUID]) -> dict[UUID, dict[str, float]]:
    """The judge's mean score (0 to 10) by case, then by criterion, over all columns and repeats."""
    means: dict[UUID, dict[str, float]] = {}
    if run.config["rubric"] is None or not case_ids:
        return means
    for case_id, criterion, mean in _rows(_CASE_CRITERIA, run=run.id, cases=list(case_ids)):
        means.setdefault(case_id, {})[criterion] = mean
    return means


def _rows(statement: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
