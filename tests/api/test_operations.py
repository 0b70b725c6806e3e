"""Every operation of the table, on two full workspaces: works, bad input, no scope, no role, stranger, no key."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import override_settings
from jsonschema import Draft202012Validator
from pytest_django import DjangoDbBlocker

from promptassay.api.openapi import answer_schema, components, request_example
from promptassay.api.operation import Operation
from promptassay.api.operations import OPERATIONS
from promptassay.api.routing import Found, find
from promptassay.workspaces.permissions import GRANTS, SCOPE_GRANTS, Ability, Role, Scope
from tests import environment
from tests.api.client import Program, program
from tests.estate import LABEL, SLUG, Estate, build, tenant_rows
from tests.house.test_walls import MARK
from tests.people import Person, sign_up

pytestmark = pytest.mark.django_db
IDS = [operation.name for operation in OPERATIONS]
READS = [operation for operation in OPERATIONS if operation.scope in (Scope.PROMPTS_READ, Scope.EVALS_READ)]
WRITES = [operation for operation in OPERATIONS if operation not in READS]
WITH_IDS = [operation for operation in OPERATIONS if any(name.endswith("_id") for name in operation.params)]
METERS = "workspaces_apikeymeter"


@pytest.fixture(autouse=True)
def unlimited() -> Iterator[None]:
    """The limit has its own tests."""
    with override_settings(API_REQUESTS_PER_MINUTE=1_000_000):
        yield


@dataclass
class World:
    """Two strangers with everything, a mere member of Alice's workspace, and their programs."""

    alice: Estate
    bob: Estate
    alices: Program
    bobs: Program
    members: Program
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def secrets(self) -> set[str]:
        """What may never reach Bob: the mark, and the ids of all of Alice's rows."""
        return {MARK} | {str(row["id"]) for rows in self.rows.values() for row in rows}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Committed once for the module; each test's own writes are rolled back."""
    with django_db_blocker.unblock():
        environment.empty_all()
        alice, bob = build(sign_up("alice@example.com"), MARK), build(sign_up("bob@example.com"), "bobs-own")
        member = sign_up("carol@example.com").join(alice.person, Role.MEMBER)
        programs = (program(alice.person), program(bob.person), program(member, name="the member's"))
        made = World(alice, bob, *programs, rows=contents(alice.person))
        connections["default"].close()
    yield made
    environment.empty_all()


def contents(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Every row of a workspace but the meters, which count each request."""
    return {name: rows for name, rows in tenant_rows(person.workspace.id).items() if name != METERS}


def values(estate: Estate, operation: Operation | None = None) -> dict[str, object]:
    """A value for each name in a path; a run that goes on for what can be done to no other."""
    return {
        "prompt_id": estate.prompt.id,
        "fragment_id": estate.fragment.id,
        "suite_id": estate.suite.id,
        "run_id": estate.live_run.id if operation and operation.name == "cancelRun" else estate.run.id,
        "number": 1,
        "label": LABEL,
        "slug": estate.prompt.slug,
    }


def path(operation: Operation, given: dict[str, object]) -> str:
    """The operation's path; an unknown parameter name is an error: give it a value in `values`."""
    return re.sub(r"{(\w+)}", lambda found: str(given[found[1]]), operation.path)


def sample(operation: Operation, estate: Estate) -> Any:
    """A body that fits the estate."""
    body = request_example(operation)
    if operation.name == "moveLabel":
        return {"version": 2, "override": True, "reason": "because"}
    if operation.name == "saveVersion":
        return body | {"parent_version": 2}
    if operation.name == "startRun":
        return {"versions": [1, 2]}
    if operation.name == "postResolved":
        return {"label": LABEL, "variables": {"ticket": "Ticket 7"}}
    return body


def fits(operation: Operation, answer: Any) -> None:
    """Raise unless the answer is what the OpenAPI document says."""
    schema = {**answer_schema(operation), "components": {"schemas": components()}}
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, format_checker=checker).validate(answer)


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
def test_it_answers_its_owner_as_described(world: World, operation: Operation) -> None:
    answer = world.alices.call(
        operation.method, path(operation, values(world.alice, operation)), sample(operation, world.alice)
    )
    assert answer.status_code == operation.status, answer.content
    assert answer.headers["Content-Type"] == "application/json"
    fits(operation, answer.json())
    if operation.listed:
        assert answer.json()["data"], "an empty list shows nothing"
        assert answer.json()["meta"]["total"] >= 1
    assert MARK in answer.content.decode() or operation.name in (
        "getUsage", "getLabel", "moveLabel", "createPrompt", "changePrompt", "saveVersion", "listVersions",
        "createFragment", "saveFragmentVersion",
        "listRuns", "listFragmentVersions",
    )  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
