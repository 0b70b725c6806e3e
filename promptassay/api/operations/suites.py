"""Reading suites and their cases."""

from typing import Any, Final

from promptassay.api.operation import Call, Operation, Parameter, Result, sliced, stamp
from promptassay.api.operations.prompts import none_if_empty
from promptassay.api.schemas import (
    Schema,
    anything,
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
from promptassay.evals.models import Case, Suite
from promptassay.evals.queries import suites as queries
from promptassay.workspaces.permissions import Ability, Scope

GROUP: Final = "Suites"
_BASE: Final[dict[str, Schema]] = {
    "id": ident(),
    "name": text("Its name.", "Smoke test"),
    "prompt_id": ident("The prompt that it tests."),
    "prompt_title": text("Its title.", "Support triage"),
    "threshold": field("number", "The pass rate that is wanted.", 0.9, minimum=0, maximum=1),
    "repeats": number("How often each case runs.", 1, minimum=1),
    "archived": flag("Whether it is archived."),
    "created_at": moment("When it was made."),
    "updated_at": moment("When it was changed last."),
}
_CHECK: Final = anything("A check, as `docs/checks.md` describes them.", {"kind": "contains", "value": "urgent"})
COMPONENTS: Final[dict[str, Schema]] = {
    "SuiteSummary": record(
        "A suite in a list.",
        **_BASE,
        cases=number("How many cases it has.", 24),
        runs=number("How many runs it had.", 7),
        last_pass_rate=nullable(field("number", "The pass rate of its last run that is over.", 0.95)),
    ),
    "Suite": record(
        "A suite in full, without its cases.",
        **_BASE,
        cases=number("How many cases it has.", 24),
        checks=many(_CHECK, "Checks that apply to every case."),
        rubric=nullable(
            anything(
                "What the judge looks for.",
                {"criteria": [{"name": "tone", "description": "", "weight": 1}], "threshold": 0.7},
            )
        ),
        judge=nullable(text("The judge's model, as the workspace names it.", "demo/judge")),
        models=many(text("A model.", "demo/echo"), "The models that it runs on."),
    ),
    "Case": record(
        "A case: values, and what is expected of the answer to them.",
        id=ident(),
        position=number("Its place, from 0.", 0),
        name=nullable(text("Its name.", "double charge")),
        variables=anything("Values by name.", {"ticket": "My card was charged twice."}),
        expected=nullable(text("The answer that is expected.", "urgent")),
        checks=many(_CHECK, "Checks of this case alone."),
    ),
}


def _base(suite: Suite, prompt_title: str) -> dict[str, Any]:
    return {
        "id": str(suite.id),
        "name": suite.name,
        "prompt_id": str(suite.prompt_id),
        "prompt_title": prompt_title,
        "threshold": suite.threshold,
        "repeats": suite.repeats,
        "archived": suite.archived_at is not None,
        "created_at": stamp(suite.created_at),
        "updated_at": stamp(suite.updated_at),
    }


def _summary(line: queries.SuiteLine) -> dict[str, Any]:
    counts = {"cases": line.cases, "runs": line.runs, "last_pass_rate": line.last_rate}
    return {**_base(line.suite, line.prompt_title), **counts}


def _case(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.id),
        "position": case.position,
        "name": none_if_empty(case.name),
        "variables": case.variables,
        "expected": none_if_empty(case.expected),
        "checks": case.checks,
    }


def _list(call: Call) -> Result:
    found = queries.list_suites(
        prompt_id=call.query.get("prompt_id"),
        archived=call.query.get("archived", False),
        search=call.query.get("q", ""),
    )
    return sliced(call, found, _summary)


def _show(call: Call) -> Result:
    suite = queries.get_suite(call.id("suite_id"))
    return Result(
        {
            **_base(suite, suite.prompt.title),
            "cases": queries.case_count(suite.id),
            "checks": suite.checks,
            "rubric": suite.rubric,
            "judge": none_if_empty(suite.judge),
            "models": suite.model_refs,
        }
    )


def _cases(call: Call) -> Result:
    suite = queries.get_suite(call.id("suite_id"))
    cases = queries.cases_of(suite.id, offset=(call.page - 1) * call.per_page, limit=call.per_page)
    return Result([_case(each) for each in cases], total=queries.case_count(suite.id))


def _reads(path: str, name: str, summary: str, answer: str, handler: Any, **more: Any) -> Operation:
    scope, ability = Scope.EVALS_READ, Ability.CONTENT_READ
    return Operation("GET", path, name, GROUP, summary, scope, ability, ref(answer), handler, **more)


OPERATIONS: Final = (
    _reads(
        "/suites",
        "listSuites",
        "The suites, by name; at most 500.",
        "SuiteSummary",
        _list,
        listed=True,
        query=(
            Parameter("prompt_id", ident("Of this prompt.")),
            Parameter("q", text("With this in its name or its prompt's title.", "smoke", maxLength=200)),
            Parameter("archived", flag("Archived ones instead of the others.")),
        ),
    ),
    _reads("/suites/{suite_id}", "getSuite", "One suite: checks, rubric, models.", "Suite", _show),
    _reads("/suites/{suite_id}/cases", "listCases", "A suite's cases in order.", "Case", _cases, listed=True),
)
