"""Acts on many prompts from the list, their undo, and copies into another workspace."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from promptassay.core.errors import ValidationFailed
from promptassay.prompts.models import BulkAct
from promptassay.prompts.queries import library
from promptassay.prompts.queries.places import UNFILED, as_uuid
from promptassay.prompts.services import bulk, copying
from promptassay.prompts.services.undo import undo
from promptassay.workspaces import queries as workspaces
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability, allows

BACK_LENGTH = 2000


@workspace_view(Ability.CONTENT_WRITE, "POST")
def prompts_change(request: WorkspaceRequest) -> HttpResponse:
    """One act on the ticked prompts; the list then says what was done and offers to undo it."""
    ids = _prompt_ids(request.POST)
    if request.POST.get("action") == "copy":
        question = QueryDict(mutable=True)
        question.setlist("prompt", [str(each) for each in ids[: copying.COPIES_AT_ONCE + 1]])
        response = redirect("prompts:prompt-copy", request.workspace.id)
        response.headers["Location"] += f"?{question.urlencode()}"
        return response
    act = _act(request, ids)
    return _back_to_list(request, done=str(act.id))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def bulk_undo(request: WorkspaceRequest, act_id: UUID) -> HttpResponse:
    """What one did a few minutes ago goes back."""
    undone = undo(request.actor, act_id)
    messages.success(request, f"Undone for {undone.count:,} prompt{'' if undone.count == 1 else 's'}.")
    if undone.left:
        rest = f"{len(undone.left):,} stayed as they are, because they were changed since."
        messages.warning(request, rest)
    return _back_to_list(request)


@workspace_view(Ability.CONTENT_READ, "GET", "POST")
def prompt_copy(request: WorkspaceRequest) -> HttpResponse:
    """Copies of prompts in another workspace that one belongs to: first the choice, then the deed."""
    ids = _prompt_ids(request.GET if request.method == "GET" else request.POST)
    prompts = library.prompts_by_id(ids)
    if request.method == "GET":
        return _copy_page(request, prompts)
    target = as_uuid(request.POST.get("workspace", ""))
    try:
        if target is None:
            raise ValidationFailed("No workspace is chosen.", next_step="Choose where the copies go.")
        every = request.POST.get("versions") == "all"
        made = copying.copy_to_workspace(request.actor, ids, target_id=target, all_versions=every)
    except ValidationFailed as error:
        return _copy_page(request, prompts, error)
    count = len(made.prompt_ids)
    messages.success(
        request, f"{count:,} prompt{' is' if count == 1 else 's are'} copied. You are in that workspace now."
    )
    if count == 1:
        return redirect("prompts:prompt-show", made.workspace.id, made.prompt_ids[0])
    return redirect("prompts:prompt-list", made.workspace.id)


def _act(request: WorkspaceRequest, ids: list[UUID]) -> BulkAct:
    given, actor, action = request.POST, request.actor, request.POST.get("action", "")
    if action == "move":
        text = given.get("folder", "")
        if not text:
            raise ValidationFailed("No folder is chosen.", next_step="Choose where the prompts go.")
        folder = None if text == UNFILED else library.get_folder(as_uuid(text) or UUID(int=0))
        return bulk.move_many(actor, ids, folder=folder)
    if action in ("tag", "untag"):
        if not given.get("tag"):
            raise ValidationFailed("No tag is chosen.", next_step="Choose one first.")
        tag = library.get_tag(as_uuid(given["tag"]) or UUID(int=0))
        return bulk.tag_many(actor, ids, tag=tag, on=action == "tag")
    if action in ("archive", "unarchive"):
        return bulk.archive_many(actor, ids, archived=action == "archive")
    if action == "duplicate":
        return bulk.duplicate_many(actor, ids)
    raise ValidationFailed("There is no such action.", next_step="Use the buttons below the list.")


def _prompt_ids(given: QueryDict) -> list[UUID]:
    """The ids named in a form or an address, each once; what is no id becomes one of nothing."""
    return list(dict.fromkeys(as_uuid(each) or UUID(int=0) for each in given.getlist("prompt")))


def _back_to_list(request: WorkspaceRequest, **more: str) -> HttpResponse:
    """The list as the person left it: only the question is taken from the form, never an address."""
    question = QueryDict(request.POST.get("back", "")[:BACK_LENGTH], mutable=True)
    for name, value in more.items():
        question[name] = value
    response = redirect("prompts:prompt-list", request.workspace.id)
    if question:
        response.headers["Location"] += f"?{question.urlencode()}"
    return response


def _copy_page(request: WorkspaceRequest, prompts: list[Any], error: ValidationFailed | None = None) -> HttpResponse:
    places = [
        each.workspace
        for each in workspaces.workspaces_of(request.actor.user_id)
        if each.workspace.id != request.workspace.id and allows(each.role, Ability.CONTENT_WRITE)
    ]
    context = {
        "section": "prompts",
        "prompts": prompts,
        "places": places,
        "error": error,
        "chosen": request.POST.get("workspace", ""),
        "versions": request.POST.get("versions", "latest"),
    }
    return render(request, "prompts/prompt_copy.html", context, status=error.status if error else 200)
