"""Writing the audit log: one call beside each write that matters."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from promptassay.audit.chain import entry_hash
from promptassay.audit.models import Entry


class Acting(Protocol):
    """What the log needs to know of an actor."""

    @property
    def user_id(self) -> UUID | None: ...
    @property
    def workspace_id(self) -> UUID: ...
    @property
    def label(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def request_id(self) -> str: ...


def record(actor: Acting, action: str, *, target: tuple[str, object], data: Mapping[str, Any] | None = None) -> Entry:
    """Append an entry to the workspace's chain, inside the caller's transaction.

    `data` is small and JSON-safe and never holds content, secrets or a provider's answer. Entries of one
    workspace are numbered one after the other, so writers of one workspace wait for each other here.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(actor.workspace_id)])
    last = Entry.objects.order_by("-number").only("number", "hash").first()
    entry = Entry(
        workspace_id=actor.workspace_id,
        number=last.number + 1 if last else 1,
        at=datetime.now(UTC),
        actor_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target_type=target[0],
        target_id=str(target[1]),
        data=dict(data or {}),
        address=actor.address,
        request_id=actor.request_id,
        previous_hash=last.hash if last else "",
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    return entry
