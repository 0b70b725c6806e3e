"""What a probe is doing at this moment, for whoever watches it run. Unheard, it costs nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("progress", default=None)


def tell(words: str) -> None:
    """One line: what was tried a moment ago, and what came of it. No content, no ids of workspaces."""
    if (listener := _listener.get()) is not None:
        listener(words)


@contextmanager
def heard_by(listener: Callable[[str], None]) -> Iterator[None]:
    """Lines told inside go to `listener`, in the thread of the probe."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
