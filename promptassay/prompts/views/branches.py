"""Branches: listed, begun, merged either way with the conflicts settled, closed and reopened."""

import re
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.prompts import queries, services
from promptassay.prompts.merging import Choice, SideWords, read_choices
from promptassay.prompts.models import Branch, Prompt
from promptassay.prompts.views.workbench import base_context, workbench_url
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

_NUMBER = re.compile(r"[0-9]{1,9}")
_MAIN = SideWords("main line", "Main line", "by the main line")


@workspace_view(Ability.CONTENT_READ, "GET")
def branch_list(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The open branches, the closed ones, and a form to begin one; `number` fills it in."""
    prompt = queries.get_prompt(prompt_id)
    return _list_page(request, prompt, typed={"number": request.GET.get("number", "")})


@workspace_view(Ability.CONTENT_WRITE, "POST")
def branch_create(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Begin a branch at a version, then open the workbench on it."""
    prompt = queries.get_prompt(prompt_id)
    typed = {name: request.POST.get(name, "") for name in ("name", "number")}
    if not _NUMBER.fullmatch(typed["number"]):
        raise NotFound()
    try:
        branch = services.create_branch(request.actor, prompt, name=typed["name"], number=int(typed["number"]))
    except (ValidationFailed, Conflict) as error:
        return _list_page(
            request, prompt, typed=typed, refusal=error, status=409 if isinstance(error, Conflict) else 422
        )
    messages.success(request, "You write on the branch now. The main line stays as it is.")
    return redirect(workbench_url(request, prompt, branch))


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def branch_merge(request: WorkspaceRequest, prompt_id: UUID, branch: str) -> HttpResponse:
    """Three ways: what both lines come from, what each made of it, and a choice for each conflict."""
    return _bring_together(request, prompt_id, branch, updates=False)


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def branch_update(request: WorkspaceRequest, prompt_id: UUID, branch: str) -> HttpResponse:
    """The same the other way round: what the main line made meanwhile comes into the branch."""
    return _bring_together(request, prompt_id, branch, updates=True)


def _bring_together(request: WorkspaceRequest, prompt_id: UUID, branch: str, *, updates: bool) -> HttpResponse:
    prompt = queries.get_prompt(prompt_id)
    line = queries.get_branch(prompt, branch)
    if request.method == "GET":
        return _merge_page(request, prompt, line, typed={"close": "1"}, updates=updates)
    typed = {name: request.POST.get(name, "") for name in ("main", "head", "summary", "close")}
    if not (_NUMBER.fullmatch(typed["main"]) and _NUMBER.fullmatch(typed["head"])):
        raise NotFound()
    choices = read_choices(request.POST)
    seen = {"main_seen": int(typed["main"]), "branch_seen": int(typed["head"])}
    try:
        if updates:
            saved = services.update_branch(
                request.actor, prompt, name=branch, choices=choices, summary=typed["summary"], **seen
            )
        else:
            saved = services.merge_branch(
                request.actor, prompt, name=branch, choices=choices, summary=typed["summary"],
                close=typed["close"] == "1", **seen
            )  # fmt: skip
    except services.MergeStale as stale:
        prompt, line = queries.get_prompt(prompt_id), queries.get_branch(prompt, branch)
        return _merge_page(request, prompt, line, typed=typed, refusal=stale, status=409, updates=updates)
    except (ValidationFailed, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _merge_page(
            request, prompt, line, typed=typed, choices=choices, refusal=error, status=status, updates=updates
        )
    number = saved.version.number
    if updates:
        messages.success(request, f"The main line is in: v{number} is the newest version of this branch.")
        return redirect(workbench_url(request, prompt, line))
    messages.success(request, f"The branch is merged: v{number} is the newest version of the main line.")
    return redirect(workbench_url(request, prompt))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def branch_close(request: WorkspaceRequest, prompt_id: UUID, branch: str) -> HttpResponse:
    """Put a branch away; its versions and drafts stay."""
    prompt = queries.get_prompt(prompt_id)
    services.close_branch(request.actor, prompt, name=branch)
    messages.success(request, "The branch is closed. Its versions stay, and it can be reopened.")
    return redirect("prompts:branch-list", request.workspace.id, prompt.id)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def branch_reopen(request: WorkspaceRequest, prompt_id: UUID, branch: str) -> HttpResponse:
    """Take a closed branch back."""
    prompt = queries.get_prompt(prompt_id)
    try:
        services.reopen_branch(request.actor, prompt, name=branch)
    except ValidationFailed as error:
        return _list_page(request, prompt, typed={}, refusal=error, status=422)
    messages.success(request, "The branch is open again.")
    return redirect("prompts:branch-list", request.workspace.id, prompt.id)


def _list_page(
    request: WorkspaceRequest,
    prompt: Prompt,
    *,
    typed: dict[str, str],
    refusal: ValidationFailed | Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **base_context(prompt),
        "lines": queries.branch_lines(prompt),
        "closed": queries.closed_branches(prompt),
        "numbers": queries.version_numbers(prompt),
        "typed": typed,
        "refusal": refusal,
        "may_manage": request.actor.can(Ability.CONTENT_MANAGE),
    }
    return render(request, "prompts/branch_list.html", context, status=status)


def _merge_page(
    request: WorkspaceRequest,
    prompt: Prompt,
    branch: Branch,
    *,
    typed: dict[str, str],
    updates: bool,
    choices: dict[str, Choice] | None = None,
    refusal: ValidationFailed | Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    """The merge as the two heads are now, with the choices made so far; without any when there is nothing to merge."""
    plan = services.plan_update if updates else services.plan_merge
    try:
        merge, base = plan(prompt, branch, choices)
    except Conflict:
        merge, base = None, 0
    own = SideWords(branch.name, branch.name, f"by {branch.name}")
    context = {
        **base_context(prompt, branch),
        "merge": merge,
        "base": base,
        "updates": updates,
        "ours_words": own if updates else _MAIN,
        "theirs_words": _MAIN if updates else own,
        "typed": typed,
        "refusal": refusal,
        "tried": choices is not None,
        "may_close": branch.created_by == request.actor.user_id or request.actor.can(Ability.CONTENT_MANAGE),
    }
    return render(request, "prompts/branch_merge.html", context, status=status)
