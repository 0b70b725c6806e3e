"""The public pages about trust: claims with their proofs, evidence, and what is stored; for people and for programs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response

from promptassay.core import sse
from promptassay.core.doors import public_view
from promptassay.core.errors import AppError, NotFound
from promptassay.core.http import LaterResponse, StreamResponse, error_body
from promptassay.core.threads import in_own_thread, in_thread
from promptassay.trust import claims, downloads, page, queries, reading, services
from promptassay.trust.claims import HERE
from promptassay.trust.models import Evidence
from promptassay.trust.probes import progress


@public_view("GET", reason="the claims and their proofs are for whoever assesses the product")
def claim_list(request: HttpRequest) -> HttpResponse:
    """Every claim with its state, what was tried, and how to try it oneself; what fails stands first."""
    return render(request, "trust/claim_list.html", page.claims_context())


@public_view("GET", reason="the past of a claim is for whoever assesses the product")
def claim_show(request: HttpRequest, claim_id: str) -> HttpResponse:
    """One claim: its proofs, its mechanism, when it failed and why, and how its words changed."""
    found = claims.claim(claim_id)
    if found is None:
        raise NotFound()
    return render(request, "trust/claim_show.html", page.claim_context(found))


@public_view("GET", reason="the same as the page, for programs")
def claim_export(request: HttpRequest) -> HttpResponse:
    """Claims, states, last runs and lapses as JSON."""
    return JsonResponse(page.as_json(), json_dumps_params={"indent": 1})


@public_view("GET", reason="whoever assesses a claim may read the code behind it, as it runs")
def source_show(request: HttpRequest, path: str) -> HttpResponse:
    """A file that a control names, byte for byte as this build has it."""
    found = reading.source(path)
    response = HttpResponse(found.text, content_type="text/plain; charset=utf-8")
    response.headers["Repr-Digest"] = found.digest
    return response


@public_view("GET", reason="whoever assesses a claim may read how its mechanism works")
def manual_show(request: HttpRequest, name: str) -> HttpResponse:
    """A page of the documentation that a control names."""
    return render(request, "trust/manual_show.html", {"section": "trust", "manual": reading.page(name)})


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
    """One proof with its last runs; posted, it runs now, unless it did within a minute. A script may watch it run."""
    found = claims.proof(proof_id)
    if found is None:
        raise NotFound()
    if request.method == "POST":
        if found[1].kind not in HERE:
            raise NotFound()
        if request.headers.get("Accept", "").startswith("text/event-stream"):
            return StreamResponse(partial(_prove_live, request, proof_id))
        return LaterResponse(partial(_prove_and_show, request, proof_id, "trust/proof_show.html"))
    return render(request, "trust/proof_show.html", page.proof_context(*found))


async def _prove_and_show(request: HttpRequest, proof_id: str, template: str) -> str:
    """The page of a proof that runs after the request's own work, since each attack has its own transaction.

    It runs to its end, whoever watches: its turn would be taken for ever otherwise.
    """
    run, is_new = await asyncio.shield(asyncio.create_task(_prove_now(proof_id)))

    def work() -> str:
        found = claims.proof(proof_id)
        assert found
        return render_to_string(template, {**page.proof_context(*found), "proved": run, "is_new": is_new}, request)

    return await in_thread(work)


async def _prove_now(proof_id: str) -> tuple[Evidence, bool]:
    """As the service, but that a probe has a thread of its own: it may ask this very process for pages."""
    last = await in_thread(services.take_turn, proof_id)
    return (last, False) if last else (await in_own_thread(services.prove_in_turn, proof_id), True)


async def _prove_live(request: HttpRequest, proof_id: str) -> AsyncIterator[bytes]:
    """A `line` for each step as the probe tells it, then `done` with the part of the page that has changed."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    with progress.heard_by(lambda words: _put(loop, lines, words)):
        task = asyncio.create_task(_prove_and_show(request, proof_id, "trust/proof_show.html#now"))
    task.add_done_callback(lambda _: lines.put_nowait(None))
    while (words := await lines.get()) is not None:
        yield sse.event("line", words)
    try:
        html = await task
    except AppError as error:
        body = error_body(error)["error"]
        yield sse.event("error", {**body.get("details", {}), **body})
    else:
        yield sse.event("done", html)


def _put(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str | None]", words: str) -> None:
    with suppress(RuntimeError):  # the loop has ended: nobody watches any more, and the probe goes on
        loop.call_soon_threadsafe(lines.put_nowait, words)


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
