"""The public pages about trust: claims with their proofs, evidence, and what is stored; for people and for programs."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from promptassay.core.doors import public_view
from promptassay.core.errors import NotFound
from promptassay.core.http import LaterResponse
from promptassay.core.threads import in_thread
from promptassay.trust import chain, claims, queries, services, standing
from promptassay.trust.build import build
from promptassay.trust.bundle import Stated, make_bundle
from promptassay.trust.claims import HERE, Status
from promptassay.trust.standing import State

RUNS_SHOWN = 50


@public_view("GET", reason="the claims and their proofs are for whoever assesses the product")
def claim_list(request: HttpRequest) -> HttpResponse:
    """Every claim with its state, what was tried, and how to try it oneself."""
    return render(request, "trust/claim_list.html", {"section": "trust", **_claims_context()})


@public_view("GET", reason="the same as the page, for programs")
def claim_export(request: HttpRequest) -> HttpResponse:
    """Claims, states and last runs as JSON."""
    found = [_claim_json(each) for each in _standings()]
    body = {"build": build(), "key": services.signer().key_id, "public_key": services.signer().public, "claims": found}
    return JsonResponse(body, json_dumps_params={"indent": 1})


@public_view("GET", reason="evidence is there to be checked by anybody")
def evidence_export(request: HttpRequest) -> HttpResponse:
    """The signed bundle of the newest evidence, as a file."""
    stated = [
        Stated(each.id, each.words, max((proof.fresh_s for proof in each.proofs), default=0)) for each in claims.CLAIMS
    ]
    instance = request.build_absolute_uri("/").rstrip("/")
    data = make_bundle(
        services.signer(), instance=instance, claims=stated, evidence=chain.stretch(), at=datetime.now(UTC)
    )
    response = HttpResponse(data, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="promptassay-evidence.json"'
    return response


@public_view("GET", "POST", reason="anybody may watch a proof, and start one")
def proof_show(request: HttpRequest, proof_id: str) -> HttpResponse:
    """One proof with its last runs; posted, it runs now, unless it did within a minute."""
    found = claims.proof(proof_id)
    if found is None:
        raise NotFound()
    if request.method == "POST":
        if found[1].kind not in HERE:
            raise NotFound()
        return LaterResponse(partial(_prove_and_show, request, proof_id))
    return render(request, "trust/proof_show.html", _proof_context(proof_id))


async def _prove_and_show(request: HttpRequest, proof_id: str) -> str:
    """The page of a proof that runs after the request's own work, since each attack has its own transaction."""

    def work() -> str:
        run, is_new = services.prove_now(proof_id)
        context = {**_proof_context(proof_id), "proved": run, "is_new": is_new}
        return render_to_string("trust/proof_show.html", context, request)

    return await in_thread(work)


def _standings() -> list[standing.Standing]:
    return standing.standings(chain.latest(), now=datetime.now(UTC), build=build())


def _claims_context() -> dict[str, Any]:
    found = _standings()
    shipped = [each for each in found if each.claim.status in (Status.SHIPPED, Status.LIVE)]
    runs = [proof.run for each in found for proof in each.proofs if proof.run]
    return {
        "standings": found,
        "proven": sum(each.state == State.PROVEN for each in shipped),
        "shipped": len(shipped),
        "last_round": max((run.ended for run in runs), default=None),
        "tried": sum(each.tried for each in found),
        "build": build(),
        "key_id": services.signer().key_id,
    }


def _proof_context(proof_id: str) -> dict[str, Any]:
    claim_and_proof = claims.proof(proof_id)
    assert claim_and_proof
    claim, proof = claim_and_proof
    stands = next(each for each in _standings() if each.claim.id == claim.id)
    return {
        "section": "trust",
        "claim": claim,
        "proof": proof,
        "standing": next(each for each in stands.proofs if each.proof.id == proof.id),
        "runs": chain.history(proof.id, limit=RUNS_SHOWN),
        "build": build(),
    }


def _claim_json(each: standing.Standing) -> dict[str, Any]:
    return {
        "id": each.claim.id,
        "title": each.claim.title,
        "statement": each.claim.statement,
        "status": each.claim.status.value,
        "state": each.state.value,
        "proved_at": each.proved_at,
        "proofs": [
            {
                "id": one.proof.id,
                "kind": one.proof.kind.value,
                "tries": one.proof.words,
                "state": one.state.value,
                "tripwires": one.proof.tripwires,
                "last_run": chain.entry(one.run) if one.run else None,
            }
            for one in each.proofs
        ],
    }


@public_view("GET", reason="whoever thinks of using the product may know what it stores")
def data_show(request: HttpRequest) -> HttpResponse:
    """Every stored column with its class, its purpose, and how long it is kept; `?class=` shows one class."""
    only = queries.class_named(request.GET.get("class", ""))
    areas = queries.areas(only)
    context = {
        "section": "trust",
        "counts": queries.counts(),
        "only": only,
        "areas": areas,
        "tables": sum(len(area.tables) for area in areas),
        "outputs": queries.output_tables(),
        "look": queries.look(),
    }
    return render(request, "trust/data_show.html", context)


@public_view("GET", reason="the same as the page, for programs")
def data_export(request: HttpRequest) -> HttpResponse:
    """The page as JSON."""
    return JsonResponse(queries.as_json(), json_dumps_params={"indent": 1})
