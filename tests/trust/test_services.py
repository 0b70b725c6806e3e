"""Evidence as it is stored: chained, signed, verifiable, and any row changed by hand is found."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

import orjson
import psycopg
import pytest
from django.db import DatabaseError

from promptassay.core.errors import AppError, Conflict, NotFound
from promptassay.trust import chain, claims, downloads, proving, services
from promptassay.trust.build import build
from promptassay.trust.bundle import verify
from promptassay.trust.claims import CLAIMS
from promptassay.trust.models import Checkpoint, Evidence
from promptassay.trust.probes import PROBES, Outcome
from tests import environment

pytestmark = pytest.mark.usefixtures("committed", "web")

CLAIM = CLAIMS[0]


def append(verdict: str = "held") -> Evidence:
    outcome = Outcome(verdict, {"reads": 3})  # type: ignore[arg-type]
    return services.append(CLAIM, CLAIM.proofs[0], outcome, started=datetime.now(UTC))


def problems() -> tuple[str, ...]:
    return verify(downloads.bundle().data, key_id=services.signer().key_id).problems


def test_runs_are_one_chain() -> None:
    first, second = append(), append("failed")
    assert (first.sequence, first.previous) == (1, "")
    assert (second.sequence, second.previous) == (2, first.hash)
    assert second.build == build() and second.words == CLAIM.words_hash
    assert problems() == ()
    assert chain.latest()[CLAIM.proofs[0].id] == second


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE trust_evidence SET verdict = 'held' WHERE sequence = 2",
            "Entry 2 (isolation, isolation-catalogue): its",
        ),
        ("""UPDATE trust_evidence SET counts = '{"reads": 9}' WHERE sequence = 2""", "Entry 2 (isolation"),
        ("UPDATE trust_evidence SET ended = ended + interval '1 day' WHERE sequence = 3", "Entry 3 (isolation"),
        ("DELETE FROM trust_evidence WHERE sequence = 2", "something between them is missing"),
    ],
)
def test_a_row_changed_by_hand_is_named(statement: str, said: str) -> None:
    for verdict in ("held", "failed", "held"):
        append(verdict)
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute(statement)
    downloads._kept.clear()  # it was made of the rows as they were, if anybody asked for it
    assert any(said in each for each in problems()), problems()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the time of day, in minutes after midnight of a day far ahead."""

    def at(minutes: int) -> None:
        class Then(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> "Then":
                return cls(2126, 1, 2, minutes // 60, minutes % 60, tzinfo=tz)

        monkeypatch.setattr(services, "datetime", Then)

    return at


def test_once_an_hour_the_end_of_the_chain_is_noted(
    clock: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes in (1, 2, 59, 60, 61, 180, 200):
        clock(minutes)
        append()
    points = list(Checkpoint.objects.order_by("sequence"))
    # At the first entry with one before it, and at the first of each later hour.
    assert [point.sequence for point in points] == [1, 3, 5]
    assert [point.previous for point in points] == ["", points[0].hash, points[1].hash]
    assert all(point.entry == Evidence.objects.get(sequence=point.sequence).hash for point in points)
    assert problems() == ()
    older = downloads.bundle().data
    append()
    monkeypatch.setattr(chain.for_bundle, "__defaults__", (2,))  # the stretch no longer reaches the beginning
    newer = downloads.bundle().data
    assert [each["sequence"] for each in orjson.loads(newer)["checkpoints"]] == [1, 3, 5]
    assert verify(newer, after=older).is_whole
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute("UPDATE trust_checkpoint SET entry = reverse(entry) WHERE sequence = 3")
    downloads._kept.clear()
    assert "The checkpoint at entry 3: its contents were changed after it was hashed." in problems()


def test_the_product_itself_cannot_change_evidence() -> None:
    append()
    rows = Evidence.objects.filter(sequence=1)
    with pytest.raises(DatabaseError, match="permission denied"):
        rows.update(verdict="held")
    with pytest.raises(DatabaseError, match="permission denied"):
        rows.delete()


def test_prove_now_runs_once_a_minute_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    first, is_new = services.prove_now("custody-seal")
    again, is_new_again = services.prove_now("custody-seal")
    assert (is_new, is_new_again) == (True, False) and again == first
    monkeypatch.setattr(services, "PAUSE", services.PAUSE * 0)
    assert services.prove_now("custody-seal")[0].sequence == 2


def test_whoever_asks_while_a_proof_runs_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with services._one_at_a_time, pytest.raises(Conflict):
        services.prove_now("custody-seal")
    first, _ = services.prove_now("custody-seal")
    monkeypatch.setattr(services, "PAUSE", services.PAUSE * 0)
    with services._one_at_a_time:
        assert services.prove_now("custody-seal") == (first, False)


def test_what_is_no_probe_is_not_found() -> None:
    with pytest.raises(NotFound):
        services.prove("nothing")


def test_a_round_runs_every_probe() -> None:
    assert {run.proof for run in services.prove_all()} == set(PROBES)
    again = {run.kind for run in services.prove_all()}
    assert again == {"probe"}, "a dated fact is looked at once in its interval"


def test_a_dated_fact_that_could_not_be_looked_at_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = claims.proof("record-dpa")
    assert found
    services.prove("record-dpa")
    assert not services._is_due(*found)
    with monkeypatch.context() as broken:
        broken.setattr(services, "probe", lambda _: 1 / 0)
        assert services.prove("record-dpa").verdict == "error"
    assert services._is_due(*found)


def test_the_command_proves_and_tells(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert proving.main("custody-seal") == 0
    assert capsys.readouterr().out.startswith("held: flipped bits ")
    assert proving.main("isolation-catalogue", as_json=True) == 0
    assert orjson.loads(capsys.readouterr().out)["proof"] == "isolation-catalogue"
    monkeypatch.setattr("promptassay.trust.probes.custody.unseal", lambda *_: None)
    assert proving.main("custody-seal") == 1
    with pytest.raises(AppError, match="no proof"):
        proving.main("nothing")
