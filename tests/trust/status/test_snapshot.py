"""The record in memory and in the file: a database that hangs keeps nobody waiting for long."""

import threading
from datetime import datetime, timedelta

import pytest

from promptassay.trust.status import queries, snapshot
from promptassay.trust.status.record import Day, Incident, Pace, Record, Sample, Trial, Verdict
from tests.people import Person
from tests.trust.status.conftest import START, Lab


def test_a_record_comes_back_from_its_file_as_it_was() -> None:
    record = Record(
        read_at=START,
        last_round=START - timedelta(seconds=9),
        rehearsed=True,
        unused=("mail",),
        latest={"openai": Sample("openai", START, Verdict.WARN, 4000.5, "slow")},
        paces={"openai": Pace(1.5, 2.5)},
        days={"openai": [Day(START.date(), 5, 4, 3, 1.0, None)]},
        incidents=[Incident(3, "openai", START, None, {"timeout": 2}, "")],
        trials=[Trial(START, 1, seen=True)],
    )
    assert Record.from_json(record.as_json()) == record


def test_a_database_that_hangs_is_as_one_that_is_away(
    lab: Lab, anonymous: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.round()
    anonymous.get("/status")
    go_on = threading.Event()

    def hang(now: datetime) -> Record:
        go_on.wait(20)
        return Record(read_at=now)

    monkeypatch.setattr(queries, "read_record", hang)
    monkeypatch.setattr(snapshot, "PATIENCE_S", 0.05)
    try:
        for seconds in (10, 20):  # the second does not even wait: the first still hangs
            lab.wind(seconds)
            told = anonymous.get("/status.json").json()
            assert told["state"] == "down" and told["database_away_since"] == "2026-11-24T12:00:11Z"
            assert told["last_round"] == "2026-11-24T12:00:01Z"
    finally:
        go_on.set()
        assert snapshot._kept.reading is not None
        snapshot._kept.reading.result(10)
