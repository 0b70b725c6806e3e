"""Who is acting, where and as what: the first argument of every service."""

from dataclasses import dataclass
from uuid import UUID

from promptassay.core.errors import Forbidden
from promptassay.workspaces.permissions import Ability, Role, allows


@dataclass(frozen=True)
class Actor:
    """A person (or a job acting for one) in one workspace, with their role at this moment.

    `label` is how the audit log names them; `address` and `request_id` say where the act came from.
    """

    user_id: UUID
    workspace_id: UUID
    role: Role
    label: str = ""
    address: str = ""
    request_id: str = ""

    def can(self, ability: Ability) -> bool:
        """Whether the role includes the ability."""
        return allows(self.role, ability)

    def require(self, ability: Ability) -> None:
        """Raise Forbidden, naming the ability, unless the role includes it."""
        if not self.can(ability):
            raise Forbidden(ability.value)


@dataclass(frozen=True)
class System:
    """The product itself in one workspace: upkeep that nobody asked for, such as looking for new models.

    Ledger and audit log name it “the system”. Only jobs of ours are made with it, never a request.
    """

    workspace_id: UUID
    user_id: None = None
    label: str = ""
    address: str = ""
    request_id: str = ""

    def require(self, ability: Ability) -> None:
        """Nothing is refused: what it may do is what our own jobs ask of it."""
