"""What provider keys add to the command palette."""

from collections.abc import Iterable

from django.urls import reverse

from promptassay.workspaces.actor import Actor
from promptassay.workspaces.palette import GO_TO, Command, Place, contribute
from promptassay.workspaces.permissions import Ability


def register() -> None:
    """Done once, when the app is ready."""
    contribute("keys", _pages, order=86)


def _pages(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    yield GO_TO, Command("Provider keys", reverse("providers:key-list", args=[actor.workspace_id]), words="models api")
    if actor.can(Ability.KEYS_MANAGE):
        url = reverse("providers:key-create", args=[actor.workspace_id])
        yield GO_TO, Command("Add a provider key", url, words="new openai anthropic google")
