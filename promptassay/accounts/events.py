"""Facts about accounts that apps above may act on."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class AccountCreated:
    """A person signed up, or was made by `promptassay bootstrap`; emitted inside that transaction."""

    user_id: UUID
    email: str
