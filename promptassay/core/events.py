"""How an app tells the apps above it that something happened: typed facts, handled in the same transaction."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")

_handlers: dict[type, list[Callable[[Any], object]]] = defaultdict(list)


def subscribe(event: type[E], handler: Callable[[E], object]) -> None:
    """Call `handler` for each emitted `event`; done once, in an AppConfig's `ready`."""
    if handler not in _handlers[event]:
        _handlers[event].append(handler)


def emit(event: object) -> None:
    """Run the handlers now. A handler that raises undoes the transaction that emitted."""
    for handler in _handlers[type(event)]:
        handler(event)
