"""Accepting what a panel proposed: a text as a version, cases into a suite."""

from uuid import UUID

from django.http import HttpResponse

from promptassay.assist.panels import get_panel
from promptassay.core.errors import ValidationFailed
from promptassay.prompts.queries import require_prompt
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.CONTENT_WRITE, "POST")
def edit_accept(request: WorkspaceRequest, panel: str, prompt_id: UUID) -> HttpResponse:
    """Make a version of the text with what was accepted of a panel's proposal."""
    get_panel(panel)
    require_prompt(prompt_id)
    raise ValidationFailed("This panel cannot be accepted yet.")


@workspace_view(Ability.CONTENT_WRITE, "POST")
def case_accept(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Store the accepted cases in a suite."""
    require_prompt(prompt_id)
    raise ValidationFailed("This panel cannot be accepted yet.")
