"""Every address of every workspace, tried by people who do not belong there: nobody learns that it exists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from django.db import connections, transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from promptassay.core.doors import Door, door_of
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability, Role, allows
from tests import environment, gates
from tests.estate import BRANCH, LABEL, PANEL, RULE, SLUG, Estate, build, tenant_rows
from tests.people import Person, anonymous_person, sign_up

MARK = "alices-own"
pytestmark = pytest.mark.django_db

# What an address needs besides its path to be answered.
QUERIES = {"evals:check-create": "?kind=equals", "evals:case-check-create": "?kind=equals"}


@dataclass(frozen=True)
class Route:
    """An address inside a workspace; `params` are the names in its path besides the workspace's."""

    name: str
    door: Door
    params: tuple[str, ...]

    def path(self, workspace_id: UUID, values: dict[str, object]) -> str:
        """The address; an unknown parameter name is an error: give it a value in `ids_of`."""
        missing = [param for param in self.params if param not in values]
        assert not missing, f"{self.name}: no value for {missing} in tests/house/test_walls.py"
        kwargs = {"workspace_id": workspace_id, **{name: values[name] for name in self.params}}
        return reverse(self.name, kwargs=kwargs) + QUERIES.get(self.name, "")


def _routes(resolver: URLResolver, namespace: str = "", params: tuple[str, ...] = ()) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        inside = (*params, *entry.pattern.converters)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, f"{entry.namespace}:" if entry.namespace else namespace, inside)
        elif isinstance(entry, URLPattern) and (door := door_of(entry.callback)) and door.kind == "workspace":
            yield Route(f"{namespace}{entry.name}", door, tuple(name for name in inside if name != "workspace_id"))


ROUTES = list(_routes(get_resolver()))
SCRIPTS: tuple[dict[str, Any], ...] = ({}, {"HTTP_HX_REQUEST": "true"}, {"HTTP_X_REQUESTED_WITH": "fetch"})
CALLS = [(route, method) for route in ROUTES for method in route.door.methods]
CALL_IDS = [f"{method} {route.name}" for route, method in CALLS]
OBJECT_CALLS = [call for call in CALLS if any(name.endswith("_id") for name in call[0].params)]
OBJECT_CALL_IDS = [f"{method} {route.name}" for route, method in OBJECT_CALLS]
POSTS = [route for route, method in CALLS if method == "POST"]

# Names in a path that say nothing of whose they are: every estate has them.
PLAIN: dict[str, object] = {
    "number": 1,
    "place": 0,
    "label": LABEL,
    "branch": BRANCH,
    "slug": SLUG,
    "rule": RULE,
    "panel": PANEL,
}


def ids_of(estate: Estate) -> dict[str, object]:
    """A value for each name that stands in a path."""
    return {
        "prompt_id": estate.prompt.id,
        "suite_id": estate.suite.id,
        "case_id": estate.case.id,
        "run_id": estate.run.id,
        "cell_id": estate.cell.id,
        "key_id": estate.key.id,
        "fragment_id": estate.fragment.id,
        "folder_id": estate.folder.id,
        "tag_id": estate.tag.id,
        "act_id": estate.act.id,
        "annotation_id": estate.annotation.id,
        "comment_id": estate.comment.id,
        "notification_id": estate.notification.id,
        "api_key_id": estate.api_key.id,
        **PLAIN,
    }


def unknown_ids() -> dict[str, object]:
    """As `ids_of`, of things that do not exist."""
    mine = ("prompt_id", "suite_id", "case_id", "run_id", "cell_id", "key_id", "fragment_id")
    names = (*mine, "folder_id", "tag_id", "act_id", "annotation_id", "comment_id", "notification_id", "api_key_id")
    return PLAIN | {name: uuid4() for name in names}


@dataclass
class Walls:
    """Two strangers with everything that a workspace can hold, and a mere member of Alice's workspace."""

    alice: Estate
    bob: Estate
    member: Person
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """What may never reach Bob: the mark, and the ids of all of Alice's rows."""
        return {MARK} | {str(row["id"]) for rows in self.rows.values() for row in rows}


@pytest.fixture(scope="module")
def walls(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Walls]:
    """Committed once for the module; each test's own writes are rolled back."""
    with django_db_blocker.unblock():
        environment.empty_all()
        alice, bob = build(sign_up("alice@example.com"), MARK), build(sign_up("bob@example.com"), "bobs-own")
        member = sign_up("carol@example.com").join(alice.person, Role.MEMBER)
        made = Walls(alice, bob, member, tenant_rows(alice.workspace_id))
        connections["default"].close()
    yield made
    environment.empty_all()


def _call(who: Person, method: str, path: str, data: dict[str, Any] | None = None, **headers: Any) -> Any:
    gates.tried("requests")
    who.client.cookies.pop("messages", None)  # a notice of the request before
    if method == "POST":
        return who.post(path, data or {}, **headers)
    return who.client.generic(method, path, **headers)