def test_without_a_valid_key_nothing_is_told(world: World, operation: Operation) -> None:
    where = path(operation, values(world.alice))
    answers = set()
    for key in ("", "pa_live_" + "0" * 64, world.alices.key[:-1], world.alices.key + " ", "Basic x"):
        answer = Program(key).call(operation.method, where, sample(operation, world.alice))
        answers.add((answer.status_code, answer.content))
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    bare = Program("").client.generic(operation.method, f"/api/v1{where}")
    session = world.alice.person.client.generic(operation.method, f"/api/v1{where}")
    answers |= {(bare.status_code, bare.content), (session.status_code, session.content)}
    assert len(answers) == 1 and next(iter(answers))[0] == 401
    assert contents(world.alice.person) == world.rows


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
def test_a_key_without_the_scope_is_told_which(world: World, operation: Operation) -> None:
    others = [scope for scope in Scope if scope != operation.scope]
    caller = program(world.bob.person, *others, name=f"no {operation.scope}")
    answer = caller.call(operation.method, path(operation, values(world.bob)), sample(operation, world.bob))
    assert answer.status_code == 403
    assert answer.json()["error"]["details"]["scope"] == operation.scope
    unknown = caller.call(operation.method, path(operation, dict.fromkeys(values(world.bob), 7)))
    assert unknown.content == answer.content


@pytest.mark.parametrize("operation", WITH_IDS, ids=[each.name for each in WITH_IDS])
def test_anothers_id_is_an_unknown_id_byte_for_byte(world: World, operation: Operation) -> None:
    body = sample(operation, world.bob)
    foreign, unknown = values(world.bob), values(world.bob)
    for name in operation.params:
        if name.endswith("_id"):
            foreign[name], unknown[name] = values(world.alice)[name], uuid4()
    real, missing = (world.bobs.call(operation.method, path(operation, ids), body) for ids in (foreign, unknown))
    malformed = world.bobs.call(operation.method, path(operation, dict.fromkeys(unknown, "x") | {"number": 1}), body)
    assert real.status_code == 404
    assert real.content == missing.content == malformed.content
    assert steady(real) == steady(missing)
    assert contents(world.alice.person) == world.rows


def steady(answer: Any) -> dict[str, str]:
    """An answer's headers without what counts up."""
    counted = ("X-Request-ID", "RateLimit-Remaining", "RateLimit-Reset")
    return {name: value for name, value in answer.headers.items() if name not in counted}


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
def test_anothers_ids_in_query_and_body_are_worth_what_unknown_ones_are(world: World, operation: Operation) -> None:
    where = path(operation, values(world.bob))
    for name in [each.name for each in operation.parameters if each.name.endswith("_id")]:
        theirs = world.bobs.get(f"{where}?{name}={values(world.alice).get(name, world.alice.folder.id)}")
        assert (theirs.status_code, theirs.json()["data"]) == (200, [])
    if operation.body and "folder_id" in operation.body["properties"]:
        ids = (world.alice.folder.id, uuid4())
        body = sample(operation, world.bob)
        theirs, unknown = (world.bobs.call(operation.method, where, {**body, "folder_id": str(each)}) for each in ids)
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.content == unknown.content


