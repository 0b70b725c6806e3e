"""What model calls are for, in words: both ledgers keep a short name, and the app that calls says what it means."""

from collections.abc import Mapping
from typing import Final

_TITLES: Final[dict[str, str]] = {
    "playground": "Playground",
    "run": "Suite runs",
    "judge": "Judging",
    "test": "Test of a key",
    "models": "List of models",
}
# What asks a provider for its models: the key leaves for it, no text does, and no model is called.
WITHOUT_TEXT: Final = frozenset({"test", "models"})


def register(titles: Mapping[str, str]) -> None:
    """Say what an app's purposes are called; at start."""
    _TITLES.update(titles)


def title_of(purpose: str) -> str:
    """A purpose as people read it; one that nobody named stands as it is kept."""
    return _TITLES.get(purpose, purpose)
