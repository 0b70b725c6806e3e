"""The usage page: calls, tokens and cost of the last 30 days, as counts; no text of any call exists."""

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from promptassay.accounts.queries import emails_of
from promptassay.usage import queries
from promptassay.usage.purposes import title_of
from promptassay.usage.queries import Total
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

DAYS = 30
# The drawing's own units; it is stretched to the page's width.
BAR_WIDTH, BAR_STEP, CHART_HEIGHT = 16, 20, 100


@dataclass(frozen=True)
class Bar:
    """One day in the chart, placed in the drawing's units."""

    date: str
    calls: int
    x: int
    y: int
    height: int


@workspace_view(Ability.CONTENT_READ, "GET")
def usage_show(request: WorkspaceRequest) -> HttpResponse:
    """What the workspace's model calls came to; members without AUDIT_READ see their own."""
    everybody = request.actor.can(Ability.AUDIT_READ)
    only = None if everybody else request.actor.user_id
    by_model = queries.totals_by("model", days=DAYS, user_id=only)
    by_status = queries.totals_by("status", days=DAYS, user_id=only)
    days = queries.calls_by_day(days=DAYS, user_id=only)
    context = {
        "section": "usage",
        "days": DAYS,
        "everybody": everybody,
        "whole": whole(by_model),
        "failed": sum(total.calls for total in by_status if total.label != "ok"),
        "by_model": by_model,
        "by_purpose": _by_purpose(only),
        "by_person": _by_person() if everybody else [],
        "bars": bars(days),
        "busiest": max((calls for _, calls in days), default=0),
        "chart_width": DAYS * BAR_STEP,
        "chart_height": CHART_HEIGHT,
        "bar_width": BAR_WIDTH,
    }
    return render(request, "usage/usage_show.html", context)


def whole(totals: list[Total]) -> Total:
    """The sum of all lines."""
    return Total(
        "all",
        sum(total.calls for total in totals),
        sum(total.input_tokens for total in totals),
        sum(total.output_tokens for total in totals),
        sum((total.cost_usd for total in totals), Decimal(0)),
    )


def bars(days: list[tuple[str, int]]) -> list[Bar]:
    """The bars of the chart; the busiest day is as high as the chart, and a day with calls is never invisible."""
    most = max((calls for _, calls in days), default=0)
    drawn = []
    for index, (date, calls) in enumerate(days):
        height = max(2, round(CHART_HEIGHT * calls / most)) if calls else 0
        drawn.append(Bar(date, calls, index * BAR_STEP + 2, CHART_HEIGHT - height, height))
    return drawn


def _by_purpose(only: UUID | None) -> list[Total]:
    totals = queries.totals_by("purpose", days=DAYS, user_id=only)
    return [replace(total, label=title_of(total.label)) for total in totals]


def _by_person() -> list[Total]:
    totals = queries.totals_by("user_id", days=DAYS)
    emails = emails_of(UUID(total.label) for total in totals if total.label)
    names = {"": "the system", **{str(user_id): email for user_id, email in emails.items()}}
    return [replace(total, label=names.get(total.label, "somebody who left")) for total in totals]
