"""Waiting for what happens outside the page, such as at the fake provider."""

from collections.abc import Callable
from threading import Event
from time import monotonic


def eventually(holds: Callable[[], bool], *, within: float = 10) -> float:
    """Wait until a condition holds; returns the seconds that took. Raises AssertionError after `within`."""
    began = monotonic()
    pause = Event()
    while not holds():
        assert monotonic() - began < within, "it did not happen in time"
        pause.wait(0.005)
    return monotonic() - began
