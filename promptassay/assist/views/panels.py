"""The panes of the panels, each also a page of its own, and the meta-prompts to read."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from promptassay.assist import queries
from promptassay.assist.panels import PANELS, Panel, get_panel
from promptassay.core.http import is_htmx
from promptassay.evals.queries import list_suites
from promptassay.prompts.models import Prompt
from promptassay.prompts.queries import get_prompt, labels_of, version_numbers
from promptassay.prompts.views.workbench import model_groups
from promptassay.providers.queries import model_choices
from promptassay.providers.retirements import retirement_of_model
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.CONTENT_READ, "GET")
def panel_show(request: WorkspaceRequest, panel: str, prompt_id: UUID) -> HttpResponse:
    """One panel of a prompt: a pane of the workbench for htmx, else a page."""
    shown = get_panel(panel)
    prompt = get_prompt(prompt_id)
    template = "assist/panel_show.html#panel" if is_htmx(request) else "assist/panel_show.html"
    return render(request, template, pane_context(request, shown, prompt))


@workspace_view(Ability.CONTENT_READ, "GET")
def meta_prompt_show(request: WorkspaceRequest, panel: str) -> HttpResponse:
    """The meta-prompt of a panel as it stands in the product, part by part."""
    shown = get_panel(panel)
    parts = [(name, part.template.replace("$$", "$")) for name, part in queries.meta_prompt(shown).items()]
    context = {"section": "prompts", "panel": shown, "parts": parts, "panels": PANELS.values()}
    return render(request, "assist/meta_prompt_show.html", context)


def pane_context(request: WorkspaceRequest, panel: Panel, prompt: Prompt) -> dict[str, Any]:
    """What a pane shows before anything has run."""
    context = {
        "section": "prompts",
        "panel": panel,
        "prompt": prompt,
        "may_run": request.actor.can(Ability.AI_USE),
        "may_write": request.actor.can(Ability.CONTENT_WRITE),
        **model_context(request),
    }
    if panel.name == "compare":
        context |= {"numbers": version_numbers(prompt), "labels": labels_of(prompt)}
    if panel.name == "cases":
        context["suites"] = [line.suite for line in list_suites(prompt_id=prompt.id)]
    return context


def model_context(request: WorkspaceRequest) -> dict[str, Any]:
    """The workbench model with everything to choose from, and whether its key was consented to."""
    choices = model_choices()
    workbench = queries.workbench_model(request.actor, choices)
    return {
        "workbench": workbench,
        "chosen": workbench.choice,
        "efforts": workbench.efforts,
        "model_groups": model_groups(choices),
        "retirement": retirement_of_model(workbench.choice.reference),
        "consented": queries.has_consented(request.actor, workbench.choice.reference),
        "may_set_default": request.actor.can(Ability.WORKSPACE_SETTINGS),
    }
