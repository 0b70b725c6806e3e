"""Running proofs and writing down what they found: every run, held or not, is one link of the chain."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from time import monotonic, process_time
from typing import Final

from django.conf import settings
from django.db import transaction

from promptassay.core.database import first_row
from promptassay.core.errors import Conflict, NotFound
from promptassay.core.secret import Secret
from promptassay.trust import chain, claims, evidence, records, summing
from promptassay.trust.build import build, schema
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.claims import Claim, Kind, Proof
from promptassay.trust.gates import Gates, Result, gates_here
from promptassay.trust.models import Checkpoint, Evidence
from promptassay.trust.probes import Outcome, probe, progress

log = logging.getLogger("promptassay.trust")
PAUSE: Final = timedelta(minutes=1)
ROUND: Final = timedelta(minutes=5)
SEARCHED: Final = 50  # runs of one gate that are read for those of this build
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
    progress.tell(f"{proof.id} begins, in build {build()}")
    try:
        outcome = probe(proof.id)(ensure_canaries())
    except Exception as error:  # whatever it is, the page must not stay green
        log.exception("the probe %s fell over", proof.id)
        outcome = Outcome("error", {}, f"The probe fell over: {type(error).__name__}.")
    run = append(claim, proof, outcome, started=started)
    progress.tell(f"{run.verdict}: entry {run.sequence}, {run.hash}, signed by key {run.key}")
    return run


def prove_all() -> list[Evidence]:
    """Take over what the tests of this build found, run every probe, and check each record that is due."""
    summing.end_gates_of_other_builds(build())
    taken = take_gates()
    began, used = monotonic(), process_time()
    runs = [prove(proof.id) for claim in claims.CLAIMS for proof in claim.proofs if _is_due(claim, proof)]
    # What else this process did meanwhile is counted too.
    told = (len(runs), monotonic() - began, process_time() - used)
    log.info("a round of %d proofs took %.1f s and at most %.2f s of processor time", *told)
    return [*taken, *runs]


def _is_due(claim: Claim, proof: Proof) -> bool:
    """Probes run in every round; a dated fact is looked at once in its interval, and again when that fell over, or
    build or words are new.
    """
    if proof.kind != Kind.RECORD:
        return proof.kind in claims.HERE
    last = next(iter(chain.history(proof.id, limit=1)), None)
    if last is None or last.verdict == "error" or (last.build, last.words) != (build(), claim.words_hash):
        return True
    now = datetime.now(UTC)
    ran_out = last.verdict == "held" and records.record(proof.id) and records.problems(proof.id, now.date())
    return bool(ran_out) or now - last.ended > proof.interval - ROUND


def take_gates() -> list[Evidence]:
    """Append what the build's own tests found, each result once; and, where it no longer counts, that it does not.

    Of results for the same build only newer ones are taken: one that failed is not replaced by an older one that held.
    """
    found = gates_here()
    taken = []
    for claim, proof in claims.gates():
        runs = [each for each in chain.history(proof.id, limit=SEARCHED) if each.build == build()]
        outcome, times = _gate_outcome(found, claim, proof, runs)
        if outcome and not (runs and _says(runs[0], outcome, times)):
            taken.append(append(claim, proof, outcome, started=times[0], ended=times[1], command=found.command))
    return taken


def _gate_outcome(
    found: Gates, claim: Claim, proof: Proof, runs: list[Evidence]
) -> tuple[Outcome | None, tuple[datetime, datetime]]:
    """What is to be said of one gate, if anything, with its begin and end; `runs` are this build's, newest first."""
    now = datetime.now(UTC)
    result = None if found.problem else found.of(proof.id)
    last = next((each for each in runs if each.verdict != "error"), None)
    if found.problem and runs and not found.is_missing:
        return Outcome("error", {}, found.problem), (now, now)
    if result is None or result.claim != claim.id or result.words != claim.words_hash:
        return None, (now, now)
    times = datetime.fromisoformat(result.started), datetime.fromisoformat(result.ended)
    if last is not None and times[1] < last.ended:
        words = f"The results of the tests here are older than those of entry {last.sequence}."
        return Outcome("error", {}, words), (now, now)
    return Outcome("held" if result.verdict == "held" else "failed", result.counts, _signed_by(found, result)), times


