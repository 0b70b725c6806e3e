"""What an operation of the API is, what it is called with, and what it gives back; knows no web framework."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.paginator import Page

from promptassay.api.schemas import Schema, number
from promptassay.workspaces.apikeys.caller import KeyActor
from promptassay.workspaces.permissions import Ability, Scope

R = TypeVar("R")
PER_PAGE: Final = 20
PER_PAGE_MAX: Final = 100


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query. `schema` is a plain type; of `json` ones the value is JSON in the address."""

    name: str
    schema: Schema
    json: bool = False

    @property
    def words(self) -> str:
        """What it means."""
        return str(self.schema["description"])


@dataclass(frozen=True)
class Call:
    """An operation's input: who acts, and checked values. Parameters that were not given are missing from `query`."""

    actor: KeyActor
    path: Mapping[str, Any]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    def id(self, name: str) -> UUID:
        """An id out of the path."""
        found: UUID = self.path[name]
        return found

    @property
    def page(self) -> int:
        """Which page is asked for, from 1."""
        return int(self.query.get("page", 1))

    @property
    def per_page(self) -> int:
        """How many there are on a page."""
        return int(self.query.get("per_page", PER_PAGE))


@dataclass(frozen=True)
class Result:
    """An operation's output: `data`, for lists with the number of all, and the HTTP status."""

    data: Any
    total: int | None = None
    status: int = 200


Handler = Callable[[Call], Result]


@dataclass(frozen=True)
class Operation:
    """One line of the table.

    path: below `/api/v1`, with `{prompt_id}` and the like; names that end in `_id` are ids, `number` is a number,
    others are texts. answer: the schema of `data`, or of one item of it when `listed`. sample: the properties of the
    body that its example shows. unchanged: it answers 200 where all was so already. errors: statuses besides those
    that every operation can answer.
    """

    method: str
    path: str
    name: str
    group: str
    summary: str
    scope: Scope
    ability: Ability
    answer: Schema
    handler: Handler
    query: tuple[Parameter, ...] = ()
    body: Schema | None = None
    sample: tuple[str, ...] = ()
    listed: bool = False
    status: int = 200
    unchanged: bool = False
    errors: tuple[int, ...] = ()

    @property
    def params(self) -> tuple[str, ...]:
        """The names in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of the query, those of paging included."""
        return (*self.query, *PAGING) if self.listed else self.query


PAGING: Final = (
    Parameter("page", number("Which page, from 1.", 1, minimum=1, maximum=1_000_000)),
    Parameter("per_page", number("How many on a page.", PER_PAGE, minimum=1, maximum=PER_PAGE_MAX)),
)


def stamp(at: datetime | None) -> str | None:
    """A time as the API writes it: UTC with milliseconds."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def listed(call: Call, page: Page[R], shape: Callable[[Iterable[R]], list[Any]]) -> Result:
    """A page as a result; beyond the last page there is nothing, rather than the last page again."""
    rows = list(page.object_list) if page.number == call.page else []
    return Result(shape(rows), total=page.paginator.count)


def sliced(call: Call, rows: list[R], shape: Callable[[R], Any]) -> Result:
    """The page of a list that was read whole."""
    start = (call.page - 1) * call.per_page
    return Result([shape(row) for row in rows[start : start + call.per_page]], total=len(rows))
