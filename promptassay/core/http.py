"""Requests and responses: ids, errors as pages or fragments, and work that goes on after the transaction.

A view runs in a thread, inside a transaction. What must not happen there, talking to a model provider, is handed
back as a `LaterResponse` or `StreamResponse`; the server runs it on its event loop when the transaction is over.
"""

import logging
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from psycopg import errors as pg

from promptassay.core.doors import wants_page
from promptassay.core.errors import AppError, NotFound
from promptassay.core.ids import uuid7

log = logging.getLogger("promptassay.http")
# Others hold what is needed, or too much was asked: the database itself is well.
_TOO_BUSY = (pg.QueryCanceled, pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class LaterResponse(HttpResponse):
    """A response whose body `later` makes after the view's transaction has ended."""

    def __init__(self, later: Callable[[], Awaitable[str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.later = later


class StreamResponse(HttpResponse):
    """A response whose body `stream` yields after the view's transaction has ended: server-sent events, or a file.

    When the client goes away the iterator is closed, so `stream` releases what it holds in `finally`.
    """

    def __init__(
        self,
        stream: Callable[[], AsyncIterator[bytes]],
        *,
        content_type: str = "text/event-stream; charset=utf-8",
        filename: str = "",
    ) -> None:
        super().__init__(content_type=content_type)
        if filename:
            self.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"
        self.stream = stream


class RequestMiddleware:
    """Gives each request an id, turns AppErrors into answers, and says to caches and sites whom answers are for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _REQUEST_ID.fullmatch(given) else uuid7().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        if isinstance(response, LaterResponse):
            # Its page is made after the headers were written: they must name the nonce that the page will carry.
            str(request.csp_nonce)  # type: ignore[attr-defined]
        response.headers["X-Request-ID"] = request_id_of(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if settings.SECURE_HSTS_SECONDS:
            # By the address that people type: behind a proxy that ends TLS the request itself came in plain.
            response.headers["Strict-Transport-Security"] = _hsts()
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Expected errors become answers here; anything else goes on to the 500 handler."""
        if isinstance(error, AppError):
            return error_response(request, error)
        if isinstance(error, OperationalError | InterfaceError):
            return unavailable(request, error)
        return None


def _hsts() -> str:
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
    return "; ".join(parts)


def request_id_of(request: HttpRequest) -> str:
    """The id under which this request appears in logs and the audit log."""
    return getattr(request, "request_id", "")


def address_of(request: HttpRequest) -> str:
    """The client's network address as the server saw it."""
    return str(request.META.get("REMOTE_ADDR") or "")


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a fragment rather than a page."""
    return request.headers.get("HX-Request") == "true"


def error_response(request: HttpRequest, error: AppError) -> HttpResponse:
    """The same error as a page, as a fragment for htmx, or as JSON for a script or program.

    The view's transaction is over, and with it the workspace's rows: error pages come without the rail.
    """
    if getattr(request, "workspace", None) is not None:
        request.workspace = None  # type: ignore[attr-defined]
    if is_htmx(request):
        return _fragment(render_to_string("components/error.html", {"error": error}, request), error.status)
    if not wants_page(request):
        return JsonResponse(error_body(error), status=error.status)
    return render(request, "base/error.html", {"error": error}, status=error.status)


def replace_by_error(request: HttpRequest, response: HttpResponse, error: AppError) -> bytes:
    """Make a response whose body came later tell an error instead, in the form that the caller asked for."""
    told = error_response(request, error)
    response.status_code = told.status_code
    for name, value in told.items():
        response.headers[name] = value
    return told.content


def error_body(error: AppError) -> dict[str, Any]:
    """The error shape that programs and scripts read."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    extra = {"why": error.why, "next_step": error.next_step, **error.details}
    if details := {name: value for name, value in extra.items() if value}:
        body["details"] = details
    return {"error": body}


class Unavailable(AppError):
    """The database cannot be used at the moment."""

    status = 503
    code = "INTERNAL"


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """The answer while the database is away or full. Needs no database itself."""
    response = _answer_alone(request, unavailable_error(error))
    response.headers["Retry-After"] = "5"
    return response


def unavailable_error(error: Exception) -> Unavailable:
    """What to say of a database that is away or full; the log hears of it here."""
    log.error("database unavailable: %s", type(error.__cause__ or error).__name__)
    return _unavailable_because(error.__cause__)


def _unavailable_because(cause: BaseException | None) -> Unavailable:
    if isinstance(cause, pg.DiskFull):
        return Unavailable(
            "The database's disk is full, so nothing was saved.",
            next_step="Free some space, then try again: no restart is needed.",
        )
    if isinstance(cause, _TOO_BUSY):
        return Unavailable("The database took too long to answer.", next_step="Try again in a moment.")
    return Unavailable(
        "The database does not answer at the moment.",
        why="It may be restarting.",
        next_step="Try again in a few seconds: what you typed stays on your page.",
    )


def _answer_alone(request: HttpRequest, error: AppError) -> HttpResponse:
    """As `error_response`, without the request in the template: no session, no database."""
    if is_htmx(request):
        return _fragment(render_to_string("components/error.html", {"error": error}), error.status)
    if not wants_page(request):
        return JsonResponse(error_body(error), status=error.status)
    return HttpResponse(render_to_string("base/unavailable.html", {"error": error}), status=error.status)


def _fragment(html: str, status: int) -> HttpResponse:
    response = HttpResponse(html, status=status)
    response.headers["HX-Retarget"] = "#flash"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The 404 handler: the same words for an unknown path and for what one may not know about."""
    return error_response(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 handler: no details to the caller; the log has the request id."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable(request, error)
    log.error("request %s failed: %s", request_id_of(request), type(error).__name__)
    shown = AppError(
        "Something went wrong on our side.",
        why=f"The server's log has the details under request {request_id_of(request) or 'without id'}.",
        next_step="Try again; if it stays, tell whoever runs this instance.",
    )
    shown.status, shown.code = 500, "INTERNAL"
    return _answer_alone(request, shown)


def uuid_or_not_found(text: str) -> UUID:
    """A UUID from a form field or query; NotFound when it is none, as for one that does not exist."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None


class FormExpired(AppError):
    """The form's token does not belong to this session."""

    status = 403
    code = "FORBIDDEN"


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a post without a valid CSRF token; the session may have changed in another tab."""
    error = FormExpired(
        "This form has expired, so nothing was changed.",
        why="You signed in or out in another tab, or cookies are blocked.",
        next_step="Go back, reload the page and send it again.",
    )
    return error_response(request, error)
