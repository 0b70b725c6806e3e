"""The instance's own description of its API, as far as attacks need it: operations, their ids, what they change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from promptassay.trust.attack.wire import Answer, CannotRun

PREFIX: Final = "/api/v1"
DESCRIPTION: Final = f"{PREFIX}/openapi.json"


@dataclass(frozen=True)
class Operation:
    """One operation: `ids` are the parameters of its path that are ids, `queries` and `properties` those of query and
    body; `takes` are all parameters of the query.
    """

    name: str
    method: str
    path: str
    params: tuple[str, ...]
    ids: tuple[str, ...]
    takes: tuple[str, ...]
    queries: tuple[str, ...]
    properties: tuple[str, ...]
    body: Mapping[str, Any] | None
    listed: bool
    changes: bool

    def at(self, values: Mapping[str, str]) -> str:
        """The address with values for the parameters of its path."""
        return PREFIX + re.sub(r"{(\w+)}", lambda found: values[found[1]], self.path)


def read(answer: Answer) -> list[Operation]:
    """The operations of a description. Raises CannotRun for what is none."""
    try:
        paths = orjson.loads(answer.body)["paths"]
        found = [
            _operation(path, method.upper(), each)
            for path, methods in paths.items()
            for method, each in methods.items()
        ]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        found = []
    if answer.status != 200 or not found:
        raise CannotRun(
            "The instance does not describe its API.",
            why=f"{DESCRIPTION} answered {answer.status}.",
            next_step="Give the address of a PromptAssay instance, without a path.",
        )
    return found


def _operation(path: str, method: str, described: Mapping[str, Any]) -> Operation:
    parameters = described.get("parameters", [])
    in_path = tuple(each["name"] for each in parameters if each["in"] == "path")
    in_query = {each["name"]: each.get("schema", {}) for each in parameters if each["in"] == "query"}
    sent = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    properties = sent.get("schema", {}).get("properties", {})
    return Operation(
        name=described["operationId"],
        method=method,
        path=path,
        params=in_path,
        ids=tuple(each["name"] for each in parameters if each["in"] == "path" and _is_id(each.get("schema", {}))),
        takes=tuple(in_query),
        queries=tuple(name for name, schema in in_query.items() if _is_id(schema)),
        properties=tuple(name for name, schema in properties.items() if _is_id(schema)),
        body=sent.get("example") if sent else None,
        listed="page" in in_query,
        changes=method != "GET" and not str(described.get("x-scope", "")).endswith(":read"),
    )


def _is_id(schema: Mapping[str, Any]) -> bool:
    return schema.get("format") == "uuid"
