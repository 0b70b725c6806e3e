"""The dashboard's cards from the apps above this one: each registers a function that reads what to show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from promptassay.workspaces.actor import Actor


@dataclass(frozen=True)
class Card:
    """One card: `template` renders it with `card.data` as its `data`."""

    title: str
    template: str
    data: Mapping[str, Any] = field(default_factory=dict)


Source = Callable[[Actor], "Card | None"]

_sources: dict[str, tuple[int, Source]] = {}


def contribute(name: str, source: Source, *, order: int) -> None:
    """Let `source` add a card, or None when it has nothing to say; done once, in an AppConfig's `ready`."""
    _sources[name] = (order, source)


def cards(actor: Actor) -> list[Card]:
    """The cards of all sources for this person, in order. Each source reads within the current workspace."""
    ordered = sorted(_sources.items(), key=lambda entry: (entry[1][0], entry[0]))
    return [card for _, (_, source) in ordered if (card := source(actor)) is not None]
