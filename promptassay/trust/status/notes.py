"""`promptassay trust incident NUMBER`: what the operator says of an incident, in public and for good."""

import sys

from promptassay.core.errors import AppError
from promptassay.trust.own_words import public_line
from promptassay.trust.status import clock
from promptassay.trust.status.models import StatusIncident, StatusNote


def say(number: int, words: str, *, is_cause: bool = False) -> StatusNote:
    """Add a note, or the cause, to an incident. Raises AppError for an unknown one and for what cannot be shown."""
    line = public_line(words, next_step="Add --cause “…” or --note “…”.")
    incident = StatusIncident.objects.filter(pk=number).first()
    if incident is None:
        raise AppError(f"There is no incident {number}.", next_step="`promptassay trust incident list` shows them.")
    return StatusNote.objects.create(incident=incident, at=clock.now(), is_cause=is_cause, words=line)


def main(subject: str, *, cause: str, note: str) -> int:
    """Say it, or list the incidents with what is missing; returns 0. Raises AppError."""
    if subject == "list":
        sys.stdout.write("".join(_line(each) for each in StatusIncident.objects.order_by("-opened_at")) or "None.\n")
        return 0
    if not subject.isdecimal():
        raise AppError(f"“{subject}” is no incident.", next_step="`promptassay trust incident list` shows them.")
    given = [(words, is_cause) for words, is_cause in ((note, False), (cause, True)) if words]
    for words, is_cause in given or [("", False)]:
        say(int(subject), words, is_cause=is_cause)
    sys.stdout.write(_line(StatusIncident.objects.get(pk=int(subject))))
    return 0


def _line(incident: StatusIncident) -> str:
    cause = incident.notes.filter(is_cause=True).last()
    until = f"to {incident.closed_at:%Y-%m-%d %H:%M}" if incident.closed_at else "going on"
    said = cause.words if cause else "no cause named yet"
    return f"{incident.pk}: {incident.component}, {incident.opened_at:%Y-%m-%d %H:%M} {until} UTC: {said}\n"
