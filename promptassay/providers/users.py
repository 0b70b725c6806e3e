"""Who uses which model: prompts and suites live in apps above this one, which register how to ask them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID


@dataclass(frozen=True)
class ModelUser:
    """Something that names a model. `page` is the name of its page's URL, which takes workspace and id."""

    kind: str
    id: UUID
    title: str
    page: str


Source: TypeAlias = Callable[[], Iterable[tuple[str, ModelUser]]]

_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Ask `source` for pairs of a model reference and its user from now on; done once, in an AppConfig's `ready`."""
    _sources[name] = source


def users_by_model() -> dict[str, list[ModelUser]]:
    """The users of each model of the current workspace by its reference, in the order of the sources."""
    found: dict[str, dict[ModelUser, None]] = defaultdict(dict)
    for _, source in sorted(_sources.items()):
        for reference, user in source():
            found[reference][user] = None
    return {reference: list(users) for reference, users in found.items()}
