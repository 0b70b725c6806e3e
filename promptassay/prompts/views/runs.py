"""Running what is in the workbench, and saying beforehand where the text goes."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from promptassay.core.http import StreamResponse, uuid_or_not_found
from promptassay.prompts import queries
from promptassay.prompts.calls import build_request
from promptassay.prompts.content import check_content
from promptassay.prompts.forms import read_values, read_workbench
from promptassay.prompts.streams import PURPOSE, stream_run
from promptassay.providers.queries import describe
from promptassay.providers.references import parse_reference
from promptassay.providers.retirements import retirement_of_model
from promptassay.providers.services import open_choice
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.AI_USE, "POST")
def prompt_run(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponseBase:
    """Resolve what is typed, open the key, and stream the answer; refused before the call where it cannot run."""
    queries.require_prompt(prompt_id)
    typed = read_workbench(request.POST)
    typed.require_readable()
    check_content(typed.content, complete=True, to_run=True)
    reference = parse_reference(request.POST.get("model", ""))
    call = build_request(typed.content, reference.model, read_values(request.POST))
    choice, target = open_choice(request.actor, str(reference), purpose=PURPOSE, subject_id=prompt_id)
    return StreamResponse(partial(stream_run, request.actor, choice, target, call, prompt_id))


@workspace_view(Ability.CONTENT_READ, "GET")
def model_note(request: WorkspaceRequest) -> HttpResponse:
    """Where the text goes with the chosen model, on which key, and whether it retires; `?prompt=` to try another."""
    chosen = describe(request.GET.get("model", ""))
    wanted = request.GET.get("prompt", "")
    prompt = queries.get_prompt(uuid_or_not_found(wanted)) if wanted else None
    context = {"chosen": chosen, "retirement": retirement_of_model(chosen.reference), "prompt": prompt}
    return render(request, "prompts/prompt_show.html#model-note", context)
