"""The status for programs: our JSON, and health+json as monitors read it. Names of ours, figures and times only."""

from typing import Any, Final

from promptassay.trust.status.components import INTERVAL, RED_BELOW, STALE
from promptassay.trust.status.states import Line, State, Status

_HEALTH: Final = {State.UP: "pass", State.SLOW: "warn", State.DOWN: "fail", State.UNKNOWN: "warn"}
_MEASUREMENT: Final = {"ms": "responseTime", "s": "oldestWaitingJob"}


def as_json(status: Status) -> dict[str, Any]:
    """Everything on the page."""
    return {
        "now": status.now,
        "state": status.overall,
        "headline": status.headline,
        "last_round": status.last_round,
        "interval_s": INTERVAL.total_seconds(),
        "stale_after_s": STALE.total_seconds(),
        "database_away_since": status.away_since,
        "detector": {
            "state": status.sight,
            "words": status.sight_words,
            "trials": [
                {"from": each.start, "measurements": each.measurements, "seen_down": each.seen}
                for each in status.trials
            ],
        },
        "formula": FORMULA,
        "components": [_component(line) for line in status.lines],
        "incidents": [
            {
                "number": incident.number,
                "component": component.id,
                "opened_at": incident.opened_at,
                "closed_at": incident.closed_at,
                "cause": cause,
                "operators_cause": incident.operators_cause or None,
                "notes": [{"at": each.at, "words": each.words, "is_cause": each.is_cause} for each in incident.notes],
            }
            for component, incident, cause in status.incidents
        ],
    }


FORMULA: Final = (
    "availability = (measurements that passed + slow ones) / all measurements; minutes without a measurement are not "
    f"counted. A day without a failure is green, from {RED_BELOW:.0%} amber, below it red, without a measurement empty."
)


def as_health(status: Status) -> tuple[dict[str, Any], int]:
    """The body after draft-inadarei-api-health-check, and its HTTP status: 503 when a core component is down."""
    verdict = "pass" if status.overall is State.UP else "warn"
    if any(line.state is State.DOWN and line.component.core for line in status.lines):
        verdict = "fail"
    body = {
        "status": verdict,
        "output": status.headline,
        "checks": dict(_check(line) for line in status.used),
    }
    return body, 503 if verdict == "fail" else 200


def _component(line: Line) -> dict[str, Any]:
    return {
        "id": line.component.id,
        "name": line.component.title,
        "state": line.state,
        "reason": line.words,
        "measured_at": line.sample and line.sample.at,
        "value": line.sample and line.sample.value,
        "unit": line.component.unit,
        "p50_24h": line.pace and round(line.pace.p50, 2),
        "p95_24h": line.pace and round(line.pace.p95, 2),
        "availability_90d": line.share,
        "days": [{"day": bar.day, "words": bar.words, "tone": bar.tone} for bar in line.bars if bar.tone != "none"],
    }


def _check(line: Line) -> tuple[str, list[dict[str, Any]]]:
    sample = line.sample
    found: dict[str, Any] = {
        "componentId": line.component.id,
        "componentType": line.component.kind,
        "status": _HEALTH[line.state],
    }
    if sample is not None:
        found["time"] = sample.at
        if sample.value is not None:
            found |= {"observedValue": sample.value, "observedUnit": line.component.unit}
    if line.words:
        found["output"] = line.words
    return f"{line.component.id}:{_MEASUREMENT[line.component.unit]}", [found]
