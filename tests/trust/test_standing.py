"""What follows from evidence: never green without a fresh run of a proof with tripwires, for these words and build."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from promptassay.trust import standing
from promptassay.trust.claims import CLAIMS, Claim, Kind, Status
from promptassay.trust.models import Evidence
from promptassay.trust.standing import State, standings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CLAIM = CLAIMS[0]


def run(proof: str, **other: Any) -> Evidence:
    fields = {"words": CLAIM.words_hash, "verdict": "held", "counts": {"reads": 4, "came through": 0}, "build": "b1"}
    times = {"started": NOW - timedelta(seconds=2), "ended": NOW - timedelta(seconds=1)}
    return Evidence(proof=proof, **{**fields, **times, **other})


def state_of(*runs: Evidence, claim: Claim = CLAIM) -> State:
    return standings({each.proof: each for each in runs}, now=NOW, build="b1")[CLAIMS.index(claim)].state


@pytest.fixture
def whole() -> list[Evidence]:
    return [run(each.id) for each in CLAIM.proofs]


def test_all_proofs_fresh_is_proven(whole: list[Evidence]) -> None:
    assert state_of(*whole) == State.PROVEN
    found = standings({each.proof: each for each in whole}, now=NOW, build="b1")[0]
    assert found.tried == 4 * len(whole) and found.tripwires >= 2 and found.proved_at == whole[0].ended


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"verdict": "failed"}, State.FAILING),
        ({"verdict": "failed", "build": "b0"}, State.FAILING),
        ({"verdict": "error"}, State.FAILING),
        ({"build": "b0"}, State.UNPROVEN),
        ({"words": "0" * 64}, State.UNPROVEN),
        ({"ended": NOW - timedelta(minutes=11)}, State.STALE),
        ({"ended": NOW - timedelta(minutes=9)}, State.PROVEN),
    ],
)
def test_one_proof_decides(whole: list[Evidence], changed: dict[str, Any], state: State) -> None:
    assert state_of(*whole[1:], run(CLAIM.proofs[0].id, **changed)) == state


def test_a_missing_run_and_a_claim_without_proofs_are_unproven(whole: list[Evidence]) -> None:
    assert state_of(*whole[1:]) == state_of() == State.UNPROVEN
    assert state_of(claim=next(each for each in CLAIMS if each.status == Status.NOT_OFFERED)) == State.NOT_OFFERED


def test_a_claim_without_proofs_is_unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "CLAIMS", (replace(CLAIM, proofs=()),))
    assert standings({}, now=NOW, build="b1")[0].state == State.UNPROVEN


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"ended": NOW - timedelta(days=90)}, State.PROVEN),
        ({"verdict": "failed"}, State.FAILING),
        ({"verdict": "error"}, State.FAILING),
        ({"build": "b0"}, State.UNPROVEN),
        ({"build": "b0", "verdict": "failed"}, State.UNPROVEN),
    ],
)
def test_a_gate_is_bound_to_its_build_and_not_to_the_clock(changed: dict[str, Any], state: State) -> None:
    claim = next(each for each in CLAIMS if each.id == "roles")
    gate = next(each for each in claim.proofs if each.kind == Kind.GATE)
    found = standings({gate.id: run(gate.id, words=claim.words_hash, **changed)}, now=NOW, build="b1")
    stands = next(one for each in found for one in each.proofs if one.proof.id == gate.id)
    assert stands.state == state and bool(stands.reason) == (state == State.UNPROVEN)


def test_a_claim_is_as_old_as_its_last_run_here(whole: list[Evidence]) -> None:
    old = NOW - timedelta(days=9)
    gates = {each.id for each in CLAIM.proofs if each.kind == Kind.GATE}
    for each in whole:
        each.ended = old if each.proof in gates else each.ended
    assert gates and standings({each.proof: each for each in whole}, now=NOW, build="b1")[0].proved_at != old


def test_a_proof_without_tripwires_is_none(whole: list[Evidence], monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(CLAIM, proofs=tuple(replace(each, tripwires=()) for each in CLAIM.proofs))
    monkeypatch.setattr(standing, "CLAIMS", (bare,))
    assert standings({each.proof: each for each in whole}, now=NOW, build="b1")[0].state == State.UNPROVEN
