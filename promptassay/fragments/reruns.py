"""Suites that a changed fragment asks to run again: they live in an app above this one, which registers its answer."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from promptassay.fragments.queries import WorkspaceFragments
from promptassay.fragments.users import VersionKey
from promptassay.workspaces.actor import Actor


@dataclass(frozen=True)
class Rerun:
    """A suite that can run again on `number`, the newest version of its prompt that changes.

    `calls` and `cost` (US dollars; a part of it where `cost_is_whole` is false) are estimates for the prompt's text
    as it will be. `problem` says why it cannot run; then there is nothing to estimate.
    """

    suite_id: UUID
    suite_name: str
    prompt_id: UUID
    prompt_title: str
    number: int
    models: tuple[str, ...] = ()
    cases: int = 0
    calls: int = 0
    cost: Decimal = Decimal(0)
    cost_is_whole: bool = True
    problem: str = ""


class Runner(Protocol):
    """Plans and starts runs in the current workspace."""

    def offer(self, versions: Collection[VersionKey], fragments: WorkspaceFragments) -> list[Rerun]:
        """The suites of the prompts of these versions, by prompt and name, with `fragments` to resolve with."""

    def start(
        self, actor: Actor, suites: Collection[UUID], versions: Collection[VersionKey], *, slug: str, number: int
    ) -> int:
        """Start those of the suites that test one of these versions, because fragment `slug` is now at `number`.

        Returns how many started; what cannot run any more is left out. Raises Forbidden.
        """


class _Nobody:
    """The answer while no app above has registered: there are no suites."""

    def offer(self, versions: Collection[VersionKey], fragments: WorkspaceFragments) -> list[Rerun]:
        return []

    def start(
        self, actor: Actor, suites: Collection[UUID], versions: Collection[VersionKey], *, slug: str, number: int
    ) -> int:
        return 0


_runner: list[Runner] = [_Nobody()]


def register(runner: Runner) -> None:
    """Answer with this runner from now on; done once, in an AppConfig's `ready`."""
    _runner[0] = runner


def runner() -> Runner:
    """The runner of the app above."""
    return _runner[0]
