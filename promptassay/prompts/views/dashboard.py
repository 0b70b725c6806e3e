"""The home page of a workspace: what was worked on, what is at hand, what happened, what needs a look."""

from django.http import HttpResponse
from django.shortcuts import render

from promptassay.prompts import activity
from promptassay.prompts import dashboard as board
from promptassay.prompts.queries import library
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

RECENT = 8
FAVOURITES = 8
LINES = 20


@workspace_view(Ability.CONTENT_READ, "GET")
def dashboard(request: WorkspaceRequest) -> HttpResponse:
    """Recent prompts, one's favourites, what happened, and the cards of the apps above."""
    context = {
        "section": "home",
        "recent": library.recent_prompts(limit=RECENT),
        "favourites": library.list_favourites(request.actor, limit=FAVOURITES),
        "lines": activity.recent_lines(request.actor, limit=LINES),
        "cards": board.cards(request.actor),
        "may_read_audit": request.actor.can(Ability.AUDIT_READ),
    }
    return render(request, "prompts/dashboard.html", context)
