"""The trust app's tables; each part of the app declares its own."""

from promptassay.trust.status.models import StatusDay, StatusIncident, StatusRound, StatusSample

__all__ = ["StatusDay", "StatusIncident", "StatusRound", "StatusSample"]
