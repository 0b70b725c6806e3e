"""The public pages of the status: for people, for programs, for feed readers. All answer while the database is away."""

import contextlib
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from promptassay.core.doors import public_view
from promptassay.core.http import is_htmx
from promptassay.trust.status import clock, documents, feed, page, snapshot
from promptassay.trust.status.states import Status, status_of


def current() -> Status:
    """What is known at this moment."""
    now = clock.now()
    record, away_since = snapshot.latest(now)
    return status_of(record, now, away_since)


@public_view("GET", "HEAD", reason="whoever depends on this instance may know how it is doing")
def status_show(request: HttpRequest) -> HttpResponse:
    """Every component as it was measured, with its history; the same without scripts."""
    status = current()
    template = "trust/status_show.html#status" if is_htmx(request) else "trust/status_show.html"
    return _fresh(HttpResponse(_page(template, page.context(status), request, away=bool(status.away_since))))


@public_view("GET", "HEAD", reason="the same as the page, for programs")
def status_export(request: HttpRequest) -> HttpResponse:
    """The page as JSON."""
    return _open(JsonResponse(documents.as_json(current()), json_dumps_params={"indent": 1}))


@public_view("GET", "HEAD", reason="the same for monitors")
def health_show(request: HttpRequest) -> HttpResponse:
    """application/health+json; 503 when the instance cannot work."""
    body, code = documents.as_health(current())
    return _open(JsonResponse(body, status=code, content_type="application/health+json"))


@public_view("GET", "HEAD", reason="incidents, for feed readers")
def status_feed(request: HttpRequest) -> HttpResponse:
    """Incidents as RSS 2.0, newest first."""
    status = current()
    context = {"status": status, "items": feed.items(status), "page": request.build_absolute_uri("/status")}
    text = render_to_string("trust/status_feed.xml", context)
    return _open(HttpResponse(text, content_type="application/rss+xml; charset=utf-8"))


def _page(template: str, context: dict[str, Any], request: HttpRequest, *, away: bool) -> str:
    """The page; while the database is away nobody can be asked who reads it, and it is made without the request."""
    with contextlib.suppress(OperationalError, InterfaceError):
        return render_to_string(template, context, None if away else request)
    return render_to_string(template, context)


def _fresh(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response


def _open(response: HttpResponse) -> HttpResponse:
    """Status pages elsewhere may read it from a browser: it says the same to everybody."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return _fresh(response)
