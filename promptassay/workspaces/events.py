"""Facts about workspaces that apps above may act on."""

from dataclasses import dataclass

from promptassay.workspaces.actor import Actor


@dataclass(frozen=True)
class DemoRequested:
    """Somebody asked for the example content in their workspace; emitted inside that transaction."""

    actor: Actor
