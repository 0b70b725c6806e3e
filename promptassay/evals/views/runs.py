"""Starting, listing, following, cancelling and deleting runs."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import AppError
from promptassay.core.http import StreamResponse, is_htmx
from promptassay.evals import queries, services
from promptassay.evals.estimates import estimate
from promptassay.evals.forms import RunForm
from promptassay.evals.models import Run, Suite
from promptassay.evals.progress import follow
from promptassay.evals.services import Plan
from promptassay.evals.views.models import model_groups, offered
from promptassay.prompts.models import Version
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

RUNS_ON_PAGE: Final = 50
_VERSIONS_OPEN: Final = 6


@workspace_view(Ability.AI_USE, "GET", "POST")
def run_create(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """Choose versions and models, see how many calls that is, and start."""
    suite = queries.get_suite(suite_id)
    versions = queries.versions_of(suite.prompt_id)
    data = request.POST if request.method == "POST" else request.GET
    chosen = data.getlist("versions") or (_first_versions(versions) if request.method == "GET" else [])
    models = data.getlist("models") or (suite.model_refs if request.method == "GET" and "repeats" not in data else [])
    groups = model_groups(models)
    form = RunForm(
        {"versions": chosen, "models": models, "repeats": data.get("repeats") or suite.repeats},
        versions=[(str(each.id), str(each)) for each in versions],
        models=offered(groups),
    )
    wanted = [each for each in versions if str(each.id) in chosen]
    plan, error = _plan(suite, form, wanted)
    if request.method == "POST" and error is None and plan is not None:
        run = services.start_run(
            request.actor,
            suite,
            versions=plan.versions,
            models=[each.reference for each in plan.models],
            repeats=plan.repeats,
        )
        return redirect("evals:run-show", request.workspace.id, run.id)
    context = {
        "section": "suites",
        "suite": suite,
        "prompt": suite.prompt,
        "form": form,
        "versions": [(each, str(each.id) in chosen) for each in versions[:_VERSIONS_OPEN]],
        "older": [(each, str(each.id) in chosen) for each in versions[_VERSIONS_OPEN:]],
        "older_open": any(str(each.id) in chosen for each in versions[_VERSIONS_OPEN:]),
        "model_groups": groups,
        "plan": plan,
        "estimate": estimate(plan) if plan is not None else None,
        "error": error,
    }
    if is_htmx(request) and request.method == "GET":
        return render(request, "evals/run_create.html#plan", context)
    status = error.status if error is not None and request.method == "POST" else 200
    return render(request, "evals/run_create.html", context, status=422 if status == 409 else status)


def _first_versions(versions: list[Version]) -> list[str]:
    return [str(versions[0].id)] if versions else []


def _plan(suite: Suite, form: RunForm, versions: list[Version]) -> tuple[Plan | None, AppError | None]:
    """What would run, or why it cannot."""
    if not form.is_valid():
        text = " ".join(str(message) for found in form.errors.values() for message in found)
        return None, services.bad_choice(text)
    try:
        plan = services.plan_run(
            suite, versions=versions, models=form.cleaned_data["models"], repeats=form.cleaned_data["repeats"]
        )
    except AppError as problem:
        return None, problem
    return plan, None


@workspace_view(Ability.CONTENT_READ, "GET")
def run_list(request: WorkspaceRequest) -> HttpResponse:
    """The history of runs, newest first, in one status if the address says so."""
    status = request.GET.get("status", "")
    status = status if status in Run.Status.values else ""
    pages: Any = Paginator(range(queries.run_count(status=status)), RUNS_ON_PAGE)
    page = pages.get_page(request.GET.get("page"))
    lines = queries.list_runs(status=status, offset=max(0, page.start_index() - 1), limit=RUNS_ON_PAGE)
    context = {
        "section": "runs",
        "lines": lines,
        "status": status,
        "statuses": Run.Status.choices,
        "page_obj": page,
        "has_suites": bool(lines) or queries.suite_count() > 0,
    }
    return render(request, "evals/run_list.html", context)


@workspace_view(Ability.AI_USE, "POST")
def run_cancel(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Stop a run."""
    run = services.cancel_run(request.actor, queries.get_run(run_id))
    messages.success(request, "The run is cancelled. What was done is kept.")
    return redirect("evals:run-show", request.workspace.id, run.id)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def run_delete(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Remove a run with its outputs."""
    run = queries.get_run(run_id)
    services.delete_run(request.actor, run)
    messages.success(request, f"Run r{run.number} is deleted, with its outputs.")
    return redirect("evals:suite-show", request.workspace.id, run.suite_id)


@workspace_view(Ability.CONTENT_READ, "GET")
def run_events(request: WorkspaceRequest, run_id: UUID) -> StreamResponse:
    """The live progress of a run as server-sent events."""
    queries.get_run(run_id)
    actor = request.actor
    return StreamResponse(lambda: follow(actor, run_id))
