"""Reading the chain of evidence: the last run of each proof, and stretches of it as entries that can be checked."""

from collections.abc import Iterable
from typing import Any, Final

from promptassay.trust import evidence
from promptassay.trust.claims import CLAIMS
from promptassay.trust.models import Evidence

# About two days of rounds: what a bundle holds unless more is asked for.
STRETCH: Final = 2000
_FIELDS: Final = tuple(name for name in evidence.FIELDS if name != "format")


def latest() -> dict[str, Evidence]:
    """The last run of each proof of the ledger, by the proof's id."""
    found = {}
    for proof in (proof for claim in CLAIMS for proof in claim.proofs):
        run = Evidence.objects.filter(proof=proof.id).order_by("-sequence").first()
        if run is not None:
            found[proof.id] = run
    return found


def history(proof_id: str, *, limit: int) -> list[Evidence]:
    """The last runs of a proof, newest first."""
    return list(Evidence.objects.filter(proof=proof_id).order_by("-sequence")[:limit])


def entry(run: Evidence) -> dict[str, Any]:
    """The run as the entry that was signed."""
    fields = {name: getattr(run, name) for name in _FIELDS}
    for name in ("started", "ended"):
        fields[name] = evidence.moment(fields[name])
    return {"format": evidence.FORMAT, **fields}


def stretch(limit: int = STRETCH) -> list[dict[str, Any]]:
    """The newest entries without a gap, oldest first."""
    runs: Iterable[Evidence] = Evidence.objects.order_by("-sequence")[:limit]
    return [entry(run) for run in reversed(list(runs))]
