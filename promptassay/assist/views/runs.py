"""Running a panel, and showing beforehand exactly what would be sent."""

from uuid import UUID

from django.http import HttpResponse

from promptassay.assist.panels import get_panel
from promptassay.core.errors import ValidationFailed
from promptassay.prompts.queries import require_prompt
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.AI_USE, "POST")
def panel_request(request: WorkspaceRequest, panel: str, prompt_id: UUID) -> HttpResponse:
    """Every message, the settings and the schema as they would go."""
    get_panel(panel)
    require_prompt(prompt_id)
    raise ValidationFailed("This panel does not answer yet.")


@workspace_view(Ability.AI_USE, "POST")
def panel_run(request: WorkspaceRequest, panel: str, prompt_id: UUID) -> HttpResponse:
    """Stream what the panel finds."""
    get_panel(panel)
    require_prompt(prompt_id)
    raise ValidationFailed("This panel does not answer yet.")
