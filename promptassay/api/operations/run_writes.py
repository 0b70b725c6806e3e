"""Starting and cancelling runs."""

from typing import Any, Final

from promptassay.api.operation import Call, Operation, Result
from promptassay.api.operations.runs import GROUP, run_shape
from promptassay.api.schemas import body, field, many, number, ref, text
from promptassay.core.errors import ValidationFailed
from promptassay.evals import services
from promptassay.evals.queries import runs as queries
from promptassay.evals.queries.suites import get_suite
from promptassay.prompts.queries import get_version
from promptassay.workspaces.permissions import Ability, Scope


def _start(call: Call) -> Result:
    suite, sent = get_suite(call.id("suite_id")), call.body
    numbers = sent.get("versions", [suite.prompt.current_version])
    if not all(numbers):
        raise ValidationFailed("The prompt has no version yet.", next_step="Save one, then start the run.")
    run = services.start_run(
        call.actor,
        suite,
        versions=[get_version(suite.prompt, each) for each in dict.fromkeys(numbers)],
        models=sent.get("models", suite.model_refs),
        repeats=sent.get("repeats"),
        threshold=sent.get("threshold"),
    )
    return Result(run_shape(queries.line_of(run)), status=201)


def _cancel(call: Call) -> Result:
    run = services.cancel_run(call.actor, queries.get_run(call.id("run_id")))
    return Result(run_shape(queries.line_of(run)))


def _writes(path: str, name: str, summary: str, handler: Any, **more: Any) -> Operation:
    return Operation(
        "POST", path, name, GROUP, summary, Scope.EVALS_RUN, Ability.AI_USE, ref("Run"), handler, errors=(409,), **more
    )


OPERATIONS: Final = (
    _writes(
        "/suites/{suite_id}/runs",
        "startRun",
        "Start a run of a suite; ask for the run until its status is finished.",
        _start,
        body=body(
            "What to run; what is left out is the newest version, and the suite's own models, repeats and threshold.",
            (),
            versions=many(number("A version's number.", 3, minimum=1), "The versions.", maxItems=20),
            models=many(
                text("A model as the suite names them.", "demo/demo-small", maxLength=200), "The models.", maxItems=20
            ),
            repeats=number("How often each case runs.", 1, minimum=1, maximum=100),
            threshold=field("number", "The pass rate that is wanted.", 0.9, minimum=0, maximum=1),
        ),
        sample=("versions",),
        status=201,
    ),
    _writes("/runs/{run_id}/cancel", "cancelRun", "Stop a run; what is done stays.", _cancel),
)
