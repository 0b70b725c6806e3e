"""Folders, tags and favourites: the page that puts them in order, and the forms that write them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.core.http import is_htmx
from promptassay.prompts import queries
from promptassay.prompts.models import Folder, TagColour
from promptassay.prompts.queries import library
from promptassay.prompts.queries.places import as_uuid
from promptassay.prompts.services import folders, tags
from promptassay.prompts.views.listing import library_context, rows_of
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

SECTION = "prompts"


@workspace_view(Ability.CONTENT_READ, "GET")
def library_show(request: WorkspaceRequest) -> HttpResponse:
    """All folders and tags, each with what can be done to it."""
    return _page(request)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def folder_create(request: WorkspaceRequest) -> HttpResponse:
    """A new folder, at the top or inside another."""
    parent = _folder_named(request, "parent")
    return _written(
        request, lambda: folders.create_folder(request.actor, name=request.POST.get("name", ""), parent=parent)
    )


@workspace_view(Ability.CONTENT_WRITE, "POST")
def folder_rename(request: WorkspaceRequest, folder_id: UUID) -> HttpResponse:
    """Another name for a folder."""
    folder, given = library.get_folder(folder_id), request.POST
    name, seen = given.get("name", ""), given.get("seen")
    return _written(request, lambda: folders.rename_folder(request.actor, folder, name=name, seen=seen))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def folder_move(request: WorkspaceRequest, folder_id: UUID) -> HttpResponse:
    """A folder with everything in it goes elsewhere."""
    folder, parent = library.get_folder(folder_id), _folder_named(request, "parent")
    return _written(request, lambda: folders.move_folder(request.actor, folder, parent=parent))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def folder_delete(request: WorkspaceRequest, folder_id: UUID) -> HttpResponse:
    """A folder goes; what it holds moves up."""
    folder = library.get_folder(folder_id)
    return _written(request, lambda: folders.delete_folder(request.actor, folder))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def tag_create(request: WorkspaceRequest) -> HttpResponse:
    """A new tag."""
    name, colour = request.POST.get("name", ""), request.POST.get("colour", TagColour.GREY)
    return _written(request, lambda: tags.create_tag(request.actor, name=name, colour=colour))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def tag_change(request: WorkspaceRequest, tag_id: UUID) -> HttpResponse:
    """Another name or colour for a tag."""
    tag, given = library.get_tag(tag_id), request.POST
    name, colour, seen = given.get("name", ""), given.get("colour", ""), given.get("seen")
    return _written(request, lambda: tags.change_tag(request.actor, tag, name=name, colour=colour, seen=seen))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def tag_delete(request: WorkspaceRequest, tag_id: UUID) -> HttpResponse:
    """A tag comes off every prompt and goes."""
    tag = library.get_tag(tag_id)
    return _written(request, lambda: tags.delete_tag(request.actor, tag))


@workspace_view(Ability.CONTENT_READ, "POST")
def prompt_favourite(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The star beside a prompt: on with `on=1`, else off. For htmx the star alone, as it is now."""
    prompt = queries.get_prompt(prompt_id)
    tags.set_favourite(request.actor, prompt, on=request.POST.get("on") == "1")
    if is_htmx(request):
        (row,) = rows_of(request, [prompt], {})
        return render(request, "prompts/prompt_list.html#star", {"row": row, "prompt": prompt})
    back = request.POST.get("back", "")[:2000]
    return _to_list(request, back)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def prompt_organise(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """One prompt's folder and tags, from its details."""
    prompt = queries.get_prompt(prompt_id)
    folder = _folder_named(request, "folder")
    chosen = [library.get_tag(found) for each in request.POST.getlist("tag") if (found := as_uuid(each))]
    new = [name for name in request.POST.get("new_tags", "").split(",") if name.strip()]
    try:
        tags.organise_prompt(request.actor, prompt, folder=folder, tags=chosen, new=new)
    except (ValidationFailed, Conflict) as error:
        prompt.folder_id = folder.id if folder else None
        context = {
            **library_context(prompt),
            "section": SECTION,
            "prompt": prompt,
            "error": error,
            "carried": [tag.id for tag in chosen],
            "typed_new": request.POST.get("new_tags", ""),
        }
        return render(request, "prompts/prompt_organise.html", context, status=error.status)
    messages.success(request, "Folder and tags are saved.")
    return redirect("prompts:prompt-show", request.workspace.id, prompt.id)


def _to_list(request: WorkspaceRequest, question: str) -> HttpResponse:
    response = redirect("prompts:prompt-list", request.workspace.id)
    if question:
        response.headers["Location"] += f"?{question.lstrip('?')}"
    return response


def _folder_named(request: WorkspaceRequest, field: str) -> Folder | None:
    """The folder that a form's field names; nothing means none, anything unknown is NotFound."""
    text = request.POST.get(field, "")
    return library.get_folder(as_uuid(text) or UUID(int=0)) if text else None


def _written(request: WorkspaceRequest, write: Callable[[], object]) -> HttpResponse:
    """Write, then show the page anew; what is refused comes back with the reason and what was typed."""
    try:
        write()
    except (ValidationFailed, Conflict) as error:
        return _page(request, error)
    return redirect("prompts:library-show", request.workspace.id)


def _page(request: WorkspaceRequest, error: ValidationFailed | Conflict | None = None) -> HttpResponse:
    context = {
        "section": SECTION,
        "tree": library.folder_tree(),
        "tags": library.list_tags(),
        "colours": TagColour.choices,
        "error": error,
        "typed": request.POST if error else {},
        "typed_at": request.path if error else "",
        "depth_limit": folders.DEPTH_LIMIT,
        "you": request.actor.user_id,
        "may_manage": request.actor.can(Ability.CONTENT_MANAGE),
    }
    return render(request, "prompts/library_show.html", context, status=error.status if error else 200)
