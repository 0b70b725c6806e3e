"""The API described for programs: OpenAPI 3.1, made from the table of operations."""

from functools import cache
from typing import Any, Final

from promptassay import __version__
from promptassay.api.operation import Operation, Parameter
from promptassay.api.operations import COMPONENTS, OPERATIONS
from promptassay.api.schemas import Schema, choice, example_of, many, number, record, ref, text

VERSION: Final = "3.1.0"
CODES: Final = {
    "BAD_REQUEST": "The request cannot be read.",
    "UNAUTHORIZED": "No valid key: missing, malformed, unknown, expired, revoked, or its person left; all alike.",
    "API_NOT_ALLOWED": "The workspace's plan does not include this.",
    "FORBIDDEN": "The key's scopes or its person's role do not include this; `details` names which.",
    "NOT_FOUND": "Nothing there, or nothing that this key may know of: the same bytes.",
    "CONFLICT": "The state does not allow it, or changed meanwhile.",
    "VALIDATION_FAILED": "Parameters or properties are wrong; `details` says which and how.",
    "RATE_LIMITED": "The key has made its requests of this minute; `Retry-After` says when to go on.",
    "QUOTA_EXCEEDED": "A budget or a limit would be passed.",
    "PROVIDER_KEY_MISSING": "The workspace has no provider key for the model.",
    "PROVIDER_ERROR": "A model provider gave no usable answer.",
    "INTERNAL": "Our fault, or the database is away.",
}
_STATUS: Final = {
    304: "Not changed since the `ETag` in `If-None-Match`.",
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    413: "BAD_REQUEST: the body is too large.",
    422: "VALIDATION_FAILED",
    429: "RATE_LIMITED",
}
_ERROR: Final = record(
    "What went wrong.",
    error={
        **record(
            "One error.",
            code=choice("Its kind, for programs.", list(CODES), "NOT_FOUND"),
            message=text("What happened, in one sentence.", "There is nothing at this address."),
            details={"type": "object", "description": "More, where there is more.", "examples": [{}]},
        ),
        "required": ["code", "message"],
    },
)
_META: Final = record(
    "Where in the whole list this page is.",
    page=number("Which page, from 1.", 1, minimum=1),
    per_page=number("How many on a page.", 20, minimum=1),
    total=number("How many in all.", 1),
)
_INTRODUCTION: Final = (
    "Prompts and results of one workspace, for programs. A key belongs to one workspace and sees no other. "
    "Success is `{data, meta?}`, failure `{error: {code, message, details?}}`. Times are UTC with milliseconds, ids "
    "are UUIDv7. Reads carry a strong `ETag` and answer `If-None-Match` with 304."
)


def answer_schema(operation: Operation) -> Schema:
    """The schema of an operation's whole answer."""
    if operation.listed:
        return record("A page.", data=many(operation.answer, "The items."), meta=ref("Meta"))
    return record("The answer.", data=operation.answer)


def components() -> dict[str, Schema]:
    """Every named schema."""
    return {**COMPONENTS, "Meta": _META, "Error": _ERROR}


@cache
def document(server: str) -> dict[str, Any]:
    """The whole description of the API that is served below `server`, such as `https://…/api/v1`."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": VERSION,
        "info": {"title": "PromptAssay", "version": __version__, "description": _INTRODUCTION},
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "tags": [{"name": name} for name in dict.fromkeys(each.group for each in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": components(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, `pa_live_` and 64 hexadecimal digits, from the workspace's settings.",
                }
            },
        },
    }


def request_example(operation: Operation) -> Any:
    """A body that the operation takes; None for one that takes none."""
    if operation.body is None:
        return None
    return example_of(operation.body, components(), only=operation.sample)


def answer_example(operation: Operation) -> Any:
    """An answer as the operation gives it."""
    return example_of(answer_schema(operation), components())


def statuses(operation: Operation) -> tuple[int, ...]:
    """The statuses besides success that an operation can answer with."""
    found = {401, 403, 422, 429, *operation.errors}
    found |= {304} if operation.method == "GET" else set()
    found |= {404} if operation.params or operation.body else set()
    return tuple(sorted(found | ({400, 413} if operation.body else set())))


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.group],
        "summary": operation.summary,
        "x-scope": operation.scope.value,
        "x-ability": operation.ability.value,
        "parameters": [_path_parameter(name) for name in operation.params]
        + [_query_parameter(each) for each in operation.parameters],
        "responses": _responses(operation),
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": operation.body, "example": request_example(operation)}},
        }
    return described


def _responses(operation: Operation) -> dict[str, Any]:
    found = answer_schema(operation)
    good = {
        "description": operation.summary,
        "content": {"application/json": {"schema": found, "example": answer_example(operation)}},
    }
    answers: dict[str, Any] = {str(operation.status): good}
    if operation.unchanged:
        answers["200"] = {**good, "description": "All was so already; nothing was written."}
    for status in statuses(operation):
        answers[str(status)] = {"description": _STATUS[status]}
        if status != 304:
            answers[str(status)]["content"] = {"application/json": {"schema": ref("Error")}}
    return answers


def _path_parameter(name: str) -> dict[str, Any]:
    if name.endswith("_id"):
        schema: Schema = {"type": "string", "format": "uuid"}
    elif name == "number":
        schema = {"type": "integer", "minimum": 1}
    else:
        schema = {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    shown = {"name": parameter.name, "in": "query", "required": False, "description": parameter.words}
    if parameter.json:
        return {**shown, "content": {"application/json": {"schema": parameter.schema}}}
    return {**shown, "schema": parameter.schema}