_CHANGING = (
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"'), "TOKEN"),
    (re.compile(r'nonce="[^"]*"'), "NONCE"),
    (re.compile(r'name="tab" value="[0-9a-f]*"'), "TAB"),
    (re.compile(r'datetime="[^"]*"'), "TIME"),
    (re.compile(r"data-relative>[^<]*<"), "AGO"),
    (re.compile(r'"X-CSRFToken": ?"[^"]*"|data-csrf="[^"]*"|content="[A-Za-z0-9]{64}"'), "TOKEN"),
    (re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"), "ID"),
)


def seen(response: Any) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers, without what differs between any two requests: ids asked for, tokens, nonces.

    Of an archive, the names in it: what it holds is compared where exports are tested.
    """
    body = str(_archived(response).keys()) if _is_archive(response) else response.content.decode()
    headers = {
        name: value for name, value in response.headers.items() if name not in ("X-Request-ID", "Content-Length")
    }
    texts = [body, *headers.values()]
    for pattern, put in _CHANGING:
        texts = [pattern.sub(put, text) for text in texts]
    texts[1:] = [re.sub(r"'nonce-[^']*'", "NONCE", text) for text in texts[1:]]
    return response.status_code, texts[0], dict(zip(headers, texts[1:], strict=True))


def _is_archive(response: Any) -> bool:
    return bool(response.headers.get("Content-Type") == "application/zip")


def _archived(response: Any) -> dict[str, bytes]:
    with ZipFile(BytesIO(response.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _leaks(walls: Walls, response: Any, *asked: object) -> set[str]:
    """What of Alice's came back although the request had not named it."""
    named = str(asked)
    text = b"".join(_archived(response).values()) if _is_archive(response) else response.content
    body = text.decode() + str(response.headers)
    return {name for name in walls.names if name in body and name not in named}


def test_the_walk_finds_the_addresses() -> None:
    assert len(ROUTES) >= 50
    assert {name.split(":")[0] for name in (route.name for route in ROUTES)} >= {
        "workspaces", "prompts", "evals", "providers", "usage",
    }  # fmt: skip
    assert len(OBJECT_CALLS) >= 40


@pytest.mark.parametrize(("route", "method"), CALLS, ids=CALL_IDS)
def test_a_stranger_at_anothers_workspace_is_told_what_anybody_is_told(walls: Walls, route: Route, method: str) -> None:
    bob = walls.bob.person
    path = route.path(walls.alice.workspace_id, ids_of(walls.alice))
    nothing = route.path(uuid4(), unknown_ids())
    for headers in SCRIPTS:
        real, unknown = (_call(bob, method, where, **headers) for where in (path, nothing))
        assert real.status_code == 404
        assert seen(real) == seen(unknown)
        assert not _leaks(walls, real, path)
    # Neither does an object's owner in the path help: one's own things in another's workspace.
    mixed = _call(bob, method, route.path(walls.alice.workspace_id, ids_of(walls.bob)))
    assert seen(mixed) == seen(_call(bob, method, nothing))


@pytest.mark.parametrize(("route", "method"), OBJECT_CALLS, ids=OBJECT_CALL_IDS)
def test_a_strangers_things_do_not_exist_in_ones_own_workspace(walls: Walls, route: Route, method: str) -> None:
    bob, home = walls.bob.person, walls.bob.workspace_id
    theirs, unknown, own = ids_of(walls.alice), unknown_ids(), ids_of(walls.bob)
    # With several ids in the path, each one of them in turn is a stranger's and the others are one's own.
    several = [name for name in route.params if name.endswith("_id")]
    attempts = [{name: theirs[name] for name in several}]
    attempts += [{name: theirs[name]} for name in several if len(several) > 1]
    for swapped in attempts:
        path = route.path(home, {**own, **swapped})
        nothing = route.path(home, {**own, **{name: unknown[name] for name in swapped}})
        real, missing = _call(bob, method, path), _call(bob, method, nothing)
        assert real.status_code == 404, f"{path}: {real.status_code}"
        assert seen(real) == seen(missing)
        assert not _leaks(walls, real, path)
    assert tenant_rows(walls.alice.workspace_id) == walls.rows


def forged(ids: dict[str, object], version: object, workspace_id: object) -> dict[str, Any]:
    """Form fields of every name under which a view could take an id or a model reference."""
    reference, text = f"{ids['key_id']}/gpt-test", str(version)
    fields: dict[str, Any] = {name: str(value) for name, value in ids.items() if name.endswith("_id")}
    fields |= {name.removesuffix("_id"): value for name, value in fields.items()}
    fields |= {"version": text, "versions": [text], "version_id": text, "id": fields["prompt_id"]}
    fields |= {"cases": [fields["case_id"]], "runs": [fields["run_id"]], "baseline": fields["run_id"]}
    fields |= dict.fromkeys(("model", "judge", "target_model"), reference)
    fields |= {name: [reference] for name in ("models", "model_refs")}
    return fields | {"name": "x", "title": "x", "workspace": workspace_id, "workspace_id": workspace_id}


@pytest.mark.parametrize("route", POSTS, ids=[route.name for route in POSTS])
def test_a_strangers_ids_in_a_form_are_worth_what_unknown_ones_are(walls: Walls, route: Route) -> None:
    bob, home = walls.bob.person, walls.bob.workspace_id
    path = route.path(home, ids_of(walls.bob))
    bob.client.raise_request_exception = False
    outcomes = []
    for ids, version, workspace_id in (
        (ids_of(walls.alice), walls.alice.version.id, walls.alice.workspace_id),
        (unknown_ids(), uuid4(), uuid4()),
    ):
        data = forged(ids, version, workspace_id)
        point = transaction.savepoint()
        response = _call(bob, "POST", path, data)
        transaction.savepoint_rollback(point)
        assert response.status_code != 500, route.name
        assert not _leaks(walls, response, path, data)
        outcomes.append(seen(response))
    assert outcomes[0] == outcomes[1]
    assert tenant_rows(walls.alice.workspace_id) == walls.rows


@pytest.mark.parametrize(("route", "method"), CALLS, ids=CALL_IDS)
def test_nobody_comes_in_without_signing_in(walls: Walls, route: Route, method: str) -> None:
    visitor = anonymous_person()
    real = route.path(walls.alice.workspace_id, ids_of(walls.alice))
    unknown = route.path(uuid4(), unknown_ids())
    for path in (real, unknown):
        page = _call(visitor, method, path)
        assert page.status_code == 302
        assert page.headers["Location"].startswith("/accounts/login/?next=")
        script = _call(visitor, method, path, HTTP_X_REQUESTED_WITH="fetch")
        assert (script.status_code, script.json()["error"]["code"]) == (401, "UNAUTHORIZED")
        fragment = _call(visitor, method, path, HTTP_HX_REQUEST="true")
        assert fragment.status_code == 401
        assert "You are signed out" in fragment.content.decode()
        assert not _leaks(walls, page, path) | _leaks(walls, script, path) | _leaks(walls, fragment, path)


WITHHELD = [(route, method) for route, method in CALLS if not allows(Role.MEMBER, Ability(route.door.ability))]


@pytest.mark.parametrize(("route", "method"), WITHHELD, ids=[f"{method} {route.name}" for route, method in WITHHELD])
def test_a_member_without_the_ability_is_told_which_one(walls: Walls, route: Route, method: str) -> None:
    path = route.path(walls.alice.workspace_id, ids_of(walls.alice))
    page = _call(walls.member, method, path)
    assert page.status_code == 403
    assert route.door.ability in page.content.decode()
    script = _call(walls.member, method, path, HTTP_X_REQUESTED_WITH="fetch")
    assert script.status_code == 403
    assert script.json()["error"]["details"]["ability"] == route.door.ability
    # The refusal comes before anything is looked up: an id that does not exist is refused alike.
    assert seen(page) == seen(_call(walls.member, method, route.path(walls.alice.workspace_id, unknown_ids())))
    assert tenant_rows(walls.alice.workspace_id) == walls.rows


def test_abilities_are_withheld_somewhere() -> None:
    assert len(WITHHELD) >= 8


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
def test_other_methods_are_refused_alike_for_everybody(walls: Walls, route: Route, method: str) -> None:
    if method in route.door.methods:
        return
    for who, estate in (
        (walls.bob.person, walls.alice),
        (walls.bob.person, walls.bob),
        (anonymous_person(), walls.alice),
    ):
        response = _call(who, method, route.path(estate.workspace_id, ids_of(estate)))
        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) == set(route.door.methods)


