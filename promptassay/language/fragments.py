"""Where fragment texts come from: the protocol a source follows, and a source in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class FragmentText:
    """The text of one version of a fragment; `number` counts from 1 within the fragment."""

    slug: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class PinMissing:
    """The answer for a fragment without the version asked for; `newest` is None if it has none at all."""

    newest: int | None


Loaded: TypeAlias = FragmentText | PinMissing | None


class FragmentSource(Protocol):
    """Finds fragment texts. It is asked once per slug and pin in one expansion."""

    def load(self, slug: str, pin: int | None) -> Loaded:
        """Return version `pin` of the fragment, its newest if None; None if no fragment has the slug."""


class FragmentTable:
    """A source in memory: slug to version number to text."""

    def __init__(self, texts: Mapping[str, Mapping[int, str]]) -> None:
        self._texts = {slug: dict(versions) for slug, versions in texts.items()}

    def load(self, slug: str, pin: int | None) -> Loaded:
        """Follow `FragmentSource.load`."""
        versions = self._texts.get(slug)
        if versions is None:
            return None
        newest = max(versions, default=None)
        number = newest if pin is None else pin
        if number is None or number not in versions:
            return PinMissing(newest)
        return FragmentText(slug, number, versions[number])


NO_FRAGMENTS = FragmentTable({})
