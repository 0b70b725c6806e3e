"""Every address inside a workspace, read from the URL table, and the ids of what a canary workspace holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from promptassay.assist.panels import PANELS
from promptassay.core.doors import door_of
from promptassay.core.tenancy import with_workspace
from promptassay.evals.models import Case, Cell, Run, Suite
from promptassay.fragments.models import Fragment
from promptassay.prompts.models import (
    Annotation,
    Branch,
    BulkAct,
    Comment,
    Folder,
    Label,
    LintSilence,
    Prompt,
    Tag,
)
from promptassay.providers.models import ProviderKey
from promptassay.trust.canaries import complete_canaries
from promptassay.workspaces.apikeys.models import ApiKey
from promptassay.workspaces.models import Notification
from promptassay.workspaces.permissions import Ability

Values = Mapping[str, object]
_METHODS: Final = ("GET", "POST")
# What an address needs besides its path to be answered.
_QUERIES: Final = {"evals:check-create": "?kind=equals", "evals:case-check-create": "?kind=equals"}


@dataclass(frozen=True)
class Address:
    """One route inside a workspace with one of its methods. `params` are the names in its path but the workspace's."""

    route: str
    method: str
    ability: Ability
    params: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def ids(self) -> tuple[str, ...]:
        """The names in its path that stand for one thing of one workspace."""
        return tuple(name for name in self.params if name.endswith("_id"))

    def path(self, workspace_id: UUID, values: Values) -> str:
        """The path. Raises KeyError for a name without a value: give it one in `_VALUES`."""
        given = {"workspace_id": workspace_id, **{name: values[name] for name in self.params}}
        return reverse(self.route, kwargs=given) + _QUERIES.get(self.route, "")


def _oldest(model: type[Model], field: str = "pk") -> Callable[[], object]:
    """The canary's own: whatever a probe adds later is younger."""

    def find() -> object:
        return model._default_manager.order_by("pk").values_list(field, flat=True)[0]

    return find


# What each name in a path stands for. All of a canary belongs to its one prompt, so that they fit together.
_VALUES: Final[Mapping[str, Callable[[], object]]] = {
    "prompt_id": _oldest(Prompt),
    "suite_id": _oldest(Suite),
    "case_id": _oldest(Case),
    "run_id": _oldest(Run),
    "cell_id": _oldest(Cell),
    "key_id": _oldest(ProviderKey),
    "fragment_id": _oldest(Fragment),
    "folder_id": _oldest(Folder),
    "tag_id": _oldest(Tag),
    "act_id": _oldest(BulkAct),
    "annotation_id": _oldest(Annotation),
    "comment_id": _oldest(Comment),
    "notification_id": _oldest(Notification),
    "api_key_id": _oldest(ApiKey),
    "branch": _oldest(Branch, "name"),
    "label": _oldest(Label, "name"),
    "slug": _oldest(Fragment, "slug"),
    "rule": _oldest(LintSilence, "rule"),
    "panel": lambda: next(iter(PANELS)),
    "number": lambda: 1,
    "place": lambda: 0,
}


@cache
def addresses() -> tuple[Address, ...]:
    """All of them, in the order of the URL table."""
    return tuple(_walk(get_resolver()))


def _walk(resolver: URLResolver, namespace: str = "", params: tuple[str, ...] = ()) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        inside = (*params, *entry.pattern.converters)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, f"{entry.namespace}:" if entry.namespace else namespace, inside)
        elif isinstance(entry, URLPattern) and (door := door_of(entry.callback)) and door.kind == "workspace":
            names = tuple(name for name in inside if name != "workspace_id")
            for method in _METHODS:
                if method in door.methods:
                    yield Address(f"{namespace}{entry.name}", method, Ability(door.ability), names)


def without_values(found: Sequence[Address]) -> list[str]:
    """The names in paths that no canary has a value for: with one of them a probe would skip addresses."""
    return sorted({name for each in found for name in each.params} - _VALUES.keys())


def values_in(workspace_id: UUID) -> Values:
    """A value of that canary workspace for each name; what an older release did not make is made."""
    try:
        return _values(workspace_id)
    except IndexError:
        complete_canaries()
        return _values(workspace_id)


def _values(workspace_id: UUID) -> Values:
    with with_workspace(workspace_id):
        return {name: find() for name, find in _VALUES.items()}


def unknown(values: Values) -> Values:
    """The same names; each id is one of nothing."""
    return {name: uuid4() if name.endswith("_id") else value for name, value in values.items()}
