"""Sabotage: each way to write “operational” without a measurement turns the detector red, and the page with it."""

from datetime import timedelta
from typing import Any

import pytest

from promptassay.trust.status import probes, services, states
from promptassay.trust.status.components import STALE, Component
from promptassay.trust.status.record import Record, Sample, Verdict
from promptassay.trust.status.states import Sight, State, sight_of, state_of, status_of
from tests.people import Person
from tests.trust.status.conftest import START, Lab


def passes(component: str) -> Sample:
    return Sample(component, START, Verdict.PASS, 1.0)


def assert_red(person: Person) -> None:
    """Nothing on the page is operational, and it says why."""
    told = person.get("/status.json").json()
    assert told["detector"]["state"] == "missed"
    assert told["state"] == "unknown" and "cannot be trusted" in told["headline"]
    assert {each["state"] for each in told["components"]} <= {"unknown", "down", "not used here"}
    page = person.get("/status").content.decode()
    assert ">operational<" not in page and "cannot be trusted" in page
    assert person.get("/api/health").json()["status"] == "warn"


def test_a_probe_that_says_operational_to_everything(
    lab: Lab, anonymous: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always(component: Component, *args: object) -> Sample:
        return Sample(component.id, lab.now, Verdict.PASS, 1.0)

    monkeypatch.setattr(probes, "reach", always)
    lab.round()  # found by the rehearsal, in the first round
    assert_red(anonymous)


def test_a_writer_that_writes_operational(lab: Lab, anonymous: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = services.keep

    def rosy(samples: list[Sample], **more: Any) -> None:
        kept([Sample(each.component, each.at, Verdict.PASS, 1.0) for each in samples], **more)

    monkeypatch.setattr(services, "keep", rosy)
    lab.now = lab.now.replace(hour=3, minute=0)
    lab.rounds(3)  # found by the decoy's own minute
    assert_red(anonymous)


def test_a_page_that_shows_operational(lab: Lab, anonymous: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.round()
    monkeypatch.setattr(states, "state_of", lambda sample, now: State.UP)
    assert_red(anonymous)


def test_a_prober_that_stopped(lab: Lab, anonymous: Person) -> None:
    lab.round()
    assert anonymous.get("/status.json").json()["state"] == "operational"
    lab.wind(STALE.total_seconds() + 1)
    told = anonymous.get("/status.json").json()
    assert told["state"] == "unknown"
    assert told["headline"] == "Nothing is measured at the moment: the last round was 2 minutes ago."
    assert {each["state"] for each in told["components"]} == {"unknown", "not used here"}
    assert {each["reason"] for each in told["components"] if each["state"] == "unknown"} == {"last seen 2 minutes ago"}
    page = anonymous.get("/status").content.decode()
    assert ">operational<" not in page and "last seen 2 minutes ago" in page
    assert anonymous.get("/api/health").json()["status"] == "warn"


def test_a_clock_from_the_future_is_no_measurement(lab: Lab) -> None:
    assert state_of(Sample("openai", START + timedelta(hours=1), Verdict.PASS), START) is State.UNKNOWN


def test_the_detector_is_not_red_by_itself() -> None:
    assert sight_of(Record(read_at=START), START)[0] is Sight.UNTRIED
    record = Record(START, START, True, (), {name: passes(name) for name in ("database-read", "database-write")})
    told = status_of(record, START)
    assert {line.state for line in told.lines[:2]} == {State.UP} and told.overall is State.UNKNOWN
