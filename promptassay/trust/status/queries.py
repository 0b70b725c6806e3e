"""Reading the measurements: everything that the pages tell, in one short transaction."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from promptassay.trust.status import decoy
from promptassay.trust.status.components import DAYS_KEPT, DECOY
from promptassay.trust.status.models import StatusDay, StatusIncident, StatusRound, StatusSample
from promptassay.trust.status.record import Day, Incident, Note, Pace, Record, Sample, Trial, Verdict

_LATEST: Final = """
SELECT DISTINCT ON (component) component, at, verdict, value, reason FROM trust_statussample
WHERE at > %s ORDER BY component, at DESC
"""
_PACES: Final = """
SELECT component, percentile_cont(0.5) WITHIN GROUP (ORDER BY value),
  percentile_cont(0.95) WITHIN GROUP (ORDER BY value)
FROM trust_statussample WHERE at > %s AND value IS NOT NULL GROUP BY component
"""
# The pages are public: whoever asks gets an answer soon, or the one from before.
_PATIENCE_MS: Final = 3000


def read_record(now: datetime) -> Record:
    """What was measured up to now. Raises DatabaseError."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {_PATIENCE_MS}")
            cursor.execute(_LATEST, [now - timedelta(hours=48)])
            latest = {row[0]: Sample(row[0], row[1], Verdict(row[2]), row[3], row[4]) for row in cursor.fetchall()}
            cursor.execute(_PACES, [now - timedelta(hours=24)])
            paces = {name: Pace(p50, p95) for name, p50, p95 in cursor.fetchall()}
        last = StatusRound.objects.exclude(finished_at=None).order_by("-minute").first()
        return Record(
            read_at=now,
            last_round=last.finished_at if last else None,
            rehearsed=last.rehearsed if last else None,
            unused=tuple(last.unused) if last else (),
            latest=latest,
            paces=paces,
            days=_days(now),
            incidents=_incidents(),
            trials=_trials(now),
        )


def _days(now: datetime) -> dict[str, list[Day]]:
    found: dict[str, list[Day]] = defaultdict(list)
    first = now.date() - timedelta(days=DAYS_KEPT - 1)
    for row in StatusDay.objects.filter(day__gte=first).order_by("day"):
        found[row.component].append(Day(row.day, row.passed, row.slow, row.failed, row.p50, row.p95))
    return dict(found)


def _incidents() -> list[Incident]:
    return [
        Incident(
            row.pk,
            row.component,
            row.opened_at,
            row.closed_at,
            row.reasons,
            row.cause,
            tuple(Note(each.at, each.words, each.is_cause) for each in row.notes.all()),
        )
        for row in StatusIncident.objects.order_by("-opened_at").prefetch_related("notes")
    ]


def _trials(now: datetime) -> list[Trial]:
    """The decoy's last minutes in which anything was measured, newest first."""
    found = []
    for start in decoy.past_minutes(now):
        rows = StatusSample.objects.filter(component=DECOY.id, at__gte=start, at__lt=start + decoy.MINUTE)
        verdicts = list(rows.values_list("verdict", flat=True))
        if verdicts:
            found.append(Trial(start, len(verdicts), all(each == Verdict.FAIL for each in verdicts)))
    return found
