"""What is summed up of the chain: days counted, lapses from red to green, silence noticed, wordings once."""

from datetime import UTC, datetime, timedelta

import pytest

from promptassay.trust import services
from promptassay.trust.build import build
from promptassay.trust.claims import CLAIMS, OPERATOR, gates
from promptassay.trust.models import Evidence, Lapse, ProofDay, Wording
from promptassay.trust.probes import Outcome, Verdict
from promptassay.trust.summing import SILENT, add, end_gates_of_other_builds

pytestmark = pytest.mark.usefixtures("committed")

CLAIM = CLAIMS[0]
PROOF = CLAIM.proofs[0]


def append(verdict: Verdict, found: str = "") -> Evidence:
    return services.append(CLAIM, PROOF, Outcome(verdict, {"reads": 3}, found), started=datetime.now(UTC))


def test_days_count_what_the_chain_holds() -> None:
    for verdict in ("held", "held", "failed", "error", "unset"):
        append(verdict)
    (day,) = ProofDay.objects.all()
    assert (day.proof, day.held, day.red, day.unset) == (PROOF.id, 2, 2, 1)
    assert day.held + day.red + day.unset == Evidence.objects.count()


def test_a_lapse_begins_with_the_first_red_run_and_ends_with_the_next_green_one() -> None:
    append("held")
    first, _, last = append("failed", "a hole"), append("failed", "a hole still"), append("held")
    (lapse,) = Lapse.objects.all()
    assert (lapse.claim, lapse.proof, lapse.verdict, lapse.found) == (CLAIM.id, PROOF.id, "failed", "a hole")
    assert (lapse.entry, lapse.began_at, lapse.ended_at) == (first.sequence, first.ended, last.ended)


def test_another_verdict_is_another_lapse() -> None:
    append("failed")
    append("error")
    assert [each.verdict for each in Lapse.objects.order_by("entry")] == ["failed", "error"]
    assert Lapse.objects.filter(ended_at=None).count() == 1


def test_a_gap_between_runs_is_a_lapse_of_silence() -> None:
    before, run = append("held"), append("held")
    assert not Lapse.objects.exists()
    before.ended = run.started - timedelta(hours=3)
    add(run, PROOF, before)
    (lapse,) = Lapse.objects.all()
    assert (lapse.verdict, lapse.entry) == (SILENT, before.sequence)
    assert lapse.ended_at and lapse.ended_at - lapse.began_at == timedelta(hours=3) - timedelta(seconds=PROOF.fresh_s)


def test_words_are_noted_at_their_first_evidence() -> None:
    first, _ = append("held"), append("held")
    (noted,) = Wording.objects.all()
    assert (noted.claim, noted.words, noted.entry) == (CLAIM.id, CLAIM.words_hash, first.sequence)


def test_what_the_operator_says_is_no_run() -> None:
    services.append(CLAIM, OPERATOR, Outcome("failed"), started=datetime.now(UTC))
    assert not ProofDay.objects.exists() and Lapse.objects.get().proof == OPERATOR.id


def test_what_the_tests_of_another_build_found_is_over_with_that_build() -> None:
    claim, proof = next(iter(gates()))
    services.append(claim, proof, Outcome("failed"), started=datetime.now(UTC))
    end_gates_of_other_builds(build())
    assert Lapse.objects.get().ended_at is None
    end_gates_of_other_builds("another")
    assert Lapse.objects.get().ended_at is not None
