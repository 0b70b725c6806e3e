"""Between playground and suites: values of cases to try, and keeping what was tried as a case."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from promptassay.core.errors import AppError, Conflict, NotFound, ValidationFailed
from promptassay.core.http import is_htmx, uuid_or_not_found
from promptassay.evals import queries
from promptassay.evals.models import Suite
from promptassay.evals.queries.values import cases_by_suite
from promptassay.evals.services.keep import keep_case
from promptassay.language.values import as_texts
from promptassay.prompts.forms import read_values
from promptassay.prompts.models import Prompt
from promptassay.prompts.queries import get_prompt
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

NEW = "new"


@workspace_view(Ability.CONTENT_READ, "GET")
def case_values(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The cases of a prompt by suite, to fill the playground's variables from one."""
    prompt = get_prompt(prompt_id)
    context = {"section": "suites", "prompt": prompt, "groups": cases_by_suite(prompt.id)}
    template = "evals/case_values.html#choice" if is_htmx(request) else "evals/case_values.html"
    return render(request, template, context)


@workspace_view(Ability.CONTENT_READ, "GET")
def case_fill(request: WorkspaceRequest, suite_id: UUID, case_id: UUID) -> HttpResponse:
    """The values of one case as JSON: every variable as the text that stands in for it."""
    suite = queries.get_suite(suite_id)
    case = queries.get_case(suite.id, case_id)
    return JsonResponse({"name": case.name, "suite": suite.name, "values": as_texts(case.variables)})


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def case_keep(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The question which suite, and the answer: the case is there, with a link to it."""
    prompt = get_prompt(prompt_id)
    if request.method == "GET":
        return _form(request, prompt, {"suite": "", "suite_name": "", "name": ""})
    chosen = request.POST.get("suite", NEW)
    suite = None if chosen == NEW else _suite_of(prompt, uuid_or_not_found(chosen))
    try:
        kept = keep_case(
            request.actor,
            prompt,
            suite=suite,
            suite_name=request.POST.get("suite_name", ""),
            name=request.POST.get("name", ""),
            values=read_values(request.POST),
            expected=request.POST.get("expected", "") if request.POST.get("with_expected") else "",
        )
    except (ValidationFailed, Conflict) as problem:
        typed = {name: request.POST.get(name, "") for name in ("suite", "suite_name", "name", "with_expected")}
        return _form(request, prompt, typed, problem)
    return _answer(request, prompt, {"kept": kept, "cases": queries.case_count(kept.id)}, 200)


def _form(
    request: WorkspaceRequest, prompt: Prompt, typed: dict[str, str], problem: AppError | None = None
) -> HttpResponse:
    lines = queries.list_suites(prompt_id=prompt.id)
    context = {"suites": lines, "typed": typed, "problem": problem}
    return _answer(request, prompt, context, problem.status if problem else 200)


def _answer(request: WorkspaceRequest, prompt: Prompt, context: dict[str, Any], status: int) -> HttpResponse:
    template = "evals/case_keep.html#keep" if is_htmx(request) else "evals/case_keep.html"
    return render(request, template, {"section": "suites", "prompt": prompt, **context}, status=status)


def _suite_of(prompt: Prompt, suite_id: UUID) -> Suite:
    suite = queries.get_suite(suite_id)
    if suite.prompt_id != prompt.id:
        raise NotFound()
    return suite
