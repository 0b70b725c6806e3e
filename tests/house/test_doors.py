"""Every URL declares who may come in; abilities come from the one table."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from promptassay.accounts.doors import DOORS
from promptassay.core.doors import Door, door_of, public_view
from promptassay.workspaces.permissions import GRANTS, MEANING, Ability, Role


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL of the product with its path."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        else:
            yield path, entry


ROUTES = list(routes(get_resolver()))


@pytest.mark.parametrize(("path", "entry"), ROUTES, ids=[path for path, _ in ROUTES])
def test_every_url_has_a_door(path: str, entry: URLPattern) -> None:
    door = door_of(entry.callback)
    if door is None:
        assert entry.name in DOORS, f"{path} names no door: use a decorator of core.doors or workspaces.access"
        kind, reason = DOORS[entry.name]
        assert kind in ("public", "account")
        assert reason
        return
    assert door.methods
    if door.kind == "workspace":
        assert "workspace_id" in path, "a workspace door needs the workspace in its path"
        assert door.ability in set(Ability)
    else:
        assert "workspace_id" not in path, f"{path} names a workspace but does not check it"
    if door.kind == "public":
        assert door.reason


def test_a_view_without_a_door_would_be_found() -> None:
    def view(request: Any) -> None:
        """No decorator."""

    assert door_of(view) is None
    assert door_of(public_view("GET", reason="because")(view)) == Door("public", ("GET",), reason="because")  # type: ignore[arg-type]


def test_every_ability_has_a_meaning_and_an_owner_who_has_it() -> None:
    assert set(MEANING) == set(Ability)
    assert GRANTS[Role.OWNER] == set(Ability)
    assert GRANTS[Role.MEMBER] < GRANTS[Role.ADMIN] < GRANTS[Role.OWNER]


def test_every_url_has_a_name_of_its_own() -> None:
    names = [entry.name for _, entry in ROUTES]
    assert None not in names
