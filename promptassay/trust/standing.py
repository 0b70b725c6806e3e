"""Where each claim stands at this moment: computed from the evidence, never set by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from promptassay.trust.claims import CLAIMS, OPERATOR, Claim, Kind, Proof, Status
from promptassay.trust.models import Evidence


class State(StrEnum):
    """What can be said of a claim or of one proof of it."""

    PROVEN = "proven"
    STALE = "stale"
    FAILING = "failing"
    UNPROVEN = "unproven"
    NOT_OFFERED = "not offered"


@dataclass(frozen=True)
class ProofStanding:
    """One proof, its last run (None if it never ran for these words in this build), and what follows from it.

    `reason` says why nothing is known of a gate.
    """

    proof: Proof
    state: State
    run: Evidence | None
    reason: str = ""

    @property
    def is_unset(self) -> bool:
        """Whether it only waits for something that the operator has not configured."""
        return self.state == State.UNPROVEN and self.run is not None and self.run.verdict == "unset"


@dataclass(frozen=True)
class Standing:
    """One claim with the standing of its proofs.

    `proved_at` is when the oldest of its last good runs here ended; of the build's tests, where nothing else proves it.
    `lowered` is the entry in which the operator lowered it; then it fails whatever its proofs say.
    """

    claim: Claim
    state: State
    proofs: tuple[ProofStanding, ...]
    proved_at: datetime | None
    lowered: Evidence | None = None

    @property
    def is_unset(self) -> bool:
        """Whether all that is missing is something that the operator has not configured."""
        unproven = [each for each in self.proofs if each.state == State.UNPROVEN]
        return self.state == State.UNPROVEN and bool(unproven) and all(each.is_unset for each in unproven)

    @property
    def tripwires(self) -> int:
        """How many tests are known to turn one of its proofs red."""
        return sum(len(each.proof.tripwires) for each in self.proofs)

    @property
    def tried(self) -> int:
        """How many things the last runs tried, all kinds together."""
        runs = (each.run for each in self.proofs if each.run)
        return sum(count for run in runs for kind, count in run.counts.items() if kind not in _FINDINGS)


# Counts of what came out of a run, not of what it tried.
_FINDINGS = (
    "came through", "opened", "weaknesses", "tables with rows to reach", "lies", "badges held", "days left",
    "published", "held back", "tripwires", "actions", "outcomes", "sinks", "hits", "outputs found", "outputs left",
    "addresses", "addresses in this share", "share", "rows compared",
)  # fmt: skip


def standings(latest: Mapping[str, Evidence], *, now: datetime, build: str, without_gates: str = "") -> list[Standing]:
    """Every claim of the ledger in its order; `latest` is what `chain.latest` gives.

    `without_gates` says why the results of the build's tests do not count, if they do not.
    """
    return [_of_claim(claim, latest, now, build, without_gates) for claim in CLAIMS]


def _of_claim(claim: Claim, latest: Mapping[str, Evidence], now: datetime, build: str, without_gates: str) -> Standing:
    proofs = tuple(_of_proof(claim, proof, latest.get(proof.id), now, build) for proof in claim.proofs)
    proofs = tuple(_with_reason(each, without_gates) for each in proofs)
    state = State.NOT_OFFERED if claim.status == Status.NOT_OFFERED else together([each.state for each in proofs])
    lowered = latest.get(f"{OPERATOR.id}:{claim.id}")
    if lowered is not None and state != State.NOT_OFFERED:
        state = State.FAILING
    held = [each for each in proofs if each.run and each.state in (State.PROVEN, State.STALE)]
    here = [each for each in held if each.proof.kind != Kind.GATE] or held
    return Standing(claim, state, proofs, min((each.run.ended for each in here if each.run), default=None), lowered)


def _of_proof(claim: Claim, proof: Proof, run: Evidence | None, now: datetime, build: str) -> ProofStanding:
    """A proof without a tripwire is no proof; a run for other words or of another build proves nothing here.

    A probe that failed is red until it holds again. A gate that failed says nothing of another build's files.
    """
    if run is None or not proof.tripwires or run.words != claim.words_hash:
        return ProofStanding(proof, State.UNPROVEN, None)
    if run.verdict == "failed" and proof.kind != Kind.GATE:
        return ProofStanding(proof, State.FAILING, run)
    if run.verdict == "unset":
        return ProofStanding(proof, State.UNPROVEN, run)
    if run.build != build and proof.kind != Kind.RECORD:
        return ProofStanding(proof, State.UNPROVEN, None)
    if run.verdict != "held":
        return ProofStanding(proof, State.FAILING, run)
    if proof.kind == Kind.GATE:
        return ProofStanding(proof, State.PROVEN, run)
    stale = now - run.ended > timedelta(seconds=proof.fresh_s)
    return ProofStanding(proof, State.STALE if stale else State.PROVEN, run)


def _with_reason(stands: ProofStanding, without_gates: str) -> ProofStanding:
    if stands.proof.kind != Kind.GATE or stands.run is not None:
        return stands
    return replace(stands, reason=without_gates or "The results of the tests here say nothing of it for these words.")


def together(states: Sequence[State]) -> State:
    """The worst of them; no proof is never green."""
    order = (State.FAILING, State.UNPROVEN, State.STALE)
    return next((each for each in order if each in states), State.PROVEN if states else State.UNPROVEN)
