"""What fragments ask of the prompts above them: who they are, and their texts. The app above registers its answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias
from uuid import UUID

from promptassay.language.messages import Message

VersionKey: TypeAlias = tuple[UUID, int]


@dataclass(frozen=True)
class UsingPrompt:
    """A prompt as pages of fragments show it. `labels` names the versions that something points at, by number."""

    id: UUID
    title: str
    current_version: int
    is_archived: bool = False
    labels: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def is_watched(self, number: int) -> bool:
        """Whether a version is what people and programs get: the latest, or one with a label."""
        return number == self.current_version or number in self.labels


class PromptReader(Protocol):
    """Reads prompts of the current workspace."""

    def describe(self, ids: Collection[UUID]) -> dict[UUID, UsingPrompt]:
        """The prompts with these ids; unknown ids are left out."""

    def messages(self, wanted: Collection[VersionKey]) -> dict[VersionKey, tuple[Message, ...]]:
        """The messages of versions, by prompt and number; unknown ones are left out."""


class _Nobody:
    """The answer while no app above has registered: there are no prompts."""

    def describe(self, ids: Collection[UUID]) -> dict[UUID, UsingPrompt]:
        return {}

    def messages(self, wanted: Collection[VersionKey]) -> dict[VersionKey, tuple[Message, ...]]:
        return {}


_reader: list[PromptReader] = [_Nobody()]


def register(reader: PromptReader) -> None:
    """Answer with this reader from now on; done once, in an AppConfig's `ready`."""
    _reader[0] = reader


def prompts() -> PromptReader:
    """The reader of the app above."""
    return _reader[0]
