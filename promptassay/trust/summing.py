"""What is summed up of the chain as it grows, in the transaction of each entry: days, lapses, and first wordings.

The chain is the evidence; these are its table of contents, so that pages need not read a year of it.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import F

from promptassay.trust import claims
from promptassay.trust.claims import HERE, Kind, Proof
from promptassay.trust.models import Evidence, Lapse, ProofDay, Wording

SILENT: Final = "silent"
_COLUMN: Final = {"held": "held", "unset": "unset"}


def add(run: Evidence, proof: Proof, before: Evidence | None) -> None:
    """Sum up a new run; `before` is the run of the same proof before it."""
    Wording.objects.bulk_create(
        [Wording(claim=run.claim, words=run.words, entry=run.sequence, first_at=run.ended)], ignore_conflicts=True
    )
    if proof.kind != Kind.OPERATOR:
        _count(run)
    if proof.kind in HERE and before is not None:
        _note_silence(run, proof, before)
    _note_verdict(run)


def end_gates_of_other_builds(build: str) -> None:
    """What the tests of another build found says nothing any more: such a lapse is over."""
    gates = [proof.id for _, proof in claims.gates()]
    for lapse in Lapse.objects.filter(ended_at=None, proof__in=gates):
        if Evidence.objects.filter(sequence=lapse.entry).exclude(build=build).exists():
            lapse.ended_at = datetime.now(UTC)
            lapse.save(update_fields=["ended_at"])


def _count(run: Evidence) -> None:
    column = _COLUMN.get(run.verdict, "red")
    day = run.ended.astimezone(UTC).date()
    changed = ProofDay.objects.filter(proof=run.proof, day=day).update(**{column: F(column) + 1})
    if not changed:
        counts = {"held": 0, "red": 0, "unset": 0} | {column: 1}
        ProofDay.objects.create(proof=run.proof, day=day, **counts)


def _note_silence(run: Evidence, proof: Proof, before: Evidence) -> None:
    """A gap in which a run of before had grown stale is a lapse of its own."""
    stale_from = before.ended + timedelta(seconds=proof.fresh_s)
    if stale_from < run.started:
        Lapse.objects.create(
            claim=run.claim,
            proof=run.proof,
            verdict=SILENT,
            found="",
            entry=before.sequence,
            began_at=stale_from,
            ended_at=run.started,
        )


def _note_verdict(run: Evidence) -> None:
    """Runs in a row with one verdict other than held are one lapse; another verdict ends it."""
    going_on = Lapse.objects.filter(claim=run.claim, proof=run.proof, ended_at=None).first()
    if going_on is not None:
        if going_on.verdict == run.verdict:
            return
        going_on.ended_at = run.ended
        going_on.save(update_fields=["ended_at"])
    if run.verdict != "held":
        Lapse.objects.create(
            claim=run.claim,
            proof=run.proof,
            verdict=run.verdict,
            found=run.found,
            entry=run.sequence,
            began_at=run.ended,
        )
