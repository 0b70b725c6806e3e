"""Reading the chain of evidence: the last run of each proof, what follows for each claim, and stretches of entries."""

from datetime import UTC, datetime
from typing import Any, Final

from promptassay.trust import evidence, standing
from promptassay.trust.build import build
from promptassay.trust.bundle import Chain
from promptassay.trust.claims import CLAIMS, OPERATOR
from promptassay.trust.gates import gates_here
from promptassay.trust.models import Checkpoint, Evidence

# Most of a day of rounds: what a bundle holds unless more is asked for.
STRETCH: Final = 2000
# Three months of hours.
CHECKPOINTS: Final = 2200
_FIELDS: Final = tuple(name for name in evidence.FIELDS if name != "format")


_LATEST: Final = """
SELECT run.* FROM unnest(%s::text[]) AS wanted
CROSS JOIN LATERAL (SELECT * FROM trust_evidence WHERE proof = wanted ORDER BY sequence DESC LIMIT 1) AS run
"""
_LAST_WORDS: Final = """
SELECT DISTINCT ON (claim) * FROM trust_evidence WHERE proof = %s ORDER BY claim, sequence DESC
"""


def latest() -> dict[str, Evidence]:
    """The last run of each proof of the ledger, by the proof's id; and what lowers a claim, as `operator:CLAIM`."""
    wanted = [proof.id for claim in CLAIMS for proof in claim.proofs]
    runs = {run.proof: run for run in Evidence.objects.raw(_LATEST, [wanted])}
    return runs | {f"{OPERATOR.id}:{name}": run for name, run in lowered().items()}


def lowered() -> dict[str, Evidence]:
    """The claims that the operator has lowered and not lifted since, each with the entry that says so."""
    return {run.claim: run for run in Evidence.objects.raw(_LAST_WORDS, [OPERATOR.id]) if run.verdict == "lowered"}


def standings_now() -> list[standing.Standing]:
    """Where every claim stands at this moment, by the last runs and by what the tests of this build found."""
    reason = gates_here().problem
    return standing.standings(latest(), now=datetime.now(UTC), build=build(), without_gates=reason)


def history(proof_id: str, *, limit: int) -> list[Evidence]:
    """The last runs of a proof, newest first."""
    return list(Evidence.objects.filter(proof=proof_id).order_by("-sequence")[:limit])


def entry(run: Evidence) -> dict[str, Any]:
    """The run as the entry that was signed."""
    fields = {name: getattr(run, name) for name in _FIELDS}
    for name in ("started", "ended"):
        fields[name] = evidence.moment(fields[name])
    return {"format": evidence.FORMAT, **fields}


def newest() -> str:
    """The hash of the last entry; nothing while there is none."""
    return Evidence.objects.order_by("-sequence").values_list("hash", flat=True).first() or ""


def for_bundle(limit: int = STRETCH) -> Chain:
    """The newest entries without a gap; those before them that are the last of their proof; and the checkpoints.

    Checkpoints are needed only where the stretch does not reach the beginning.
    """
    runs = list(reversed(Evidence.objects.order_by("-sequence")[:limit]))
    if not runs or runs[0].sequence == 1:
        return Chain([entry(run) for run in runs])
    before = [run for run in latest().values() if run.sequence < runs[0].sequence]
    points = reversed(Checkpoint.objects.order_by("-sequence")[:CHECKPOINTS])
    return Chain(
        [entry(run) for run in runs],
        [entry(run) for run in sorted(before, key=lambda run: run.sequence)],
        [_checkpoint(point) for point in points],
    )


def _checkpoint(point: Checkpoint) -> dict[str, Any]:
    """The checkpoint as it was signed."""
    fields = {name: getattr(point, name) for name in evidence.CHECKPOINT_FIELDS if name != "format"}
    return {"format": evidence.CHECKPOINT_FORMAT, **fields, "at": evidence.moment(point.at)}
