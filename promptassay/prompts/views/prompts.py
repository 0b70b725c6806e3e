"""The list of prompts, and making, describing, copying and archiving one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import ValidationFailed
from promptassay.core.http import is_htmx
from promptassay.prompts import queries, services
from promptassay.prompts.forms import CreateForm, DetailsForm
from promptassay.prompts.importing import Pasted, read_pasted
from promptassay.prompts.models import ChangeSource
from promptassay.prompts.views import listing
from promptassay.prompts.views.workbench import render_workbench
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

SECTION = "prompts"


@workspace_view(Ability.CONTENT_READ, "GET")
def prompt_list(request: WorkspaceRequest) -> HttpResponse:
    """All prompts: searched as one types, narrowed, sorted; the state is in the address."""
    asked = listing.asked_of(request)
    context = {"section": SECTION, **listing.results_context(request, asked)}
    if is_htmx(request):
        return render(request, "prompts/prompt_list.html#results", context | {"oob": True})
    return render(request, "prompts/prompt_list.html", context | listing.page_context(request, asked))


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def prompt_create(request: WorkspaceRequest) -> HttpResponse:
    """A new prompt, blank or from pasted text."""
    form = CreateForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return _create_page(request, form)
    values = form.cleaned_data
    try:
        pasted = _pasted(values["pasted"], values["prompt_type"])
        prompt = services.create_prompt(
            request.actor,
            title=values["title"],
            prompt_type=values["prompt_type"],
            description=values["description"],
            content=pasted.content if pasted else None,
            change_source=ChangeSource.IMPORT if pasted and pasted.origin != "text" else ChangeSource.MANUAL,
        )
    except ValidationFailed as error:
        for name, text in error.details.items() or {"": str(error)}.items():
            form.add_error("pasted" if name not in form.fields else name, str(text))
        return _create_page(request, form)
    if pasted and pasted.left_out:
        messages.warning(request, f"Left out, since a prompt has no place for them: {len(pasted.left_out)} fields.")
    return redirect("prompts:prompt-show", request.workspace.id, prompt.id)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def prompt_update(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Change title, description, type, intent and target model."""
    prompt = queries.get_prompt(prompt_id)
    form = DetailsForm(request.POST)
    if form.is_valid():
        try:
            services.update_details(request.actor, prompt, **form.cleaned_data)
        except ValidationFailed as error:
            for name, text in error.details.items():
                form.add_error(name, str(text))
        else:
            messages.success(request, "The details are saved.")
            return redirect("prompts:prompt-show", request.workspace.id, prompt.id)
    return render_workbench(request, prompt, details=form, status=422)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def prompt_duplicate(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """A copy, which opens."""
    copy = services.duplicate_prompt(request.actor, queries.get_prompt(prompt_id))
    messages.success(request, "This is the copy. Its history starts here.")
    return redirect("prompts:prompt-show", request.workspace.id, copy.id)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def prompt_archive(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Out of sight, with everything it holds."""
    services.archive_prompt(request.actor, queries.get_prompt(prompt_id))
    messages.success(request, "The prompt is in the archive. Nothing was deleted.")
    return redirect("prompts:prompt-list", request.workspace.id)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def prompt_unarchive(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Back from the archive."""
    prompt = services.unarchive_prompt(request.actor, queries.get_prompt(prompt_id))
    messages.success(request, "The prompt is back from the archive.")
    return redirect("prompts:prompt-show", request.workspace.id, prompt.id)


def _pasted(text: str, prompt_type: str) -> Pasted | None:
    return read_pasted(text, role=queries.first_role(prompt_type)) if text.strip() else None


def _create_page(request: WorkspaceRequest, form: CreateForm) -> HttpResponse:
    context = {"section": SECTION, "form": form}
    return render(request, "prompts/prompt_create.html", context, status=422 if form.errors else 200)
