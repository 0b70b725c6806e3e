"""What the trust pages show: the ledger with its standings, its past and its words, for templates and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from promptassay.language.folding import Comparison
from promptassay.trust import chain, history, services, wordings
from promptassay.trust.build import build
from promptassay.trust.claims import Claim, Proof, Status
from promptassay.trust.gates import gates_here
from promptassay.trust.history import Story
from promptassay.trust.models import Evidence, Wording
from promptassay.trust.standing import ProofStanding, Standing, State
from promptassay.trust.wordings import Version

RUNS_SHOWN = 50


@dataclass(frozen=True)
class Shown:
    """A claim as a page shows it: its number in the ledger, where it stands, its past."""

    number: int
    standing: Standing
    story: Story

    @property
    def newest(self) -> Evidence | None:
        """The newest of the runs that it stands on: what its stamp names."""
        runs = [each.run for each in self.standing.proofs if each.run]
        return max(runs, key=lambda run: run.sequence, default=None)


@dataclass(frozen=True)
class Worded:
    """One wording with what changed from the one before it, and when evidence first named it here."""

    version: Version
    change: Comparison | None
    first: Wording | None


def claims_context() -> dict[str, Any]:
    """The whole ledger, what fails first."""
    now = datetime.now(UTC)
    found, stories = chain.standings_now(), history.stories(now)
    shown = [Shown(number, each, stories[each.claim.id]) for number, each in enumerate(found, 1)]
    shipped = [each for each in found if each.claim.status in (Status.SHIPPED, Status.LIVE)]
    runs = [proof.run for each in found for proof in each.proofs if proof.run]
    return {
        "section": "trust",
        "shown": sorted(shown, key=lambda each: each.standing.state != State.FAILING),
        "failing": [each for each in found if each.state == State.FAILING],
        "proven": sum(each.state == State.PROVEN for each in shipped),
        "shipped": len(shipped),
        "last_round": max((run.ended for run in runs), default=None),
        "tried": sum(each.tried for each in found),
        "build": build(),
        "key_id": services.signer().key_id,
        "gates": gates_here(),
    }


def claim_context(claim: Claim) -> dict[str, Any]:
    """One claim with all that is known of it."""
    now = datetime.now(UTC)
    found = chain.standings_now()
    number = next(at for at, each in enumerate(found, 1) if each.claim == claim)
    shown = Shown(number, found[number - 1], history.stories(now, claim)[claim.id])
    return {"section": "trust", "shown": shown, "claim": claim, "build": build(), "wordings": _worded(claim)}


def _worded(claim: Claim) -> Sequence[Worded]:
    first = {each.words: each for each in Wording.objects.filter(claim=claim.id)}
    versions = wordings.versions(claim.id)
    changes = [wordings.compare(older, newer) for newer, older in pairwise(versions)]
    return [Worded(each, change, first.get(each.hash)) for each, change in zip(versions, [*changes, None], strict=True)]


def proof_context(claim: Claim, proof: Proof) -> dict[str, Any]:
    """One proof with its last runs."""
    stands = next(each for each in chain.standings_now() if each.claim == claim)
    own: ProofStanding = next(each for each in stands.proofs if each.proof == proof)
    return {
        "section": "trust",
        "claim": claim,
        "proof": proof,
        "standing": own,
        "runs": chain.history(proof.id, limit=RUNS_SHOWN),
        "gates": gates_here(),
        "build": build(),
    }


def as_json() -> dict[str, Any]:
    """Claims, states, last runs and lapses."""
    now = datetime.now(UTC)
    stories = history.stories(now)
    signer = services.signer()
    return {
        "build": build(),
        "key": signer.key_id,
        "public_key": signer.public,
        "claims": [_claim_json(each, stories[each.claim.id]) for each in chain.standings_now()],
    }


def _claim_json(each: Standing, story: Story) -> dict[str, Any]:
    return {
        "id": each.claim.id,
        "title": each.claim.title,
        "statement": each.claim.statement,
        "words": each.claim.words_hash,
        "status": each.claim.status.value,
        "state": each.state.value,
        "proved_at": each.proved_at,
        "lowered": each.lowered and {"at": each.lowered.ended, "reason": each.lowered.found},
        "proofs": [
            {
                "id": one.proof.id,
                "kind": one.proof.kind.value,
                "tries": one.proof.words,
                "state": one.state.value,
                "reason": one.reason,
                "tests": one.proof.tests,
                "tripwires": one.proof.tripwires,
                "last_run": chain.entry(one.run) if one.run else None,
            }
            for one in each.proofs
        ],
        "lapses": [
            {
                "proof": stretch.lapse.proof,
                "verdict": stretch.lapse.verdict,
                "found": stretch.lapse.found,
                "entry": stretch.lapse.entry,
                "began_at": stretch.lapse.began_at,
                "ended_at": stretch.lapse.ended_at,
            }
            for stretch in story.stretches
        ],
    }
