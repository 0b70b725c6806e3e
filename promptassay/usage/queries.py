"""Reading the ledger of model calls of the current workspace, and the instance's egress ledger."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from promptassay.usage.models import Egress, ModelCall


@dataclass(frozen=True)
class Total:
    """Sums over some calls; `label` says which."""

    label: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal


def totals_by(field: str, *, days: int, user_id: UUID | None = None) -> list[Total]:
    """Sums of the last `days` days by a column, most calls first; one person's if `user_id` is given.

    `field` is model, purpose, status or user_id; the label is its value as text, empty for none.
    """
    rows = (
        _since(days, user_id)
        .values(field)
        .annotate(
            calls=Count("id"),
            tokens_in=Sum("input_tokens"),
            tokens_out=Sum("output_tokens"),
            cost=Sum("cost_usd"),
        )
    )
    totals = [
        Total(
            str(row[field] or ""),
            row["calls"],
            row["tokens_in"] or 0,
            row["tokens_out"] or 0,
            row["cost"] or Decimal(0),
        )
        for row in rows
    ]
    return sorted(totals, key=lambda total: (-total.calls, total.label))


def totals_by_key(*, user_id: UUID | None = None) -> dict[UUID | None, Total]:
    """Sums of all calls by their key, None for the demo provider; one person's if `user_id` is given."""
    calls = ModelCall.objects.filter(user_id=user_id) if user_id else ModelCall.objects.all()
    rows = calls.values("key_id").annotate(
        calls=Count("id"), tokens_in=Sum("input_tokens"), tokens_out=Sum("output_tokens"), cost=Sum("cost_usd")
    )
    return {
        row["key_id"]: Total(
            str(row["key_id"] or ""),
            row["calls"],
            row["tokens_in"] or 0,
            row["tokens_out"] or 0,
            row["cost"] or Decimal(0),
        )
        for row in rows
    }


def calls_by_day(*, days: int, user_id: UUID | None = None) -> list[tuple[str, int]]:
    """(ISO date, calls) of each of the last `days` days, oldest first, days without calls included."""
    rows = _since(days, user_id).values("at__date").annotate(calls=Count("id"))
    found = {row["at__date"]: row["calls"] for row in rows}
    today = datetime.now(UTC).date()
    dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return [(date.isoformat(), found.get(date, 0)) for date in dates]


@dataclass(frozen=True)
class DayTotal:
    """Sums over the calls of one model on one day (UTC)."""

    date: date
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal


def totals_by_day(*, days: int, user_id: UUID | None = None) -> list[DayTotal]:
    """Sums of each day and model of the last `days` days, the newest day first, then by model; days without calls
    are missing. One person's if `user_id` is given.
    """
    rows = (
        _since(days, user_id)
        .values("at__date", "model")
        .annotate(
            calls=Count("id"), tokens_in=Sum("input_tokens"), tokens_out=Sum("output_tokens"), cost=Sum("cost_usd")
        )
        .order_by("-at__date", "model")
    )
    return [
        DayTotal(
            row["at__date"],
            row["model"],
            row["calls"],
            row["tokens_in"] or 0,
            row["tokens_out"] or 0,
            row["cost"] or Decimal(0),
        )
        for row in rows
    ]


def egress(*, days: int) -> list[Egress]:
    """The lines of the egress ledger of the last `days` UTC days, today among them."""
    return list(Egress.objects.filter(day__gt=datetime.now(UTC).date() - timedelta(days=days)).order_by("day", "kind"))


def _since(days: int, user_id: UUID | None) -> QuerySet[ModelCall]:
    calls = ModelCall.objects.filter(at__gte=datetime.now(UTC) - timedelta(days=days))
    return calls.filter(user_id=user_id) if user_id else calls
