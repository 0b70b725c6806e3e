"""Reading the checks of the current workspace's wall."""

from promptassay.trust.private.models import IsolationCheck


def last_check() -> IsolationCheck | None:
    """The newest check, whether it ended or not."""
    return IsolationCheck.objects.order_by("-started").first()


def checks(limit: int) -> list[IsolationCheck]:
    """The newest checks, newest first."""
    return list(IsolationCheck.objects.order_by("-started")[:limit])
