"""The list of fragments, and making, describing and deleting one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import ValidationFailed
from promptassay.core.http import is_htmx
from promptassay.fragments import queries, services
from promptassay.fragments.forms import CreateForm, DetailsForm
from promptassay.fragments.text import normalized
from promptassay.fragments.views.editor import base_context, render_editor, text_context
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.CONTENT_READ, "GET")
def fragment_list(request: WorkspaceRequest) -> HttpResponse:
    """All fragments by title, searched as one types; the state is in the URL."""
    q = queries.clean_search(request.GET.get("q", ""))
    page = queries.list_fragments(q, page=request.GET.get("page", 1))
    context = {
        "section": "fragments",
        "q": q,
        "page_obj": page,
        "lines": queries.with_uses(page.object_list),
    }
    template = "fragments/fragment_list.html#results" if is_htmx(request) else "fragments/fragment_list.html"
    return render(request, template, context)


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def fragment_create(request: WorkspaceRequest) -> HttpResponse:
    """A new fragment with its first text."""
    form = CreateForm(request.POST if request.method == "POST" else None, initial=_proposed(request))
    if request.method == "POST" and form.is_valid():
        try:
            fragment = services.create_fragment(request.actor, **form.cleaned_data)
        except ValidationFailed as error:
            _add_errors(form, error)
        else:
            messages.success(request, "The fragment is saved. Prompts pull it in by the reference shown here.")
            return redirect("fragments:fragment-show", request.workspace.id, fragment.id)
    text = normalized(str(form["text"].value() or ""))
    context = {"section": "fragments", "form": form, **text_context(text, slug=str(form["slug"].value() or ""))}
    return render(request, "fragments/fragment_create.html", context, status=422 if form.errors else 200)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def fragment_update(request: WorkspaceRequest, fragment_id: UUID) -> HttpResponse:
    """Change title, slug and description."""
    fragment = queries.get_fragment(fragment_id)
    form = DetailsForm(request.POST)
    if form.is_valid():
        try:
            services.update_details(request.actor, fragment, **form.cleaned_data)
        except ValidationFailed as error:
            _add_errors(form, error)
        else:
            messages.success(request, "The details are saved.")
            return redirect("fragments:fragment-show", request.workspace.id, fragment.id)
    return render_editor(request, fragment, details=form, status=422)


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def fragment_delete(request: WorkspaceRequest, fragment_id: UUID) -> HttpResponse:
    """Delete a fragment that nobody uses; else show who does."""
    fragment = queries.get_fragment(fragment_id)
    error: services.FragmentInUse | None = None
    if request.method == "POST":
        try:
            services.delete_fragment(request.actor, fragment)
        except services.FragmentInUse as refused:
            error = refused
        else:
            messages.success(request, "The fragment is deleted.")
            return redirect("fragments:fragment-list", request.workspace.id)
    users = [line for line in queries.where_used(fragment.slug) if not line.through and line.id != fragment.id]
    context = {**base_context(fragment), "lines": users, "error": error}
    return render(request, "fragments/fragment_delete.html", context, status=409 if error else 200)


def _proposed(request: WorkspaceRequest) -> dict[str, str]:
    """What a link may fill in: the slug that a prompt already refers to."""
    slug = request.GET.get("slug", "")[:80]
    return {"slug": slug, "title": slug.replace("-", " ").capitalize()} if slug else {}


def _add_errors(form: DetailsForm, error: ValidationFailed) -> None:
    named = {name: text for name, text in error.details.items() if name in form.fields}
    for name, text in named.items() or ((None, str(error)),):
        form.add_error(name, str(text))
