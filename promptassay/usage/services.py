"""Counting model calls."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from promptassay.usage.models import ModelCall


@dataclass(frozen=True)
class Count:
    """What is kept of one model call; times in milliseconds, money in US dollars, None for not known."""

    workspace_id: UUID
    user_id: UUID | None
    purpose: str
    provider: str
    model: str
    status: str
    subject_id: UUID | None = None
    key_id: UUID | None = None
    use_id: UUID | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: Decimal | None = None
    first_token_ms: int | None = None
    total_ms: int | None = None
    attempts: int = 1


def count_call(count: Count) -> ModelCall:
    """Append one call to the ledger, inside the caller's workspace context."""
    return ModelCall.objects.create(at=datetime.now(UTC), **vars(count))