# --- That these tests can fail ----------------------------------------------------------------------------------------


def test_the_owner_does_see_what_a_stranger_does_not(walls: Walls) -> None:
    """The same addresses answer their owner: a 404 for the stranger is the wall, not a broken address."""
    blind = []
    for route, method in CALLS:
        if method == "GET":
            path = route.path(walls.alice.workspace_id, ids_of(walls.alice))
            response = _call(walls.alice.person, method, path, HTTP_ACCEPT="text/html")
            if response.status_code not in (200, 302, 422):
                blind.append(f"{path}: {response.status_code}")
    assert blind == []


def test_a_leak_would_be_found(walls: Walls) -> None:
    page = _call(walls.alice.person, "GET", reverse("prompts:prompt-list", args=[walls.alice.workspace_id]))
    assert MARK in _leaks(walls, page)
    assert seen(page) != seen(
        _call(walls.bob.person, "GET", reverse("prompts:prompt-list", args=[walls.bob.workspace_id]))
    )


def test_a_door_that_asks_for_nothing_would_be_found(walls: Walls, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tripwire: without the check, a member is let in where the table says no."""
    monkeypatch.setattr(Actor, "require", lambda *_: None)
    let_in = [
        route.name
        for route, method in WITHHELD
        if method == "GET"
        and _call(walls.member, method, route.path(walls.alice.workspace_id, ids_of(walls.alice))).status_code != 403
    ]
    assert let_in


def test_a_parameter_without_a_value_is_an_error() -> None:
    with pytest.raises(AssertionError, match="diary_id"):
        Route("prompts:prompt-show", Door("workspace", ("GET",)), ("diary_id",)).path(uuid4(), unknown_ids())
