"""What fragments add to the command palette: their pages, what to do on one, and finding them by name."""

from collections.abc import Iterable
from typing import Final

from django.urls import reverse

from promptassay.fragments import queries
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.palette import FOUND_IN_A_GROUP, GO_TO, Command, Place, contribute
from promptassay.workspaces.permissions import Ability

HERE: Final = "This fragment"
FOUND: Final = "Fragments"


def register() -> None:
    """Done once, when the app is ready."""
    contribute("fragment", _here, order=14)
    contribute("fragments-found", _found, order=42)
    contribute("fragments", _pages, order=74)


def _here(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    fragment_id = place.ids.get("fragment_id")
    if fragment_id is None:
        return

    def to(name: str) -> str:
        return reverse(f"fragments:{name}", args=[actor.workspace_id, fragment_id])

    if place.name == "fragments:fragment-show":
        if actor.can(Ability.CONTENT_WRITE):
            yield HERE, Command("Save a version", press='[data-key="mod+s"]', keys="mod+s")
        yield HERE, Command("Find and replace", press="[data-command=find]", keys="mod+f", words="search text")
    else:
        yield HERE, Command("Edit the fragment", to("fragment-show"), words="open text")
    yield HERE, Command("Compare versions", to("version-diff"), words="diff changes")
    yield HERE, Command("History", to("version-list"), words="versions")


def _found(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    if query:
        for each in queries.named_like(query, limit=FOUND_IN_A_GROUP):
            url = reverse("fragments:fragment-show", args=[actor.workspace_id, each.id])
            yield FOUND, Command(each.title, url, note=each.slug, found=True)


def _pages(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    yield GO_TO, Command("Fragments", reverse("fragments:fragment-list", args=[actor.workspace_id]))
    if actor.can(Ability.CONTENT_WRITE):
        url = reverse("fragments:fragment-create", args=[actor.workspace_id])
        yield GO_TO, Command("New fragment", url, words="create add make")
