"""What the private view adds to the command palette."""

from collections.abc import Iterable

from django.urls import reverse

from promptassay.workspaces.actor import Actor
from promptassay.workspaces.palette import GO_TO, Command, Place, contribute


def register() -> None:
    """Done once, when the app is ready."""
    contribute("trust", _pages, order=88)


def _pages(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    url = reverse("private:workspace-show", args=[actor.workspace_id])
    yield GO_TO, Command("Trust", url, words="isolation hosts stored retention proof export ledger privacy")
