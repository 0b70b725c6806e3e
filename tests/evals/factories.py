"""Small makers of prompts, suites, cases and runs, inside the workspace of a given actor."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from promptassay.core.ids import uuid7
from promptassay.evals.models import Case, Cell, CellOutput, Run, RunCase, Suite
from promptassay.evals.services import start_run
from promptassay.prompts.models import Prompt, Version
from promptassay.workspaces.actor import Actor

DEMO = "demo/demo-small"
DEMO_LARGE = "demo/demo-large"
_numbers = count(1)


def make_prompt(actor: Actor, *, title: str = "", texts: Sequence[str] = ("Sort {{ticket}}.",)) -> Prompt:
    """A prompt with one version for each text, each a single user message."""
    number = next(_numbers)
    prompt = Prompt.objects.create(
        workspace_id=actor.workspace_id,
        title=title or f"Prompt {number}",
        slug=f"prompt-{number}-{uuid7().hex[-6:]}",
        created_by=actor.user_id,
        updated_at=datetime.now(UTC),
    )
    for text in texts:
        add_version(actor, prompt, text)
    return prompt


def add_version(actor: Actor, prompt: Prompt, text: str) -> Version:
    """The next version of a prompt."""
    prompt.current_version += 1
    prompt.save(update_fields=["current_version"])
    return Version.objects.create(
        workspace_id=actor.workspace_id,
        prompt=prompt,
        number=prompt.current_version,
        author_id=actor.user_id,
        messages=[{"role": "user", "content": text}],
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        content_length=len(text),
    )


def make_suite(actor: Actor, prompt: Prompt | None = None, *, cases: int = 2, **fields: Any) -> Suite:
    """A suite that expects `refund` in the answers to tickets numbered from 1."""
    fields.setdefault("name", f"Suite {next(_numbers)}")
    fields.setdefault("checks", [{"kind": "contains", "values": ["refund"]}])
    fields.setdefault("model_refs", [DEMO])
    suite = Suite.objects.create(
        workspace_id=actor.workspace_id,
        prompt=prompt or make_prompt(actor),
        created_by=actor.user_id,
        **fields,
    )
    for number in range(cases):
        add_case(actor, suite, {"ticket": f"Ticket {number + 1}"}, position=number)
    return suite


def add_case(
    actor: Actor,
    suite: Suite,
    variables: Mapping[str, str],
    *,
    position: int = 0,
    name: str = "",
    expected: str = "",
    checks: Sequence[Mapping[str, Any]] = (),
) -> Case:
    """One case of a suite."""
    return Case.objects.create(
        workspace_id=actor.workspace_id,
        suite=suite,
        position=position,
        name=name or f"Case {position + 1}",
        variables=dict(variables),
        expected=expected,
        checks=list(checks),
    )


def make_run(actor: Actor, suite: Suite | None = None, *, models: Sequence[str] = (DEMO,), repeats: int = 1) -> Run:
    """A queued run of all versions of a suite's prompt."""
    suite = suite or make_suite(actor)
    versions = list(Version.objects.filter(prompt_id=suite.prompt_id).order_by("number"))
    return start_run(actor, suite, versions=versions, models=models, repeats=repeats)


def finish_run(run: Run, verdicts: Mapping[int, bool | str], *, output: str = "We refund you.") -> Run:
    """Store a result in each cell as the engine would, without calling a model.

    verdicts: by position of the cell, whether it passed, or the kind of its error; the others pass.
    """
    now = datetime.now(UTC)
    cells = list(Cell.objects.filter(run=run).order_by("position"))
    outputs = []
    for cell in cells:
        verdict = verdicts.get(cell.position, True)
        failed = isinstance(verdict, str)
        cell.status = Cell.Status.ERROR if failed else Cell.Status.DONE
        cell.passed = None if failed else bool(verdict)
        cell.error_kind = verdict if isinstance(verdict, str) else ""
        cell.total_ms, cell.first_token_ms = 100 + cell.position, 20
        cell.input_tokens, cell.output_tokens, cell.finished_at = 10, 5, now
        outputs.append(_output(run, cell, verdict, output))
    Cell.objects.bulk_update(
        cells,
        [
            "status",
            "passed",
            "error_kind",
            "total_ms",
            "first_token_ms",
            "input_tokens",
            "output_tokens",
            "finished_at",
        ],
    )
    CellOutput.objects.bulk_create(outputs)
    run.status, run.started_at, run.finished_at = Run.Status.FINISHED, now, now
    run.done = run.calls = len(cells)
    run.errors = sum(1 for cell in cells if cell.status == Cell.Status.ERROR)
    run.passed = sum(1 for cell in cells if cell.passed)
    run.save()
    return run


def _output(run: Run, cell: Cell, verdict: bool | str, output: str) -> CellOutput:
    if isinstance(verdict, str):
        error = {
            "kind": verdict,
            "message": "The provider refused.",
            "why": "Too many calls.",
            "next_step": "Wait.",
        }
        return CellOutput(workspace_id=run.workspace_id, run=run, cell=cell, output="", error=error)
    check = {"kind": "contains", "passed": verdict, "explanation": "The output holds `refund`."}
    return CellOutput(
        workspace_id=run.workspace_id,
        run=run,
        cell=cell,
        output=output,
        finish_reason="stop",
        checks=[check],
    )


__all__ = [
    "DEMO",
    "DEMO_LARGE",
    "RunCase",
    "add_case",
    "add_version",
    "finish_run",
    "make_prompt",
    "make_run",
    "make_suite",
]
