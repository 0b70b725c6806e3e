"""Claims and the last runs of their proofs as OSCAL assessment results (NIST OSCAL 1.1), for tools that read that."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from promptassay import __version__
from promptassay.trust.evidence import moment
from promptassay.trust.models import Evidence
from promptassay.trust.standing import ProofStanding, Standing, State

OSCAL_VERSION: Final = "1.1.3"
_NAMESPACE: Final = "urn:promptassay:oscal"


def assessment_results(
    standings: Sequence[Standing], *, instance: str, build: str, key_id: str, at: datetime
) -> dict[str, Any]:
    """One result: a finding for each claim, an observation for each proof that ran, every run with its entry.

    What did not run is not satisfied, and says why. Ids follow from the contents: the same state has the same ids.
    """
    runs = [one.run for each in standings for one in each.proofs if one.run]
    began = min((run.started for run in runs), default=at)
    observations = [_observation(one, instance) for each in standings for one in each.proofs if one.run]
    result: dict[str, Any] = {
        "uuid": _uuid(instance, "result", build, *(run.hash for run in runs)),
        "title": f"Trust center of {instance}",
        "description": "Every claim of the trust page with the last run of each of its proofs, as this instance found "
        "them by attacking itself and as the tests of its build did.",
        "start": moment(began),
        "end": moment(at),
        "props": [_prop("build", build), _prop("signing-key", key_id)],
        "reviewed-controls": {
            "control-selections": [
                {
                    "description": "The claims of the trust page.",
                    "include-controls": [{"control-id": each.claim.id} for each in standings],
                }
            ]
        },
        "findings": [_finding(each, instance) for each in standings],
    }
    if observations:
        result["observations"] = observations
    return {
        "assessment-results": {
            "uuid": _uuid(instance, "results", result["uuid"], moment(at)),
            "metadata": {
                "title": f"Trust center of {instance}",
                "last-modified": moment(at),
                "version": __version__,
                "oscal-version": OSCAL_VERSION,
                "links": [{"href": f"{instance}/trust/evidence.json", "rel": "canonical", "text": "Signed evidence"}],
                "remarks": "The operator of the instance assesses itself. This file is not signed: the entries that it "
                "names are, in the signed evidence.",
            },
            "import-ap": {"href": f"{instance}/trust.json", "remarks": "The claims with their proofs and tripwires."},
            "results": [result],
        }
    }


def _finding(each: Standing, instance: str) -> dict[str, Any]:
    claim, proven = each.claim, each.state == State.PROVEN
    observed = [{"observation-uuid": _of_run(one.run, instance)} for one in each.proofs if one.run]
    reasons = dict.fromkeys(f"{one.proof.id}: {one.reason}" for one in each.proofs if one.reason)
    found: dict[str, Any] = {
        "uuid": _uuid(instance, "finding", claim.id, each.state.value, claim.words_hash),
        "title": claim.title,
        "description": claim.statement,
        "props": [_prop("state", each.state.value), _prop("words", claim.words_hash)],
        "links": [{"href": f"{instance}/trust#{claim.id}", "rel": "reference"}],
        "target": {
            "type": "objective-id",
            "target-id": claim.id,
            "status": {
                "state": "satisfied" if proven else "not-satisfied",
                "reason": "pass" if proven else "fail" if each.state == State.FAILING else "other",
            },
        },
    }
    if observed:
        found["related-observations"] = observed
    if reasons:
        found["remarks"] = " ".join(reasons)
    return found


def _observation(one: ProofStanding, instance: str) -> dict[str, Any]:
    assert one.run is not None
    run, proof = one.run, one.proof
    found: dict[str, Any] = {
        "uuid": _of_run(run, instance),
        "title": proof.id,
        "description": proof.words,
        "props": [_prop("verdict", run.verdict), _prop("kind", run.kind), _prop("build", run.build), *_counts(run)],
        "methods": ["TEST"],
        "relevant-evidence": [
            {
                "href": f"{instance}/trust/evidence.json",
                "description": f"Entry {run.sequence} of the signed chain, SHA-256 {run.hash}. "
                f"To repeat it: {run.command}",
            }
        ],
        "collected": moment(run.ended),
    }
    if proof.fresh_s:
        found["expires"] = moment(run.ended + timedelta(seconds=proof.fresh_s))
    if run.found:
        found["remarks"] = run.found
    return found


def _counts(run: Evidence) -> list[Mapping[str, str]]:
    return [{**_prop("tried", f"{number}"), "remarks": kind} for kind, number in run.counts.items()]


def _prop(name: str, value: str) -> Mapping[str, str]:
    return {"name": name, "ns": _NAMESPACE, "value": value}


def _of_run(run: Evidence | None, instance: str) -> str:
    return _uuid(instance, "entry", run.hash if run else "")


def _uuid(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "\n".join(parts)))
