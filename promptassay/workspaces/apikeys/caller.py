"""Who calls through an API key: the person who made it, with what the key's scopes leave of their present role."""

from dataclasses import dataclass
from uuid import UUID

from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability, Scope, scopes_allow


@dataclass(frozen=True)
class KeyActor(Actor):
    """An actor whose every act needs the person's role and one of the key's scopes."""

    key_id: UUID | None = None
    scopes: frozenset[Scope] = frozenset()

    def can(self, ability: Ability) -> bool:
        """Whether role and scopes both include the ability."""
        return super().can(ability) and scopes_allow(self.scopes, ability)


@dataclass(frozen=True)
class Allowance:
    """Where a key stands in its minute: requests allowed, left, and seconds until all are there again."""

    limit: int
    left: int
    resets_in: int


@dataclass(frozen=True)
class Caller:
    """A request that was let in: who acts, and what is left of the key's minute."""

    actor: KeyActor
    allowance: Allowance
