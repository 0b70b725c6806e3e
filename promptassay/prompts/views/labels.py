"""Labels: listed, moved, protected, deleted, and what happened to each."""

import re
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.core.http import uuid_or_not_found
from promptassay.prompts import gates, queries, services
from promptassay.prompts.models import Label, Prompt
from promptassay.prompts.views.workbench import base_context
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

_NUMBER = re.compile(r"[0-9]{1,9}")


@workspace_view(Ability.CONTENT_READ, "GET")
def label_list(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """All labels of a prompt, and a form to put one on a version; `name` and `number` fill it in."""
    prompt = queries.get_prompt(prompt_id)
    typed = {"name": request.GET.get("name", ""), "number": request.GET.get("number", "")}
    return _list_page(request, prompt, typed=typed)


@workspace_view(Ability.LABEL_MOVE, "POST")
def label_move(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Put a label on a version; a refusal shows what is missing, with everything typed."""
    prompt = queries.get_prompt(prompt_id)
    typed = {name: request.POST.get(name, "") for name in ("name", "number", "seen", "reason")}
    if not _NUMBER.fullmatch(typed["number"]):
        raise NotFound()
    try:
        moved = services.move_label(
            request.actor,
            prompt,
            name=typed["name"],
            number=int(typed["number"]),
            seen=int(typed["seen"]) if _NUMBER.fullmatch(typed["seen"]) else None,
            reason=typed["reason"],
            override=request.POST.get("override") == "1",
        )
    except (ValidationFailed, Conflict) as error:
        return _refused(request, prompt, typed, error)
    label = moved.label
    if moved.move is None:
        messages.info(request, f"The label already is at v{label.version_number}.")
    else:
        messages.success(request, f"The label is at v{label.version_number} now.")
    return redirect("prompts:label-show", request.workspace.id, prompt.id, label.name)


@workspace_view(Ability.CONTENT_READ, "GET")
def label_show(request: WorkspaceRequest, prompt_id: UUID, label: str) -> HttpResponse:
    """One label: where it is, what guards it, what happened to it. A deleted label still has its history."""
    return _label_page(request, queries.get_prompt(prompt_id), label)


@workspace_view(Ability.LABEL_PROTECT, "POST")
def label_protect(request: WorkspaceRequest, prompt_id: UUID, label: str) -> HttpResponse:
    """Let only admins move it, and only to what the chosen suite vouches for."""
    prompt = queries.get_prompt(prompt_id)
    suite = request.POST.get("suite", "")
    suite_id = uuid_or_not_found(suite) if suite else None
    try:
        services.protect_label(request.actor, prompt, name=label, suite_id=suite_id)
    except ValidationFailed as error:
        return _label_page(request, prompt, label, refusal=error, status=422)
    messages.success(request, "The label is protected.")
    return redirect("prompts:label-show", request.workspace.id, prompt.id, label)


@workspace_view(Ability.LABEL_PROTECT, "POST")
def label_unprotect(request: WorkspaceRequest, prompt_id: UUID, label: str) -> HttpResponse:
    """Let every member move it again."""
    prompt = queries.get_prompt(prompt_id)
    services.unprotect_label(request.actor, prompt, name=label)
    messages.success(request, "The label is not protected any more.")
    return redirect("prompts:label-show", request.workspace.id, prompt.id, label)


@workspace_view(Ability.LABEL_MOVE, "POST")
def label_delete(request: WorkspaceRequest, prompt_id: UUID, label: str) -> HttpResponse:
    """Take it away; its history stays."""
    prompt = queries.get_prompt(prompt_id)
    services.delete_label(request.actor, prompt, name=label, reason=request.POST.get("reason", ""))
    messages.success(request, "The label is gone. Its history stays.")
    return redirect("prompts:label-list", request.workspace.id, prompt.id)


def _refused(
    request: WorkspaceRequest, prompt: Prompt, typed: dict[str, str], error: ValidationFailed | Conflict
) -> HttpResponse:
    """The page that the form stands on, with the refusal: the label's own when there is such a label."""
    status = 409 if isinstance(error, Conflict) else 422
    label = queries.label_named(prompt, typed["name"].strip())
    if label is None:
        return _list_page(request, prompt, typed=typed, refusal=error, status=status)
    return _label_page(request, prompt, label.name, typed=typed, refusal=error, status=status)


def _list_page(
    request: WorkspaceRequest,
    prompt: Prompt,
    *,
    typed: dict[str, str],
    refusal: ValidationFailed | Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    labels = list(queries.labels_of(prompt))
    context = {
        **base_context(prompt),
        "lines": queries.label_lines(prompt, labels),
        "numbers": queries.version_numbers(prompt),
        "typed": typed,
        "refusal": refusal,
        "may_move": request.actor.can(Ability.LABEL_MOVE) and prompt.archived_at is None,
    }
    return render(request, "prompts/label_list.html", context, status=status)


def _label_page(
    request: WorkspaceRequest,
    prompt: Prompt,
    name: str,
    *,
    typed: dict[str, str] | None = None,
    refusal: ValidationFailed | Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    label = queries.label_named(prompt, name)
    page, moves = queries.page_of_moves(prompt, name, page=request.GET.get("page", 1))
    if label is None and not moves:
        raise NotFound()
    actor, live = request.actor, prompt.archived_at is None
    context = {
        **base_context(prompt),
        "name": name,
        "label": label,
        "line": queries.label_lines(prompt, [label])[0] if label else None,
        "page_obj": page,
        "moves": moves,
        "numbers": queries.version_numbers(prompt),
        "suites": gates.suites_for(prompt.id),
        "typed": typed or {"number": request.GET.get("number", "")},
        "refusal": refusal,
        "gate_closed": refusal if isinstance(refusal, services.GateClosed) else None,
        "asks_override": _asks_override(label, refusal),
        "may_move": live and label is not None and actor.can(_needed(label)),
        "may_protect": live and label is not None and actor.can(Ability.LABEL_PROTECT),
    }
    return render(request, "prompts/label_show.html", context, status=status)


def _needed(label: Label) -> Ability:
    return Ability.LABEL_MOVE_PROTECTED if label.protected else Ability.LABEL_MOVE


def _asks_override(label: Label | None, refusal: ValidationFailed | Conflict | None) -> bool:
    """Whether the form offers to move without evidence: after the gate said no, also when only the reason lacked."""
    if label is None or label.suite_id is None or refusal is None:
        return False
    return isinstance(refusal, services.GateClosed) or "reason" in refusal.details
