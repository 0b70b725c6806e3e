"""How entries are chained: the hash of an entry covers its fields and the hash before it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from promptassay.audit.models import Entry


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold, and why."""

    number: int
    reason: str


def entry_hash(entry: Entry) -> str:
    """SHA-256 in hex over the canonical JSON of everything in the entry but its own hash."""
    fields = {
        "workspace": str(entry.workspace_id),
        "number": entry.number,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": str(entry.actor_id or ""),
        "label": entry.actor_label,
        "action": entry.action,
        "target": [entry.target_type, entry.target_id],
        "data": entry.data,
        "address": entry.address,
        "request": entry.request_id,
        "previous": entry.previous_hash,
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def find_break(entries: Iterable[Entry]) -> Break | None:
    """The first place where entries, in number order from 1, were changed, removed or put in; None if none."""
    previous, expected = "", 1
    for entry in entries:
        if entry.number != expected:
            return Break(expected, f"entry {expected} is missing")
        if entry.previous_hash != previous:
            return Break(entry.number, "it does not follow the entry before it")
        if entry.hash != entry_hash(entry):
            return Break(entry.number, "its contents were changed")
        previous, expected = entry.hash, expected + 1
    return None
