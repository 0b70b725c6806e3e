"""The proofs that run inside the live instance: each attacks the canary workspaces and tells what it saw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from django.utils.module_loading import import_string

Verdict = Literal["held", "failed", "error"]


@dataclass(frozen=True)
class Canaries:
    """The two workspaces: a probe acts inside `a`, and `b` is what it must not reach."""

    a: UUID
    b: UUID


@dataclass(frozen=True)
class Outcome:
    """What a probe saw. `counts` are what was tried, in words and numbers; `found` says what did not hold, without
    any content, or why the probe could not be made.
    """

    verdict: Verdict
    counts: Mapping[str, int] = field(default_factory=dict)
    found: str = ""


Probe = Callable[[Canaries], Outcome]

# The probe of each proof of the ledger that is one.
PROBES: Final[Mapping[str, str]] = {
    "isolation-catalogue": "promptassay.trust.probes.isolation.catalogue",
    "isolation-sql": "promptassay.trust.probes.isolation.statements",
    "custody-seal": "promptassay.trust.probes.custody.seal_holds",
}


def probe(proof_id: str) -> Probe:
    """The probe of a proof. Raises KeyError for a proof that is none."""
    found: Probe = import_string(PROBES[proof_id])
    return found
