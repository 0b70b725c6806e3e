"""Incidents as the items of a feed: one when it opened, one for each word of the operator, one when it was over."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from promptassay.trust.status.states import Status


@dataclass(frozen=True)
class Item:
    """An item of RSS 2.0. `kind` tells the items of an incident apart."""

    number: int
    kind: str
    at: datetime
    title: str
    words: str

    @property
    def date(self) -> str:
        """As RFC 822 writes it."""
        return format_datetime(self.at)


def items(status: Status) -> list[Item]:
    """Newest first."""
    found = []
    for component, incident, cause in status.incidents:
        found.append(Item(incident.number, "opened", incident.opened_at, f"{component.title} is down", cause))
        for at, note in enumerate(incident.notes, 1):
            title = f"{component.title}: {'the cause' if note.is_cause else 'a note'}"
            found.append(Item(incident.number, f"note-{at}", note.at, title, note.words))
        if incident.closed_at is not None:
            title = f"{component.title}: the incident is over"
            found.append(Item(incident.number, "closed", incident.closed_at, title, cause))
    return sorted(found, key=lambda item: item.at, reverse=True)
