"""The ledger holds what it must: each claim its words, files and anchors, each proof its probe and its tripwires."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.sabotages import SABOTAGES, Sabotage
from promptassay.trust.certifications import unbacked_words
from promptassay.trust.claims import CLAIMS, HERE, Claim, Kind, Proof, Status, gates, proof
from promptassay.trust.probes import PROBES, probe

ROOT = Path(__file__).parents[2]
PROOFS = [(claim, each) for claim in CLAIMS for each in claim.proofs]


def _anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_ids_are_unique_and_every_probe_is_in_the_ledger() -> None:
    ids = [claim.id for claim in CLAIMS] + [each.id for _, each in PROOFS]
    assert len(set(ids)) == len(ids)
    assert set(PROBES) == {each.id for _, each in PROOFS if each.kind in HERE}
    assert proof("isolation-sql") and proof("nothing") is None


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_controls_name_files_and_sections_that_exist(claim: Claim) -> None:
    assert claim.controls or claim.status in (Status.NOT_OFFERED, Status.IN_PROGRESS)
    for control in claim.controls:
        assert (ROOT / control.code).is_file(), control
        page, _, anchor = control.doc.partition("#")
        text = (ROOT / "docs" / page).read_text("utf-8")
        assert not anchor or anchor in _anchors(text), control


@pytest.mark.parametrize(("claim", "each"), PROOFS, ids=lambda value: getattr(value, "id", ""))
def test_proofs_have_tripwires_that_are_tests(claim: Claim, each: Proof) -> None:
    assert each.tripwires
    assert each.tests if each.kind == Kind.GATE else callable(probe(each.id))
    for test in (*each.tripwires, *each.tests):
        file, _, name = test.partition("::")
        assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), test


def test_a_gate_is_made_of_tests_and_none_of_them_is_its_own_tripwire() -> None:
    assert {each.id for _, each in gates()} >= {"retention-sweep", "custody-sweep", "roles-doors", "isolation-routes"}
    for _, each in gates():
        assert not set(each.tests) & set(each.tripwires) and each.fresh_s == 0


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)
def test_each_sabotage_of_the_tripwires_is_of_a_claim_and_a_file_that_exist(sabotage: Sabotage) -> None:
    found = proof(sabotage.proof)
    assert found and found[0].id == sabotage.claim
    assert bool(sabotage.statement and sabotage.undo) != bool(sabotage.edits)
    for edit in sabotage.edits:
        assert edit.old in (ROOT / "promptassay" / edit.path).read_text("utf-8")


def test_every_promise_has_a_proof_with_a_tripwire() -> None:
    promised = [claim for claim in CLAIMS if claim.status in (Status.SHIPPED, Status.LIVE)]
    assert all(any(proof.tripwires for proof in claim.proofs) for claim in promised)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_words_of_certificates_need_a_record(claim: Claim) -> None:
    assert unbacked_words(claim.words, datetime.now(UTC).date()) == []


def test_other_words_have_another_hash() -> None:
    first = CLAIMS[0]
    other = Claim(first.id, first.title, first.statement + " Always.", first.status)
    assert other.words_hash != first.words_hash
