"""Reading the audit log of the current workspace."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q

from promptassay.audit.chain import Break, find_break
from promptassay.audit.models import Entry


def latest(limit: int = 50, *, before: int | None = None) -> list[Entry]:
    """The newest entries, newest first; those with a number below `before` if given."""
    entries = Entry.objects.order_by("-number")
    if before is not None:
        entries = entries.filter(number__lt=before)
    return list(entries[:limit])


def entry_count() -> int:
    """How many entries the log holds: the last number, since entries are numbered without gaps."""
    return Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0


def data_of(action: str) -> list[tuple[str, dict[str, Any]]]:
    """What every act of one kind was done to, as text, and the data of its entry, oldest first."""
    return list(Entry.objects.filter(action=action).order_by("number").values_list("target_id", "data"))


def verify() -> Break | None:
    """Check the whole chain of the current workspace; the first break, or None."""
    return find_break(Entry.objects.order_by("number").iterator(chunk_size=2000))


def recent(limit: int, *, kinds: Collection[str] | None, own: UUID, upkeep: Collection[str] = ()) -> list[Entry]:
    """The newest entries, newest first; with `kinds`, only those about such things and those of the person `own`.

    What the system did by itself is left out where its action is in `upkeep`.
    """
    entries = Entry.objects.order_by("-number").exclude(actor_id=None, action__in=list(upkeep))
    if kinds is not None:
        entries = entries.filter(Q(target_type__in=list(kinds)) | Q(actor_id=own))
    return list(entries[:limit])
