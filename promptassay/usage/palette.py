"""What usage adds to the command palette."""

from collections.abc import Iterable

from django.urls import reverse

from promptassay.workspaces.actor import Actor
from promptassay.workspaces.palette import GO_TO, Command, Place, contribute


def register() -> None:
    """Done once, when the app is ready."""
    contribute("usage", _pages, order=84)


def _pages(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    url = reverse("usage:usage-show", args=[actor.workspace_id])
    yield GO_TO, Command("Usage", url, words="calls tokens cost budget")
