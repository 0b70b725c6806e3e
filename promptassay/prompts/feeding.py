"""The variables that test cases feed: cases live in an app above this one, which registers how to ask them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from promptassay.workspaces.actor import Actor

Names = Callable[[UUID], Sequence[str]]
Drop = Callable[[Actor, UUID, str], int]


@dataclass
class _Registry:
    names: Names | None = None
    drop: Drop | None = None


_registry = _Registry()


def register(names: Names, drop: Drop) -> None:
    """Say where values come from; called once, in an AppConfig's `ready`.

    names: (prompt id) to the variables that its cases give values for, each once. drop: (actor, prompt id, variable)
    takes it out of all of them and returns how many cases that changed.
    """
    _registry.names, _registry.drop = names, drop


def fed_variables(prompt_id: UUID) -> tuple[str, ...]:
    """The variables that a prompt's test cases give values for; none where nobody can be asked."""
    return tuple(_registry.names(prompt_id)) if _registry.names else ()


def stop_feeding(actor: Actor, prompt_id: UUID, name: str) -> int:
    """Take a variable out of all cases of a prompt; returns how many had it."""
    return _registry.drop(actor, prompt_id, name) if _registry.drop else 0
