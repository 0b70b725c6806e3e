"""Reading runs and their cells."""

from decimal import Decimal
from typing import Any, Final

from promptassay.api.operation import Call, Operation, Result, stamp
from promptassay.api.operations.prompts import none_if_empty
from promptassay.api.schemas import (
    Schema,
    choice,
    field,
    flag,
    ident,
    many,
    moment,
    nullable,
    number,
    record,
    ref,
    text,
)
from promptassay.evals.models import Cell, CellOutput, Run
from promptassay.evals.queries import runs as queries
from promptassay.evals.queries.cells import page_of_cells
from promptassay.evals.queries.suites import get_suite
from promptassay.workspaces.permissions import Ability, Scope

GROUP: Final = "Runs"
_MONEY: Final = field("number", "In US dollars.", 0.0042, minimum=0)
COMPONENTS: Final[dict[str, Schema]] = {
    "Run": record(
        "One execution of a suite.",
        id=ident(),
        number=number("Its number within the suite, from 1.", 7, minimum=1),
        suite_id=ident("The suite."),
        suite_name=text("Its name when the run began.", "Smoke test"),
        prompt_id=ident("The prompt."),
        prompt_title=text("Its title when the run began.", "Support triage"),
        status=choice("How it stands.", list(Run.Status.values), "finished"),
        versions=many(number("A version's number.", 3, minimum=1), "The versions that were run."),
        models=many(text("A model.", "gpt-5-mini"), "The models that were run."),
        total=number("How many cells it has.", 48),
        done=number("How many have come to an end, with or without an error.", 48),
        passed=number("How many passed.", 45),
        errors=number("How many ended in an error, which is no verdict.", 0),
        pass_rate=nullable(field("number", "Passed among those with a verdict.", 0.9375)),
        threshold=field("number", "The pass rate that is wanted.", 0.9),
        calls=number("Calls of models, repeats and judge included.", 96),
        cost_usd=_MONEY,
        message=nullable(text("Why it stopped, if it did.", "")),
        created_at=moment("When it was started."),
        started_at=nullable(moment("When the first cell began.")),
        finished_at=nullable(moment("When it was over.")),
    ),
    "Cell": record(
        "One case on one version and model.",
        id=ident(),
        position=number("Its place, from 0.", 0),
        case_id=ident("The case, as it was when the run began."),
        case_name=nullable(text("Its name.", "double charge")),
        version_number=number("The version.", 3, minimum=1),
        model=text("The model.", "gpt-5-mini"),
        repeat=number("Which repeat, from 0.", 0),
        status=choice("How it stands.", list(Cell.Status.values), "done"),
        passed=nullable(flag("Its verdict; null without one.", True)),
        score=nullable(field("number", "The judge's score, 0 to 1.", 0.8)),
        error_kind=nullable(text("The kind of its error.", "rate_limited")),
        output=nullable(text("What the model answered.", "urgent")),
        checks=many(
            {
                "type": "object",
                "description": "A check and how it went.",
                "examples": [{"kind": "contains", "passed": True}],
            },
            "What the checks found.",
        ),
        first_token_ms=nullable(number("Milliseconds to the first word.", 310)),
        total_ms=nullable(number("Milliseconds to the end.", 900)),
        input_tokens=nullable(number("Tokens sent.", 212)),
        output_tokens=nullable(number("Tokens received.", 3)),
        cost_usd=nullable(_MONEY),
    ),
}


def _money(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def run_shape(line: queries.RunLine) -> dict[str, Any]:
    """A run and how it stands."""
    run = line.run
    return {
        "id": str(run.id),
        "number": run.number,
        "suite_id": str(run.suite_id),
        "suite_name": line.suite_name,
        "prompt_id": str(run.prompt_id),
        "prompt_title": line.prompt_title,
        "status": run.status,
        "versions": line.versions,
        "models": line.models,
        "total": run.total,
        "done": run.done,
        "passed": run.passed,
        "errors": run.errors,
        "pass_rate": line.rate,
        "threshold": line.threshold,
        "calls": run.calls,
        "cost_usd": _money(run.cost_usd),
        "message": none_if_empty(run.message),
        "created_at": stamp(run.created_at),
        "started_at": stamp(run.started_at),
        "finished_at": stamp(run.finished_at),
    }


def _cell(run: Run, cell: Cell, output: CellOutput | None) -> dict[str, Any]:
    return {
        "id": str(cell.id),
        "position": cell.position,
        "case_id": str(cell.run_case.case_id),
        "case_name": none_if_empty(cell.run_case.name),
        "version_number": cell.version.number,
        "model": run.config["models"][cell.model_index]["model"],
        "repeat": cell.repeat,
        "status": cell.status,
        "passed": cell.passed,
        "score": cell.score,
        "error_kind": none_if_empty(cell.error_kind),
        "output": output.output if output else None,
        "checks": output.checks if output else [],
        "first_token_ms": cell.first_token_ms,
        "total_ms": cell.total_ms,
        "input_tokens": cell.input_tokens,
        "output_tokens": cell.output_tokens,
        "cost_usd": _money(cell.cost_usd),
    }


def _list(call: Call) -> Result:
    suite = get_suite(call.id("suite_id"))
    start = (call.page - 1) * call.per_page
    lines = queries.list_runs(suite_id=suite.id, offset=start, limit=call.per_page)
    return Result([run_shape(line) for line in lines], total=queries.run_count(suite_id=suite.id))


def _show(call: Call) -> Result:
    return Result(run_shape(queries.line_of(queries.get_run(call.id("run_id")))))


def _cells(call: Call) -> Result:
    run = queries.get_run(call.id("run_id"))
    rows = page_of_cells(run, page=call.page, per_page=call.per_page)
    return Result([_cell(run, cell, output) for cell, output in rows], total=run.total)


def _reads(path: str, name: str, summary: str, answer: str, handler: Any, **more: Any) -> Operation:
    scope, ability = Scope.EVALS_READ, Ability.CONTENT_READ
    return Operation("GET", path, name, GROUP, summary, scope, ability, ref(answer), handler, **more)


OPERATIONS: Final = (
    _reads("/suites/{suite_id}/runs", "listRuns", "A suite's runs, newest first.", "Run", _list, listed=True),
    _reads("/runs/{run_id}", "getRun", "One run and how it stands.", "Run", _show),
    _reads("/runs/{run_id}/cells", "listCells", "A run's cells in order, with outputs.", "Cell", _cells, listed=True),
)
