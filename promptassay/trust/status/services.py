"""Writing measurements down: samples, days summed up, incidents opened and closed, old rows removed."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.db import connection, transaction

from promptassay.trust.status.components import DAYS_KEPT, DECOY, IN_A_ROW, RAW_KEPT
from promptassay.trust.status.models import StatusDay, StatusIncident, StatusRound, StatusSample
from promptassay.trust.status.record import Sample, Verdict

_SUM_UP: Final = """
INSERT INTO trust_statusday (component, day, passed, slow, failed, p50, p95)
SELECT component, (at AT TIME ZONE 'UTC')::date, count(*) FILTER (WHERE verdict = 'pass'),
  count(*) FILTER (WHERE verdict = 'warn'), count(*) FILTER (WHERE verdict = 'fail'),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY value), percentile_cont(0.95) WITHIN GROUP (ORDER BY value)
FROM trust_statussample WHERE at >= %s GROUP BY 1, 2
ON CONFLICT (component, day) DO UPDATE SET passed = excluded.passed, slow = excluded.slow, failed = excluded.failed,
  p50 = excluded.p50, p95 = excluded.p95
"""


def minute_of(at: datetime) -> datetime:
    """The minute that a moment is in."""
    return at.replace(second=0, microsecond=0)


@transaction.atomic
def keep(samples: Sequence[Sample], *, now: datetime, unused: Sequence[str], rehearsed: bool) -> None:
    """Write a round down, with earlier samples that could not be written in their time. Twice is the same as once."""
    fresh = _new(samples)
    StatusSample.objects.bulk_create(
        [
            StatusSample(
                component=each.component,
                minute=minute_of(each.at),
                at=each.at,
                verdict=each.verdict,
                value=each.value,
                reason=each.reason,
            )
            for each in fresh
        ],
        ignore_conflicts=True,
    )
    for component in {each.component for each in fresh} - {DECOY.id}:
        _follow(component, sorted((each for each in fresh if each.component == component), key=lambda each: each.at))
    StatusIncident.objects.filter(closed_at=None, component__in=unused).update(
        closed_at=now, cause="Not used here any more, so it is no longer measured."
    )
    if fresh:
        _sum_up(min(each.at for each in fresh), now)
    StatusRound.objects.update_or_create(
        minute=minute_of(now),
        defaults={"finished_at": now, "unused": list(unused), "rehearsed": rehearsed},
    )
    _forget(now)


def _new(samples: Sequence[Sample]) -> list[Sample]:
    """Those whose minute has none of their component yet, the first of each."""
    minutes = {minute_of(each.at) for each in samples}
    taken = set(StatusSample.objects.filter(minute__in=minutes).values_list("component", "minute"))
    found: dict[tuple[str, datetime], Sample] = {}
    for each in samples:
        place = (each.component, minute_of(each.at))
        if place not in taken:
            found.setdefault(place, each)
    return list(found.values())


def _follow(component: str, fresh: Sequence[Sample]) -> None:
    """Open an incident with the second failure in a row, close it with the second success in a row."""
    before = StatusSample.objects.filter(component=component, at__lt=fresh[0].at).order_by("-at")[: IN_A_ROW - 1]
    row = [Sample(component, each.at, Verdict(each.verdict), reason=each.reason) for each in reversed(before)]
    incident = StatusIncident.objects.filter(component=component, closed_at=None).first()
    for sample in fresh:
        row = [*row, sample][-IN_A_ROW:]
        failed = [each.verdict is Verdict.FAIL for each in row]
        if incident is not None and failed[-1]:
            incident.reasons = dict(Counter(incident.reasons) + Counter([sample.reason]))
            incident.save(update_fields=["reasons"])
        elif len(row) == IN_A_ROW and incident is None and all(failed):
            reasons = dict(Counter(each.reason for each in row))
            incident = StatusIncident.objects.create(component=component, opened_at=row[0].at, reasons=reasons)
        elif len(row) == IN_A_ROW and incident is not None and not any(failed):
            incident.closed_at = row[0].at
            incident.save(update_fields=["closed_at"])
            incident = None


def _sum_up(since: datetime, now: datetime) -> None:
    """Count the days of new samples anew, from the samples themselves; none older than those that are all kept."""
    first = max(since, now - timedelta(days=1)).astimezone(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute(_SUM_UP, [datetime.combine(first, time(), UTC)])


def _forget(now: datetime) -> None:
    StatusSample.objects.filter(at__lt=now - RAW_KEPT).delete()
    StatusRound.objects.filter(minute__lt=now - RAW_KEPT).delete()
    oldest = now - timedelta(days=DAYS_KEPT)
    StatusDay.objects.filter(day__lt=oldest.date()).delete()
    StatusIncident.objects.filter(closed_at__lt=oldest).delete()