@pytest.mark.parametrize("operation", READS, ids=[each.name for each in READS])
def test_anothers_tag_gives_no_304_and_ones_own_does(world: World, operation: Operation) -> None:
    if operation.method != "GET":
        return
    mine = world.alices.get(path(operation, values(world.alice)))
    tag = mine.headers["ETag"]
    for sent in (tag, f'"other", {tag}', f"W/{tag}"):
        again = world.alices.get(path(operation, values(world.alice)), HTTP_IF_NONE_MATCH=sent)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    other = world.bobs.get(path(operation, values(world.bob)), HTTP_IF_NONE_MATCH=tag)
    assert other.status_code == 200
    assert not [secret for secret in world.secrets if secret in other.content.decode()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
def test_what_cannot_be_used_is_refused_in_the_error_shape(world: World, operation: Operation) -> None:
    where = path(operation, values(world.bob))
    wrong = [f"{where}?nonsense=1", f"{where}?page=0" if operation.listed else f"{where}?x=%00"]
    for each in operation.parameters:
        wrong.append(f"{where}?{each.name}=%00")
        wrong.append(f"{where}?{each.name}=a&{each.name}=b")
    for address in wrong:
        answer = world.bobs.call(operation.method, address, sample(operation, world.bob))
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_FAILED"), address
    if operation.body is None:
        return
    deep = b'{"title":' + b"[" * 5000 + b"]" * 5000 + b"}"
    for data in (b"", b"{", b"[]", b'"x"', b"\xff\xfe", deep, b'{"a":NaN}'):
        answer = world.bobs.call(operation.method, where, data)
        assert (answer.status_code, answer.json()["error"]["code"]) in (
            (400, "BAD_REQUEST"),
            (422, "VALIDATION_FAILED"),
        )
    for body in ({"nonsense": 1}, {name: {"a": [1]} for name in operation.body["properties"]}, {"a": None}):
        answer = world.bobs.call(operation.method, where, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_FAILED"), answer.content
    plain = world.bobs.client.generic(
        operation.method, f"/api/v1{where}", b"{}", content_type="text/plain",
        HTTP_AUTHORIZATION=f"Bearer {world.bobs.key}",
    )  # fmt: skip
    assert plain.status_code == 400


def test_every_operation_has_scope_and_ability_that_go_together() -> None:
    for operation in OPERATIONS:
        assert operation.ability in SCOPE_GRANTS[operation.scope]
        assert operation.ability in GRANTS[Role.OWNER]
        assert operation.summary.endswith(".") and operation.name
    assert len({(each.method, each.path) for each in OPERATIONS}) == len({each.name for each in OPERATIONS})
    assert len(OPERATIONS) >= 28 and len(WITH_IDS) >= 15


def test_a_member_moves_no_protected_label_and_archives_only_their_own(world: World) -> None:
    prompt = world.alice.prompt.id
    moved = world.members.call("PUT", f"/prompts/{prompt}/labels/{LABEL}", {"version": 2})
    archived = world.members.call("DELETE", f"/prompts/{prompt}")
    for answer, ability in ((moved, Ability.LABEL_MOVE_PROTECTED), (archived, Ability.CONTENT_MANAGE)):
        assert answer.status_code == 403
        assert answer.json()["error"]["details"]["ability"] == ability
    assert world.members.get("/usage").json()["data"]["whose"] == "own"
    assert world.alices.get("/usage").json()["data"]["whose"] == "all"
    assert contents(world.alice.person) == world.rows


def test_a_huge_body_is_refused(world: World) -> None:
    assert world.bobs.call("POST", "/prompts", {"title": "x" * 4_200_000}).status_code == 413


def test_a_slug_is_looked_up_in_ones_own_workspace(world: World) -> None:
    real = world.bobs.get(f"/resolve/{world.alice.prompt.slug}")
    missing = world.bobs.get("/resolve/nothing-of-that-name")
    assert real.status_code == 404 and real.content == missing.content
    used = world.alices.get(f"/resolve/{world.alice.prompt.slug}").json()["data"]
    assert used["missing"] == ["ticket"] and SLUG not in str(used["fragments_used"])


def test_a_widened_scope_would_be_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tripwire: an operation that asks for another scope answers the key that is refused above."""
    caller = program(world.bob.person, Scope.EVALS_READ, name="narrow")
    assert caller.get("/prompts").status_code == 403

    def widened(path: str) -> Found | None:
        found = find(path)
        assert found is not None
        every = {name: replace(each, scope=Scope.EVALS_READ) for name, each in found.operations.items()}
        return Found(every, found.texts)

    monkeypatch.setattr("promptassay.api.dispatch.find", widened)
    assert caller.get("/prompts").status_code == 200
