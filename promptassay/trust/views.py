"""The public pages about trust: claims with their proofs, evidence, and what is stored; for people and for programs."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response

from promptassay.core.doors import public_view
from promptassay.core.errors import NotFound
from promptassay.core.http import LaterResponse
from promptassay.core.threads import in_thread
from promptassay.trust import chain, claims, downloads, queries, services, standing
from promptassay.trust.build import build
from promptassay.trust.claims import HERE, Status
from promptassay.trust.gates import gates_here
from promptassay.trust.standing import State

RUNS_SHOWN = 50


@public_view("GET", reason="the claims and their proofs are for whoever assesses the product")
def claim_list(request: HttpRequest) -> HttpResponse:
    """Every claim with its state, what was tried, and how to try it oneself."""
    return render(request, "trust/claim_list.html", {"section": "trust", **_claims_context()})


@public_view("GET", reason="the same as the page, for programs")
def claim_export(request: HttpRequest) -> HttpResponse:
    """Claims, states and last runs as JSON."""
    found = [_claim_json(each) for each in chain.standings_now()]
    body = {"build": build(), "key": services.signer().key_id, "public_key": services.signer().public, "claims": found}
    return JsonResponse(body, json_dumps_params={"indent": 1})


@public_view("GET", "HEAD", reason="evidence is there to be checked by anybody")
def evidence_export(request: HttpRequest) -> HttpResponseBase:
    """The signed bundle of the newest evidence, as a file."""
    return _file(request, downloads.bundle(), "promptassay-evidence.json")


@public_view("GET", "HEAD", reason="the same for tools that read OSCAL")
def oscal_export(request: HttpRequest) -> HttpResponseBase:
    """Claims and proofs as OSCAL assessment results, as a file."""
    return _file(request, downloads.oscal(), "promptassay-assessment-results.json")


def _file(request: HttpRequest, made: downloads.Download, name: str) -> HttpResponseBase:
    """The download, or that the client has it already. A cache in between may keep it, and asks each time."""
    response = HttpResponse(made.data, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["ETag"] = made.etag
    return get_conditional_response(request, etag=made.etag, response=response) or response


@public_view("GET", reason="whoever has a download may check it")
def evidence_verify(request: HttpRequest) -> HttpResponse:
    """A page whose own script checks a downloaded bundle, without sending it anywhere."""
    return render(request, "trust/evidence_verify.html", {"section": "trust", "key_id": services.signer().key_id})


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


def _claims_context() -> dict[str, Any]:
    found = chain.standings_now()
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
        "gates": gates_here(),
    }


def _proof_context(proof_id: str) -> dict[str, Any]:
    claim_and_proof = claims.proof(proof_id)
    assert claim_and_proof
    claim, proof = claim_and_proof
    stands = next(each for each in chain.standings_now() if each.claim.id == claim.id)
    return {
        "section": "trust",
        "claim": claim,
        "proof": proof,
        "standing": next(each for each in stands.proofs if each.proof.id == proof.id),
        "runs": chain.history(proof.id, limit=RUNS_SHOWN),
        "gates": gates_here(),
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
                "reason": one.reason,
                "tests": one.proof.tests,
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
