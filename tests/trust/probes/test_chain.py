"""The check of the evidence: a whole chain holds, and each way of breaking it turns its claim red."""

from datetime import UTC, datetime

import psycopg
import pytest

from promptassay.core.secret import Secret
from promptassay.trust import claims, services
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.evidence import Signer
from promptassay.trust.probes import Outcome
from promptassay.trust.probes.chain import unbroken
from tests import environment
from tests.people import Person

pytestmark = pytest.mark.usefixtures("committed")


def _entries(number: int) -> None:
    found = claims.proof("isolation-sql")
    assert found
    for _ in range(number):
        services.append(found[0], found[1], Outcome("held", {"reads": 7}), started=datetime.now(UTC))


def test_a_whole_chain_holds() -> None:
    assert unbroken(ensure_canaries()).verdict == "held", "nothing was written yet"
    _entries(4)
    run = services.prove("evidence-chain")
    assert (run.verdict, run.found, run.counts) == ("held", "", {"entries": 4, "weaknesses": 0})


@pytest.mark.parametrize(
    ("sabotage", "said"),
    [
        ("UPDATE trust_evidence SET verdict = 'failed' WHERE sequence = 2", "the contents of entry 2 are not those"),
        ("UPDATE trust_evidence SET signature = repeat('A', 86) || '==' WHERE sequence = 4", "signature of entry 4"),
        ("DELETE FROM trust_evidence WHERE sequence = 3", "entry 4 does not follow entry 2"),
    ],
)
def test_a_broken_chain_turns_red(anonymous: Person, sabotage: str, said: str) -> None:
    _entries(4)
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute(sabotage.encode())
    run = services.prove("evidence-chain")
    assert run.verdict == "failed" and said in run.found
    states = {each["id"]: each["state"] for each in anonymous.get("/trust.json").json()["claims"]}
    assert states["certification"] == "failing"


def test_a_new_secret_key_breaks_nothing_and_a_foreign_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    own, other = services.signer, Signer.from_secret(Secret("another secret key, as long as the one in use"))
    monkeypatch.setattr(services, "signer", lambda: other)
    _entries(2)
    monkeypatch.setattr(services, "signer", own)
    _entries(2)
    assert services.prove("evidence-chain").verdict == "held"
    monkeypatch.setattr(services, "signer", lambda: other)
    _entries(1)
    monkeypatch.setattr(services, "signer", own)
    run = services.prove("evidence-chain")
    assert run.verdict == "failed" and run.found == "entry 6 is signed by another key than this instance’s"
