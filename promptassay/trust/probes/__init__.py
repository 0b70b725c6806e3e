"""The proofs that run inside the live instance: each attacks the canary workspaces and tells what it saw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from django.utils.module_loading import import_string

# "unset": the operator has not configured what the claim is about, so that nothing could be tried.
Verdict = Literal["held", "failed", "error", "unset"]


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

# What runs here for each probe and each record of the ledger.
PROBES: Final[Mapping[str, str]] = {
    "isolation-catalogue": "promptassay.trust.probes.isolation.catalogue",
    "isolation-sql": "promptassay.trust.probes.isolation.statements",
    "isolation-http": "promptassay.trust.probes.isolation_http.requests",
    "roles-http": "promptassay.trust.probes.roles.doors",
    "custody-seal": "promptassay.trust.probes.custody.seal_holds",
    "custody-ledger": "promptassay.trust.probes.ledger.counts_match",
    "retention-markers": "promptassay.trust.probes.retention.markers",
    "egress": "promptassay.trust.probes.egress.one_origin",
    "data-classes": "promptassay.trust.probes.columns.classed",
    "status-lie-detector": "promptassay.trust.probes.measuring.lie_detector",
    "legal-whole": "promptassay.trust.probes.legal.documents_are_whole",
    "evidence-chain": "promptassay.trust.probes.chain.unbroken",
    "record-dpa": "promptassay.trust.probes.records.agreement",
    "record-subprocessors": "promptassay.trust.probes.records.subprocessors",
    "security-contact": "promptassay.trust.probes.legal.security_contact",
    "record-badges": "promptassay.trust.probes.records.badges",
}


def probe(proof_id: str) -> Probe:
    """The probe of a proof. Raises KeyError for a proof that is none."""
    found: Probe = import_string(PROBES[proof_id])
    return found
