"""What the panels add to the command palette: showing each on the workbench, and reading how it asks."""

from collections.abc import Iterator
from typing import Final

from django.urls import reverse

from promptassay.assist.panels import PANELS
from promptassay.prompts.palette import HERE
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.palette import Command, Place, contribute
from promptassay.workspaces.permissions import Ability

_WORDS: Final = {
    "critique": "review score findings judge",
    "improve": "edit fix better",
    "rewrite": "anew tone audience goal",
    "brainstorm": "chat talk ask ideas",
    "compare": "meaning versions effect",
    "cases": "test suite generate",
}


def register() -> None:
    """Done once, when the app is ready."""
    contribute("panels", _here, order=11)


def _here(actor: Actor, place: Place, query: str) -> Iterator[tuple[str, Command]]:
    """On a prompt's pages: each panel, opened in the dock or on the workbench's page."""
    prompt_id = place.ids.get("prompt_id")
    if prompt_id is None or not actor.can(Ability.AI_USE):
        return
    bench = reverse("prompts:prompt-show", args=[actor.workspace_id, prompt_id])
    branch = f"?branch={place.branch}" if place.branch else ""
    for panel in PANELS.values():
        if panel.place == "lint":
            continue
        title = f"{panel.title}…" if panel.place == "tests" else f"{panel.title} with a model"
        pane = f"pane-{panel.name if panel.place == 'dock' else panel.place}"
        words = f"panel ai assist {_WORDS.get(panel.name, '')}"
        if place.name == "prompts:prompt-show":
            yield HERE, Command(title, press=f'.dock a[href="#{pane}"]', words=words)
        else:
            yield HERE, Command(title, f"{bench}{branch}#{pane}", words=words)
