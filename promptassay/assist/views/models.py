"""Which model the panels use, and the once-read line that says where its text goes."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.assist import services
from promptassay.assist.panels import Panel, get_panel
from promptassay.assist.views.panels import model_context
from promptassay.core.http import is_htmx, uuid_or_not_found
from promptassay.prompts.queries import require_prompt
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.AI_USE, "POST")
def consent(request: WorkspaceRequest) -> HttpResponse:
    """Note that the person has read where this model's key sends text."""
    choice = services.give_consent(request.actor, request.POST.get("model", ""))
    if not is_htmx(request):
        return _back(request)
    context = {"chosen": choice, "consented": True, "panel": _panel(request)}
    return render(request, "assist/panel_show.html#consent", context)


@workspace_view(Ability.AI_USE, "POST")
def model_choose(request: WorkspaceRequest) -> HttpResponse:
    """Choose the workbench model and its effort, for oneself or for the workspace."""
    services.choose_model(
        request.actor,
        reference=request.POST.get("model", ""),
        effort=request.POST.get("effort", ""),
        for_workspace=request.POST.get("for") == "workspace",
    )
    if not is_htmx(request):
        return _back(request)
    return render(request, "assist/panel_show.html#model", {**model_context(request), "panel": _panel(request)})


def _panel(request: WorkspaceRequest) -> Panel:
    """The panel that the form stood in."""
    return get_panel(request.POST.get("panel", "critique"))


def _back(request: WorkspaceRequest) -> HttpResponse:
    """To the panel that the form stood in, for a browser without scripts."""
    panel, prompt = request.POST.get("panel", ""), request.POST.get("prompt", "")
    if not (panel and prompt):
        return redirect("prompts:dashboard", request.workspace.id)
    prompt_id = uuid_or_not_found(prompt)
    require_prompt(prompt_id)
    return redirect("assist:panel-show", request.workspace.id, get_panel(panel).name, prompt_id)
