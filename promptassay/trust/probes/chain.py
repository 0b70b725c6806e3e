"""Check of the evidence itself: the newest entries as they were signed, each chained to the one before."""

from collections.abc import Iterator, Sequence
from typing import Final

from promptassay.trust import chain, evidence, services
from promptassay.trust.models import Evidence
from promptassay.trust.probes import Canaries, Outcome, progress

# More than a day's rounds would cost more than it tells: each round looks at what came since many before it.
READ: Final = 300
SHOWN: Final = 5


def unbroken(canaries: Canaries) -> Outcome:
    """Every entry of the newest stretch: its contents hashed again, its signature, and the entry that it follows.

    An instance with a new secret key has a new signing key. What older keys signed is only hashed here; after the first
    entry of the present key there may be no other.
    """
    runs = list(reversed(Evidence.objects.order_by("-sequence")[:READ]))
    found = list(_problems([chain.entry(run) for run in runs], services.signer()))
    progress.tell(f"{len(runs)} entries read, {len(found)} are not as they were signed and chained")
    counts = {"entries": len(runs), "weaknesses": len(found)}
    return Outcome("failed" if found else "held", counts, "; ".join(found[:SHOWN]))


def _problems(entries: Sequence[evidence.Entry], signer: evidence.Signer) -> Iterator[str]:
    before: evidence.Entry | None = None
    for entry in entries:
        name, own = f"entry {entry['sequence']}", entry["key"] == signer.key_id
        if evidence.hash_of(entry) != entry["hash"]:
            yield f"the contents of {name} are not those that were hashed"
        if own and not evidence.is_signed(entry, signer.public):
            yield f"the signature of {name} is not this instance’s"
        if before is not None:
            if before["key"] == signer.key_id and not own:
                yield f"{name} is signed by another key than this instance’s"
            if (entry["sequence"], entry["previous"]) != (before["sequence"] + 1, before["hash"]):
                yield f"{name} does not follow entry {before['sequence']}"
        before = entry
