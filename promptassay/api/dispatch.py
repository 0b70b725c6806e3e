"""One request of the API from its bytes to its answer's; knows no web framework, so that any server can call it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from promptassay.api.operation import Call, Operation, Result
from promptassay.api.reading import read_body, read_query
from promptassay.api.routing import find, path_values
from promptassay.core.errors import AppError, NotFound, RateLimited, Unauthorized
from promptassay.core.http import error_body
from promptassay.core.tenancy import with_workspace
from promptassay.workspaces.apikeys.caller import Allowance, Caller
from promptassay.workspaces.apikeys.services import admit

_BEARER: Final = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] ([!-~]+)")
_TAG: Final = re.compile(r'(?:W/)?("[!#-~]*")')
WINDOW_S: Final = 60


@dataclass(frozen=True, repr=False)
class ApiRequest:
    """What the API reads of a request. It prints as nothing, so that no log holds a key or a body.

    path: below `/api/v1/`. query: each name with all of its values.
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    authorization: str = ""
    if_none_match: str = ""
    content_type: str = ""
    body: bytes = b""
    address: str = ""
    request_id: str = ""

    def __repr__(self) -> str:
        return f"ApiRequest(<{self.method}>)"


@dataclass(frozen=True)
class ApiAnswer:
    """Status, headers and body of an answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class MethodNotAllowed(AppError):
    """The address is there, but not for this method."""

    status = 405

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__("This address does not take this method.", details={"allowed": list(allowed)})
        self.allowed = allowed


class ScopeMissing(AppError):
    """The key was not made for this."""

    status = 403
    code = "FORBIDDEN"

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"This key does not have the scope “{scope}”.",
            next_step="Make a key that has it, in the workspace's settings.",
            details={"scope": scope},
        )


def respond(request: ApiRequest, *, per_minute: int) -> ApiAnswer:
    """Answer a request. Expected errors become answers; everything else, such as a database that is away, is raised.

    The key comes first: without a valid one, no path, parameter or body makes a difference.
    """
    try:
        caller = admit(
            _key_in(request.authorization),
            per_minute=per_minute,
            address=request.address,
            request_id=request.request_id,
        )
    except RateLimited as error:
        spent = _allowance_headers(Allowance(per_minute, 0, error.retry_after))
        return failure(error, {**spent, "Retry-After": str(error.retry_after)})
    except Unauthorized as error:
        return failure(error, {"WWW-Authenticate": 'Bearer realm="PromptAssay API"'})
    headers = _allowance_headers(caller.allowance)
    try:
        return _perform(request, caller, headers)
    except MethodNotAllowed as error:
        return failure(error, {**headers, "Allow": ", ".join(error.allowed)})
    except AppError as error:
        return failure(error, headers)


def failure(error: AppError, headers: Mapping[str, str] | None = None) -> ApiAnswer:
    """An error as the API tells it."""
    return ApiAnswer(error.status, orjson.dumps(error_body(error), default=str), dict(headers or {}))


def _key_in(authorization: str) -> str:
    found = _BEARER.fullmatch(authorization)
    return found[1] if found else ""


def _perform(request: ApiRequest, caller: Caller, headers: dict[str, str]) -> ApiAnswer:
    operation, values = _operation(request)
    if operation.scope not in caller.actor.scopes:
        raise ScopeMissing(operation.scope.value)
    caller.actor.require(operation.ability)
    if values is None:
        raise NotFound()
    query = read_query(operation, request.query)
    sent = read_body(operation, request.body, request.content_type)
    with with_workspace(caller.actor.workspace_id, person_id=caller.actor.user_id):
        result = operation.handler(Call(caller.actor, values, query, sent))
    body = orjson.dumps(_envelope(result, query))
    if operation.method != "GET":
        return ApiAnswer(result.status, body, headers)
    # The workspace is part of the tag: equal answers of two workspaces, such as empty lists, do not share one.
    digest = hashlib.sha256(caller.actor.workspace_id.bytes + body).hexdigest()
    headers = {**headers, "ETag": f'"{digest[:32]}"', "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if headers["ETag"] in _TAG.findall(request.if_none_match):
        return ApiAnswer(304, b"", headers)
    return ApiAnswer(result.status, body, headers)


def _operation(request: ApiRequest) -> tuple[Operation, dict[str, Any] | None]:
    found = find(request.path)
    if found is None:
        raise NotFound()
    method = "GET" if request.method == "HEAD" else request.method
    if method not in found.operations:
        raise MethodNotAllowed(sorted(found.operations))
    operation = found.operations[method]
    return operation, path_values(operation, found.texts)


def _envelope(result: Result, query: Mapping[str, Any]) -> dict[str, Any]:
    if result.total is None:
        return {"data": result.data}
    call = Call(None, {}, query)  # type: ignore[arg-type]
    return {"data": result.data, "meta": {"page": call.page, "per_page": call.per_page, "total": result.total}}


def _allowance_headers(allowance: Allowance) -> dict[str, str]:
    return {
        "RateLimit-Policy": f"{allowance.limit};w={WINDOW_S}",
        "RateLimit-Limit": str(allowance.limit),
        "RateLimit-Remaining": str(max(0, allowance.left)),
        "RateLimit-Reset": str(allowance.resets_in),
    }
