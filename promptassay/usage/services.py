"""Counting model calls, and requests by the host they left for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from promptassay.usage.models import Egress, ModelCall

EGRESS_KEPT: Final = timedelta(days=400)
_ADD_EGRESS: Final = """
INSERT INTO usage_egress AS e (day, kind, origin, requests) VALUES (%s, %s, %s, %s)
ON CONFLICT (day, kind, origin) DO UPDATE SET requests = e.requests + excluded.requests
"""


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


@transaction.atomic
def count_egress(requests: Mapping[tuple[date, str, str], int]) -> None:
    """Add requests that left to the egress ledger, by UTC day, kind and origin; days that are too old go."""
    with connection.cursor() as cursor:
        # In one order, so that two processes do not wait for each other.
        cursor.executemany(_ADD_EGRESS, [(*place, number) for place, number in sorted(requests.items())])
    Egress.objects.filter(day__lt=datetime.now(UTC).date() - EGRESS_KEPT).delete()
