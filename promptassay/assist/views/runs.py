"""Running a panel, and showing beforehand exactly what would be sent."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from promptassay.assist import queries
from promptassay.assist.asking import Question
from promptassay.assist.collecting import collect
from promptassay.assist.measuring import measure, shown_settings
from promptassay.assist.opening import open_panel, question_of
from promptassay.assist.panels import Panel, get_panel
from promptassay.assist.streams import stream_panel
from promptassay.core.http import StreamResponse
from promptassay.prompts.snippets import snippets
from promptassay.providers.queries import ModelChoice, describe
from promptassay.providers.references import parse_reference
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.AI_USE, "POST")
def panel_run(request: WorkspaceRequest, panel: str, prompt_id: UUID) -> HttpResponseBase:
    """Stream what the panel finds; refused before the call where it cannot be asked, or nobody has read where to."""
    shown = get_panel(panel)
    reference, effort = _model(request)
    opened = open_panel(request.actor, shown, prompt_id, request.POST, reference=reference, effort=effort)
    return StreamResponse(partial(stream_panel, opened))


@workspace_view(Ability.AI_USE, "POST")
def panel_request(request: WorkspaceRequest, panel: str, prompt_id: UUID) -> HttpResponse:
    """Every message, the settings and the schema as they would go, with tokens and the highest cost. Sends nothing."""
    shown = get_panel(panel)
    asked = collect(shown, prompt_id, queries.about_prompt(prompt_id), request.POST)
    reference, effort = _model(request)
    choice = describe(reference)
    question = question_of(shown, asked, choice, effort)
    return render(request, "assist/panel_request.html", _request_context(shown, question, choice))


def _request_context(panel: Panel, question: Question, choice: ModelChoice) -> dict[str, object]:
    call = question.call()
    return {
        "panel": panel,
        "chosen": choice,
        "call": call,
        "settings": shown_settings(call),
        "measured": measure(question, choice),
        "curl": "" if choice.is_demo else snippets(choice, call)[0].code,
    }


def _model(request: WorkspaceRequest) -> tuple[str, str]:
    """The model's reference and the effort as asked for, else as chosen for the workbench."""
    asked = request.POST.get("model", "")
    if asked:
        reference, effort = str(parse_reference(asked)), ""
    else:
        workbench = queries.workbench_model(request.actor)
        reference, effort = workbench.choice.reference, workbench.effort
    if "effort" in request.POST:
        return reference, request.POST["effort"]
    return reference, effort or queries.stored_effort(request.actor, reference)
