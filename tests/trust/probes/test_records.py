"""Dated facts: they hold for a published text while they last; an expired record and a badge without one turn red."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from promptassay.trust import certifications, egress, records, services
from promptassay.trust.egress import Destination
from promptassay.trust.legal import documents, publishing
from promptassay.trust.legal.operator import Operator
from promptassay.trust.probes import records as probes
from tests.people import Person
from tests.trust.legal.conftest import OPERATOR

pytestmark = pytest.mark.usefixtures("committed", "gates_held")


def today() -> date:
    """Asked by each test for itself: a run of all of them may begin on the day before."""
    return datetime.now(UTC).date()


@pytest.fixture(autouse=True)
def published(settings: Settings) -> None:
    """The operator has said everything."""
    settings.OPERATOR = OPERATOR


def renewed(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Every record is of today and lasts a year, whenever this test runs; then some fields are changed."""
    fresh = [replace(each, made=today(), expires=today() + timedelta(days=365)) for each in records.RECORDS]
    monkeypatch.setattr(records, "RECORDS", tuple(replace(each, **changes) for each in fresh))


@pytest.mark.parametrize("record_id", [each.id for each in records.RECORDS])
def test_a_record_in_force_holds(monkeypatch: pytest.MonkeyPatch, record_id: str) -> None:
    renewed(monkeypatch)
    run = services.prove(record_id)
    assert (run.verdict, run.found) == ("held", "")
    assert run.counts["records"] == 1 and run.counts["days left"] == 365


@pytest.mark.parametrize("record_id", [each.id for each in records.RECORDS])
def test_an_expired_record_turns_red(monkeypatch: pytest.MonkeyPatch, anonymous: Person, record_id: str) -> None:
    renewed(monkeypatch)
    services.prove(record_id)
    renewed(monkeypatch, made=today() - timedelta(days=365), expires=today())
    # The next round looks at once, though the last check is young.
    assert (record_id, "failed") in {(run.proof, run.verdict) for run in services.prove_all()}
    states = {each["id"]: each["state"] for each in anonymous.get("/trust.json").json()["claims"]}
    assert states["dpa"] == "failing"
    assert f"the record ran out on {today()}" in anonymous.get("/trust").content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"made": date(9999, 1, 1)}, "is dated ahead"),
        ({"version": date(2026, 1, 1)}, "is not the one in force"),
        ({"sha256": "0" * 64}, "is not the one that was read"),
    ],
)
def test_a_record_of_something_else_turns_red(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], said: str
) -> None:
    renewed(monkeypatch, **changes)
    run = services.prove("record-dpa")
    assert run.verdict == "failed" and said in run.found


def test_a_receiver_that_is_not_listed_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    renewed(monkeypatch)
    found = egress.destinations()
    monkeypatch.setattr(egress, "destinations", lambda: [*found, Destination("mail", "elsewhere.test", "X", "", "")])
    plain = replace(publishing.publish(documents.kind_named("subprocessors")), text="nothing")
    monkeypatch.setattr(publishing, "publish", lambda kind: plain)
    run = services.prove("record-subprocessors")
    assert run.verdict == "failed" and "elsewhere.test is not in the text" in run.found


def test_an_agreement_that_is_not_published_is_not_green(settings: Settings, anonymous: Person) -> None:
    settings.OPERATOR = Operator()
    services.prove("record-subprocessors")
    run = services.prove("record-dpa")
    assert run.verdict == "unset" and "is not published" in run.found
    page = anonymous.get("/trust").content.decode()
    assert page.count("not configured") == 1
    states = {each["id"]: each["state"] for each in anonymous.get("/trust.json").json()["claims"]}
    assert states["dpa"] == "unproven"


def test_a_badge_without_a_record_turns_red(monkeypatch: pytest.MonkeyPatch, anonymous: Person) -> None:
    assert services.prove("record-badges").verdict == "held"
    badge = ("claim_list.html", "We are SOC 2 Type II audited.")
    monkeypatch.setattr(probes, "_public_texts", lambda: iter([badge]))
    run = services.prove("record-badges")
    assert (run.verdict, run.found) == ("failed", "“SOC 2” in claim_list.html")
    states = {each["id"]: each["state"] for each in anonymous.get("/trust.json").json()["claims"]}
    assert states["certification"] == "failing"
    held = certifications.Record(badge[1], "1", "A body", today(), today() + timedelta(days=1))
    monkeypatch.setattr(certifications.unbacked_words, "__defaults__", ((held,),))
    assert services.prove("record-badges").verdict == "held"
    expired = replace(held, issued=today() - timedelta(days=1), expires=today())
    monkeypatch.setattr(certifications.unbacked_words, "__defaults__", ((expired,),))
    assert services.prove("record-badges").verdict == "failed"


def test_the_badge_in_a_template_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for folder in ("templates/trust", "templates/base", "templates/account", "trust"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "templates/trust/page.html").write_text("<p>ISO 27001</p>{# SOC 2 #}", "utf-8")
    monkeypatch.setattr(probes, "_PACKAGE", tmp_path)
    assert "“ISO 27001” in page.html" in services.prove("record-badges").found


def test_records_last_a_year_at_most_and_belong_to_a_proof() -> None:
    for each in records.RECORDS:
        assert 0 < (each.expires - each.made).days <= records.LONGEST_DAYS
        assert records.file_hash(each) == each.sha256
    assert records.record("nothing") is None and records.problems("nothing", today()) == ["there is no record"]
