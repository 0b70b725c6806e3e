"""THE table of the API: every operation with its path, scope, ability, parameters, answer and handler."""

from collections.abc import Iterator

from promptassay.api.operation import Operation
from promptassay.api.operations import (
    fragment_writes,
    fragments,
    prompt_writes,
    prompts,
    run_writes,
    runs,
    suites,
    usage,
)
from promptassay.api.schemas import Schema

OPERATIONS: tuple[Operation, ...] = (
    *prompts.OPERATIONS,
    *prompt_writes.OPERATIONS,
    *fragments.OPERATIONS,
    *fragment_writes.OPERATIONS,
    *suites.OPERATIONS,
    *runs.OPERATIONS,
    *run_writes.OPERATIONS,
    *usage.OPERATIONS,
)
COMPONENTS: dict[str, Schema] = {
    **prompts.COMPONENTS,
    **fragments.COMPONENTS,
    **suites.COMPONENTS,
    **runs.COMPONENTS,
    **usage.COMPONENTS,
}


def groups() -> Iterator[tuple[str, list[Operation]]]:
    """The operations by group, in the order of the table."""
    names = dict.fromkeys(operation.group for operation in OPERATIONS)
    for name in names:
        yield name, [operation for operation in OPERATIONS if operation.group == name]
