"""The doors through which the queue comes; each part of the app declares its own."""

from promptassay.trust.status.jobs import measure

__all__ = ["measure"]
