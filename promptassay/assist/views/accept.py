"""Accepting what a panel proposed: a text as a version with its provenance, cases into a suite."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.assist import forms
from promptassay.assist.panels import Panel, get_panel
from promptassay.assist.services import provenance_of
from promptassay.core.errors import NotFound
from promptassay.core.http import is_htmx, uuid_or_not_found
from promptassay.evals.queries import case_count, get_suite
from promptassay.evals.services.keep import keep_cases
from promptassay.prompts.models import ChangeSource
from promptassay.prompts.queries import get_prompt, require_prompt
from promptassay.prompts.views.versions import Origin, save_typed
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

NEW = "new"


@workspace_view(Ability.CONTENT_WRITE, "POST")
def edit_accept(request: WorkspaceRequest, panel: str, prompt_id: UUID) -> HttpResponse:
    """Make a version of the text with what was accepted of a panel's proposal; answers as saving by hand does."""
    shown = get_panel(panel)
    if not shown.makes_version:
        raise NotFound()
    require_prompt(prompt_id)
    made = forms.read_acceptance(request.POST)
    origin = Origin(
        ChangeSource(shown.name),
        provenance_of(shown, made.model, made.instruction, made.accepted, made.offered),
        _summary(shown, made),
    )
    return save_typed(request, prompt_id, origin)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def case_accept(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Store the accepted cases behind those of a suite of the prompt, or in a new one."""
    prompt = get_prompt(prompt_id)
    chosen = request.POST.get("suite", "") or NEW
    suite = None if chosen == NEW else get_suite(uuid_or_not_found(chosen))
    if suite is not None and suite.prompt_id != prompt.id:
        raise NotFound()
    rows = forms.read_cases(request.POST)
    kept = keep_cases(request.actor, prompt, suite=suite, suite_name=request.POST.get("name", ""), rows=rows)
    if not is_htmx(request):
        return redirect("evals:suite-show", request.workspace.id, kept.id)
    return render(request, "assist/case_kept.html", {"kept": kept, "added": len(rows), "cases": case_count(kept.id)})


def _summary(panel: Panel, made: forms.Acceptance) -> str:
    """A version's summary where the person wrote none."""
    if panel.name == "improve":
        return f"{panel.title}: {made.accepted} of {made.offered} edits" if made.offered else panel.title
    goal = " ".join(made.instruction.split())
    return f"{panel.title}: {goal[:120]}{'…' if len(goal) > 120 else ''}" if goal else panel.title
