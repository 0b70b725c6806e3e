"""What portability adds to the command palette."""

from collections.abc import Iterable

from django.urls import reverse

from promptassay.workspaces.actor import Actor
from promptassay.workspaces.palette import GO_TO, Command, Place, contribute
from promptassay.workspaces.permissions import Ability


def register() -> None:
    """Done once, when the app is ready."""
    contribute("portability", _pages, order=89)


def _pages(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    if actor.can(Ability.WORKSPACE_EXPORT):
        url = reverse("portability:export-show", args=[actor.workspace_id])
        yield GO_TO, Command("Export the workspace", url, words="download zip backup all data")