def _signed_by(found: Gates, result: Result) -> str:
    """What failed, and whose word that is."""
    listed = "which this instance lists" if found.is_listed else "which this instance does not list"
    return f"{f'{result.found}. ' if result.found else ''}Signed by key {found.key_id}, {listed}."


def _says(run: Evidence, outcome: Outcome, times: tuple[datetime, datetime]) -> bool:
    """Whether the run says the same already. When something is wrong does not matter, only what."""
    same = (run.verdict, run.found, run.counts) == (outcome.verdict, outcome.found, dict(outcome.counts))
    return same and (outcome.verdict == "error" or run.ended == times[1])


def append(
    claim: Claim,
    proof: Proof,
    outcome: Outcome,
    *,
    started: datetime,
    ended: datetime | None = None,
    command: str = "",
) -> Evidence:
    """Sign what a run found and add it to the end of the chain. It ended now, unless it is said when."""
    ended = ended or datetime.now(UTC)
    with transaction.atomic():
        first_row(_LOCK, [])
        last = Evidence.objects.order_by("-sequence").only("sequence", "hash").first()
        if last:
            _checkpoint(last)
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
                "command": command or proof.command or f"promptassay trust prove {proof.id}",
                "previous": last.hash if last else "",
            }
        )
        fields = {name: value for name, value in signed.items() if name != "format"}
        fields["started"] = datetime.fromisoformat(fields["started"])
        fields["ended"] = datetime.fromisoformat(fields["ended"])
        before = next(iter(chain.history(proof.id, limit=1)), None)
        run = Evidence.objects.create(**fields)
        summing.add(run, proof, before)
        return run


def _checkpoint(last: Evidence) -> None:
    """Once in an hour of the clock, note which entry stood at the end of the chain: bundles reach back by it."""
    now = datetime.now(UTC)
    before = Checkpoint.objects.order_by("-sequence").first()
    if before and before.at >= now.replace(minute=0, second=0, microsecond=0):
        return
    signed = signer().sign(
        {
            "format": evidence.CHECKPOINT_FORMAT,
            "sequence": last.sequence,
            "entry": last.hash,
            "at": evidence.moment(now),
            "previous": before.hash if before else "",
        }
    )
    fields = {name: value for name, value in signed.items() if name != "format"}
    Checkpoint.objects.create(**{**fields, "at": datetime.fromisoformat(signed["at"])})


def prove_now(proof_id: str) -> tuple[Evidence, bool]:
    """Run a probe because a visitor asks, at most once in `PAUSE` for all visitors together.

    Returns the run, and whether it was made now or is the last one. Whoever asks while a probe runs gets the last run
    too, or Conflict when there is none: a crowd holds up no thread. Two web processes may each begin one.
    """
    last = take_turn(proof_id)
    return (last, False) if last else (prove_in_turn(proof_id), True)


def take_turn(proof_id: str) -> Evidence | None:
    """The first half of `prove_now`: the last run where that has to do, or None. Then `prove_in_turn` has to follow."""
    last = next(iter(chain.history(proof_id, limit=1)), None)
    if last and last.build == build() and datetime.now(UTC) - last.ended < PAUSE:
        return last
    if _one_at_a_time.acquire(blocking=False):
        return None
    if last:
        return last
    raise Conflict("A proof is running at this moment.", next_step="Look again in a few seconds.")


def prove_in_turn(proof_id: str) -> Evidence:
    """The second half, in whatever thread: the turn ends with it."""
    try:
        return prove(proof_id)
    finally:
        _one_at_a_time.release()
