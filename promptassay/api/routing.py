"""From a method and a path to an operation: the table of operations as a tree of path segments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from promptassay.api.operation import Operation
from promptassay.api.operations import OPERATIONS

_NUMBER_DIGITS: Final = 9


@dataclass
class _Node:
    """One segment of paths: what may follow it by name, or as a parameter, and the operations that end here."""

    named: "dict[str, _Node]" = field(default_factory=dict)
    parameter: "_Node | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """The operations of a path by method, and the texts that stand for its parameters, in order."""

    operations: Mapping[str, Operation]
    texts: tuple[str, ...]


def _tree(operations: Iterable[Operation]) -> _Node:
    root = _Node()
    for operation in operations:
        node = root
        for segment in operation.path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.named.setdefault(segment, _Node())
        assert operation.method not in node.operations, f"two operations for {operation.method} {operation.path}"
        node.operations[operation.method] = operation
    return root


_ROOT: Final = _tree(OPERATIONS)


def find(path: str) -> Found | None:
    """The operations of a path below `/api/v1/`, such as `prompts/…/versions`; None for an address of nothing."""
    node, texts = _ROOT, []
    for segment in path.split("/"):
        if segment in node.named:
            node = node.named[segment]
        elif node.parameter is not None and segment:
            texts.append(segment)
            node = node.parameter
        else:
            return None
    return Found(node.operations, tuple(texts)) if node.operations else None


def path_values(operation: Operation, texts: tuple[str, ...]) -> dict[str, Any] | None:
    """The values of the path's parameters; None when one of them cannot be what its name says."""
    values: dict[str, Any] = {}
    for name, text in zip(operation.params, texts, strict=True):
        value = _value(name, text)
        if value is None:
            return None
        values[name] = value
    return values


def _value(name: str, text: str) -> UUID | int | str | None:
    if name.endswith("_id"):
        try:
            found = UUID(text)
        except ValueError:
            return None
        return found if str(found) == text.lower() else None
    if name == "number":
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS else None
    return text if "\x00" not in text else None
