"""From a model that retires to a run of its replacement: at once with one suite, by choice with several."""

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from promptassay.evals.retiring import trials_of
from promptassay.prompts.queries import get_prompt
from promptassay.providers.retirements import retirement_of_model
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

MODEL: Final = "model"


@workspace_view(Ability.CONTENT_READ, "GET")
def replacement_show(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The suites that can try what takes a model's place; with one there is nothing to choose, so its form follows."""
    prompt = get_prompt(prompt_id)
    reference = request.GET.get(MODEL, "") or prompt.target_model
    retirement = retirement_of_model(reference)
    trials = trials_of(prompt, retirement) if retirement else []
    if len(trials) == 1 and request.actor.can(Ability.AI_USE):
        return redirect(
            f"{reverse('evals:run-create', args=[request.workspace.id, trials[0].suite.id])}?{trials[0].query}"
        )
    context = {
        "section": "suites",
        "prompt": prompt,
        "retirement": retirement,
        "trials": trials,
        "may_run": request.actor.can(Ability.AI_USE),
    }
    return render(request, "evals/replacement_show.html", context)
