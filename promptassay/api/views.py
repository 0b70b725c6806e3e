"""The doors of the API: one for all operations, which asks for a key, and two public ones that describe it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from promptassay.api import openapi
from promptassay.api.dispatch import ApiAnswer, ApiRequest, failure, respond
from promptassay.api.operation import Operation
from promptassay.api.operations import groups
from promptassay.api.reading import BODY_BYTES, TooLarge
from promptassay.core.doors import Door, mark, public_view
from promptassay.core.http import address_of, request_id_of, unavailable_error

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Shown:
    """One operation on the readable page, with its examples as text."""

    operation: Operation
    url: str
    curl: str
    answer: str
    errors: str


@csrf_exempt
def operation_call(request: HttpRequest, path: str) -> HttpResponse:
    """Any operation: a key in the header, never a session; no form of ours posts here, so no token is asked for."""
    try:
        answer = respond(_read(request, path), per_minute=settings.API_REQUESTS_PER_MINUTE)
    except RequestDataTooBig:
        answer = failure(TooLarge("The body is too large.", why=f"{BODY_BYTES:,} bytes fit."))
    except (OperationalError, InterfaceError) as error:
        answer = failure(unavailable_error(error), {"Retry-After": "5"})
    return _written(answer)


mark(operation_call, Door("key", METHODS))


@public_view("GET", "HEAD", reason="Describes the API to programs; the same for everybody.")
def openapi_show(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    body = orjson.dumps(openapi.document(_server()), option=orjson.OPT_INDENT_2)
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "public, max-age=300"})


@public_view("GET", "HEAD", reason="Describes the API to people; the same for everybody.")
def docs_show(request: HttpRequest) -> HttpResponse:
    """Every operation in words, with an example to copy."""
    context = {
        "section": "api",
        "server": _server(),
        "codes": openapi.CODES,
        "per_minute": settings.API_REQUESTS_PER_MINUTE,
        "groups": [(name, [_shown(each) for each in found]) for name, found in groups()],
    }
    return render(request, "api/docs_show.html", context)


def _server() -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/api/v1"


def _read(request: HttpRequest, path: str) -> ApiRequest:
    query: Mapping[str, list[str]] = dict(request.GET.lists())
    return ApiRequest(
        method=request.method or "",
        path=path,
        query=query,
        authorization=request.headers.get("Authorization", ""),
        if_none_match=request.headers.get("If-None-Match", ""),
        content_type=request.headers.get("Content-Type", ""),
        body=request.body,
        address=address_of(request),
        request_id=request_id_of(request),
    )


def _written(answer: ApiAnswer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.status == 304:
        del response.headers["Content-Type"]
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _shown(operation: Operation) -> Shown:
    path = operation.path
    for name, value in (("{label}", "production"), ("{slug}", "support-triage"), ("{number}", "3")):
        path = path.replace(name, value)
    url = _server() + _shell(path)
    lines = ['curl -H "Authorization: Bearer $PA_KEY" \\']
    if operation.method != "GET":
        lines.append(f"  -X {operation.method} \\")
    body = openapi.request_example(operation)
    if body is not None:
        lines += ['  -H "Content-Type: application/json" \\', f"  -d '{json.dumps(body, ensure_ascii=False)}' \\"]
    lines.append(f'  "{url}"')
    answer = json.dumps(openapi.answer_example(operation), indent=2, ensure_ascii=False)
    errors = ", ".join(str(status) for status in openapi.statuses(operation))
    return Shown(operation, url, "\n".join(lines), answer, errors)


def _shell(path: str) -> str:
    """A path whose ids are variables of the shell: `/prompts/$PROMPT_ID`."""
    parts = [f"${part[1:-1].upper()}" if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)
