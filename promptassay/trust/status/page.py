"""What the status page needs, for whoever shows it and for the probe that reads what it would show."""

from typing import Any

from promptassay.trust.status.components import (
    COMPONENTS,
    DAYS_KEPT,
    DECOY,
    IN_A_ROW,
    INTERVAL,
    LIMIT,
    RED_BELOW,
    STALE,
)
from promptassay.trust.status.states import Status, with_unit


def context(status: Status) -> dict[str, Any]:
    """The context of `trust/status_show.html`."""
    return {
        "section": "status",
        "status": status,
        "measured": [(each, with_unit(each, each.slow_over)) for each in (*COMPONENTS, DECOY) if each.built],
        "days": DAYS_KEPT,
        "interval": int(INTERVAL.total_seconds()),
        "limit": int(LIMIT),
        "stale": int(STALE.total_seconds()),
        "in_a_row": IN_A_ROW,
        "red_below": RED_BELOW,
    }
