"""Reading the audit log of the current workspace."""

from promptassay.audit.chain import Break, find_break
from promptassay.audit.models import Entry


def latest(limit: int = 50) -> list[Entry]:
    """The newest entries, newest first."""
    return list(Entry.objects.order_by("-number")[:limit])


def verify() -> Break | None:
    """Check the whole chain of the current workspace; the first break, or None."""
    return find_break(Entry.objects.order_by("number").iterator(chunk_size=2000))
