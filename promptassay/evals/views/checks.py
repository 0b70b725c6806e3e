"""Adding, editing and removing checks of a suite or of one case, and the rubric."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from promptassay.core.errors import AppError, Conflict, NotFound, ValidationFailed
from promptassay.evals import queries, services
from promptassay.evals.checks import CHECKS
from promptassay.evals.forms import CheckForm, criteria_from, number_from
from promptassay.evals.models import Case, Suite
from promptassay.evals.rubric import BUILT_IN, MAX_CRITERIA
from promptassay.evals.table import fingerprint
from promptassay.evals.views.suite_page import suite_page
from promptassay.evals.views.suites import suite_url
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

Checks = list[dict[str, Any]]


@dataclass(frozen=True)
class Holder:
    """What a check belongs to: the suite, or one of its cases. `back` is the page to return to."""

    suite: Suite
    case: Case | None
    checks: Checks
    back: str
    store: Callable[[Checks], object]


def _suite_holder(request: WorkspaceRequest, suite_id: UUID) -> Holder:
    suite = queries.get_suite(suite_id)
    before: Checks = suite.checks

    def store(checks: Checks) -> object:
        return services.set_checks(request.actor, suite, checks=checks, was=before)

    return Holder(suite, None, before, f"{suite_url(request, suite_id)}#checks", store)


def _case_holder(request: WorkspaceRequest, suite_id: UUID, case_id: UUID) -> Holder:
    suite, case = queries.get_suite(suite_id), queries.get_case(suite_id, case_id)
    before: Checks = case.checks

    def store(checks: Checks) -> object:
        return services.set_case_checks(request.actor, case, checks=checks, was=before)

    back = reverse("evals:case-show", args=[request.workspace.id, suite_id, case_id])
    return Holder(suite, case, before, back, store)


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def suite_check_create(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """A new check for every case of a suite; the address names its kind."""
    return _create(request, _suite_holder(request, suite_id))


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def case_check_create(request: WorkspaceRequest, suite_id: UUID, case_id: UUID) -> HttpResponse:
    """A new check for one case."""
    return _create(request, _case_holder(request, suite_id, case_id))


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def suite_check_change(request: WorkspaceRequest, suite_id: UUID, place: int) -> HttpResponse:
    """Edit a check of a suite, by its place in the list."""
    return _change(request, _suite_holder(request, suite_id), place)


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def case_check_change(request: WorkspaceRequest, suite_id: UUID, case_id: UUID, place: int) -> HttpResponse:
    """Edit a check of a case."""
    return _change(request, _case_holder(request, suite_id, case_id), place)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def suite_check_delete(request: WorkspaceRequest, suite_id: UUID, place: int) -> HttpResponse:
    """Remove a check of a suite."""
    return _delete(request, _suite_holder(request, suite_id), place)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def case_check_delete(request: WorkspaceRequest, suite_id: UUID, case_id: UUID, place: int) -> HttpResponse:
    """Remove a check of a case."""
    return _delete(request, _case_holder(request, suite_id, case_id), place)


def _create(request: WorkspaceRequest, holder: Holder) -> HttpResponse:
    kind = request.GET.get("kind", "")
    if kind not in CHECKS:
        raise NotFound()
    if request.method == "GET":
        return _page(request, holder, CheckForm(kind))
    form = CheckForm(kind, request.POST)
    return _save(request, holder, form, lambda check: [*holder.checks, check])


def _change(request: WorkspaceRequest, holder: Holder, place: int) -> HttpResponse:
    check = _at(holder, place)
    kind = check.get("kind", "")
    if kind not in CHECKS:
        raise NotFound()
    if request.method == "GET":
        return _page(request, holder, CheckForm(kind, check=check), place=place)
    form = CheckForm(str(request.POST.get("kind") if request.POST.get("kind") in CHECKS else kind), request.POST)
    if request.POST.get("was", "") != fingerprint(check):
        problem = Conflict(
            "Somebody else changed the checks since you opened this page, so nothing was saved.",
            next_step="What you typed is still here. Look at the checks as they are now, then add it again if needed.",
        )
        return _page(request, holder, form, place=place, status=409, error=problem)
    return _save(
        request, holder, form, lambda new: [*holder.checks[:place], new, *holder.checks[place + 1 :]], place=place
    )


def _save(
    request: WorkspaceRequest,
    holder: Holder,
    form: CheckForm,
    placed: Callable[[dict[str, Any]], Checks],
    place: int | None = None,
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, holder, form, place=place, status=422)
    try:
        holder.store(placed(form.cleaned_data["check"]))
    except AppError as problem:
        return _page(request, holder, form, place=place, status=problem.status, error=problem)
    messages.success(request, "The check is saved.")
    return redirect(holder.back)


def _delete(request: WorkspaceRequest, holder: Holder, place: int) -> HttpResponse:
    check = _at(holder, place)
    if request.POST.get("was", "") != fingerprint(check):
        raise Conflict(
            "The checks changed since you opened this page, so none was removed.",
            next_step="Reload the page and look again.",
        )
    holder.store([*holder.checks[:place], *holder.checks[place + 1 :]])
    messages.success(request, "The check is removed.")
    return redirect(holder.back)


def _at(holder: Holder, place: int) -> dict[str, Any]:
    if not 0 <= place < len(holder.checks):
        raise NotFound()
    return holder.checks[place]


def _page(
    request: WorkspaceRequest,
    holder: Holder,
    form: CheckForm,
    *,
    place: int | None = None,
    status: int = 200,
    error: AppError | None = None,
) -> HttpResponse:
    context = {
        "section": "suites",
        "suite": holder.suite,
        "prompt": holder.suite.prompt,
        "case": holder.case,
        "form": form,
        "kind": form.kind,
        "place": place,
        "was": request.POST.get("was") or (fingerprint(_at(holder, place)) if place is not None else ""),
        "back": holder.back,
        "error": error,
    }
    return render(request, "evals/check_change.html", context, status=status)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def rubric_save(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """§3 Rubric: save it, remove it, or add the built-in criteria to what was typed."""
    suite = queries.get_suite(suite_id)
    judge = request.POST.get("judge", "").strip()[:200]
    criteria = criteria_from(request.POST)
    typed = {"criteria": criteria, "threshold": number_from(request.POST, "threshold", 7.0), "judge": judge}
    if "start" in request.POST:
        names = {each["name"].casefold() for each in criteria}
        criteria += [each.to_dict() for each in BUILT_IN if each.name.casefold() not in names]
        typed["criteria"] = criteria[:MAX_CRITERIA]
        return suite_page(request, suite, section="rubric", rubric=typed)
    rubric = typed if criteria and "remove" not in request.POST else None
    try:
        services.set_rubric(request.actor, suite, rubric=rubric, judge=judge if rubric else "")
    except AppError as problem:
        status = 422 if isinstance(problem, ValidationFailed) else problem.status
        return suite_page(request, suite, status=status, section="rubric", rubric=typed, error=problem)
    messages.success(request, "The rubric is saved." if rubric else "The suite has no rubric now.")
    return redirect(f"{suite_url(request, suite_id)}#rubric")
