"""Running proofs and writing down what they found: every run, held or not, is one link of the chain."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from promptassay.core.database import first_row
from promptassay.core.errors import Conflict, NotFound
from promptassay.core.secret import Secret
from promptassay.trust import chain, claims, evidence, records
from promptassay.trust.build import build, schema
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.claims import Claim, Kind, Proof
from promptassay.trust.models import Evidence
from promptassay.trust.probes import Outcome, probe

log = logging.getLogger("promptassay.trust")
PAUSE: Final = timedelta(minutes=1)
ROUND: Final = timedelta(minutes=5)
_one_at_a_time = threading.Lock()
# One writer at a time: an entry names the hash of the one before.
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('promptassay.trust.evidence'))"


def signer() -> evidence.Signer:
    """This instance's signing key."""
    return evidence.Signer.from_secret(Secret(settings.SECRET_KEY))


def prove(proof_id: str) -> Evidence:
    """Run one probe now and append what it found. A probe that falls over is evidence too: of an error.

    Raises NotFound for what is no probe of the ledger. Runs outside of any transaction: each attack has its own.
    """
    found = claims.proof(proof_id)
    if found is None or found[1].kind not in claims.HERE:
        raise NotFound()
    claim, proof = found
    started = datetime.now(UTC)
    try:
        outcome = probe(proof.id)(ensure_canaries())
    except Exception as error:  # whatever it is, the page must not stay green
        log.exception("the probe %s fell over", proof.id)
        outcome = Outcome("error", {}, f"The probe fell over: {type(error).__name__}.")
    return append(claim, proof, outcome, started=started)


def prove_all() -> list[Evidence]:
    """Run every probe of the ledger, one after the other, and check each record whose last check is too old."""
    return [prove(proof.id) for claim in claims.CLAIMS for proof in claim.proofs if _is_due(claim, proof)]


def _is_due(claim: Claim, proof: Proof) -> bool:
    """Probes run in every round; a dated fact is looked at once in its interval, and when build or words are new."""
    if proof.kind != Kind.RECORD:
        return proof.kind in claims.HERE
    last = next(iter(chain.history(proof.id, limit=1)), None)
    if last is None or (last.build, last.words) != (build(), claim.words_hash):
        return True
    now = datetime.now(UTC)
    ran_out = last.verdict == "held" and records.record(proof.id) and records.problems(proof.id, now.date())
    return bool(ran_out) or now - last.ended > proof.interval - ROUND


def append(claim: Claim, proof: Proof, outcome: Outcome, *, started: datetime) -> Evidence:
    """Sign what a run found and add it to the end of the chain."""
    ended = datetime.now(UTC)
    with transaction.atomic():
        first_row(_LOCK, [])
        last = Evidence.objects.order_by("-sequence").only("sequence", "hash").first()
        signed = signer().sign(
            {
                "format": evidence.FORMAT,
                "sequence": last.sequence + 1 if last else 1,
                "claim": claim.id,
                "proof": proof.id,
                "kind": proof.kind.value,
                "words": claim.words_hash,
                "verdict": outcome.verdict,
                "counts": dict(outcome.counts),
                "found": outcome.found,
                "started": evidence.moment(started),
                "ended": evidence.moment(ended),
                "build": build(),
                "schema": schema(),
                "command": proof.command or f"promptassay trust prove {proof.id}",
                "previous": last.hash if last else "",
            }
        )
        fields = {name: value for name, value in signed.items() if name != "format"}
        fields["started"] = datetime.fromisoformat(fields["started"])
        fields["ended"] = datetime.fromisoformat(fields["ended"])
        return Evidence.objects.create(**fields)


def prove_now(proof_id: str) -> tuple[Evidence, bool]:
    """Run a probe because a visitor asks, at most once in `PAUSE` for all visitors together.

    Returns the run, and whether it was made now or is the last one. Whoever asks while a probe runs gets the last run
    too, or Conflict when there is none: a crowd holds up no thread. Two web processes may each begin one.
    """
    last = chain.history(proof_id, limit=1)
    if last and last[0].build == build() and datetime.now(UTC) - last[0].ended < PAUSE:
        return last[0], False
    if _one_at_a_time.acquire(blocking=False):
        try:
            return prove(proof_id), True
        finally:
            _one_at_a_time.release()
    if last:
        return last[0], False
    raise Conflict("A proof is running at this moment.", next_step="Look again in a few seconds.")
