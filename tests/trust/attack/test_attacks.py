"""The product holds against every attack of the kit; each sabotage of it is reported."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings

from promptassay.api import dispatch
from promptassay.api.dispatch import ApiAnswer, ApiRequest
from promptassay.core.errors import Forbidden, NotFound
from promptassay.core.tenancy import with_workspace
from promptassay.prompts import queries
from promptassay.prompts.models import Prompt
from promptassay.trust.attack import attacks
from promptassay.trust.attack.kit import Kit
from promptassay.workspaces.permissions import Scope
from tests.people import Person
from tests.trust.attack.target import Target, make_target
from tests.workspaces.apikeys.factories import make_api_key

pytestmark = pytest.mark.django_db
get_prompt = queries.get_prompt
Sabotage = Callable[[ApiRequest, ApiAnswer], ApiAnswer]


@pytest.fixture(autouse=True)
def unlimited() -> Iterator[None]:
    """The limit has its own test; without one the kit would wait for minutes."""
    with override_settings(API_REQUESTS_PER_MINUTE=1_000_000):
        yield


@pytest.fixture
def target(alice: Person, bob: Person) -> Target:
    return make_target(alice, bob)


def run(kit: Kit, *names: str) -> set[str]:
    """Make some of the attacks; the names of those in which something came through."""
    for name, title, attack in attacks.ATTACKS:
        if name in names:
            attack(kit, kit.begin(name, title))
    return {name for name, tally in kit.tallies.items() if tally.through}


def test_nothing_comes_through(target: Target) -> None:
    report = target.attack(write=True)
    assert report.findings == [] and report.exit_code == 0
    assert {name for name, tally in report.tallies.items() if tally.tried} == {name for name, _, _ in attacks.ATTACKS}
    assert report.tallies["paths"].tried >= 30 and report.tallies["writes"].tried >= 15
    with target.bob.inside():
        titles = list(Prompt.objects.filter(archived_at=None).values_list("title", flat=True))
    assert titles == ["The second prompt"]


def test_without_leave_nothing_is_written(target: Target) -> None:
    report = target.attack()
    assert report.exit_code == 0 and report.tallies["writes"].left_out
    with target.bob.inside():
        assert Prompt.objects.count() == 1


# --- Sabotage: each must be reported ----------------------------------------------------------------------------------


def test_a_query_that_looks_into_the_other_workspace_is_reported(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaking(prompt_id: UUID) -> Prompt:
        try:
            return get_prompt(prompt_id)
        except NotFound:
            with with_workspace(target.bob.workspace.id):
                return get_prompt(prompt_id)

    kit = target.kit()
    monkeypatch.setattr(queries, "get_prompt", leaking)
    assert run(kit, "paths") == {"paths"}
    whats = {finding.what for finding in kit.findings}
    assert {"A was let in at an id of B's", "an answer to A holds an id of B's"} <= whats
    assert not [finding for finding in kit.findings if target.key_a[8:16] in finding.request + finding.what]


def test_a_wall_that_is_gone_is_reported(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(workspace_id: UUID, *, person_id: UUID) -> Any:
        return with_workspace(target.bob.workspace.id, person_id=person_id)

    kit = target.kit()
    monkeypatch.setattr(dispatch, "with_workspace", gone)
    assert run(kit, "paths", "names") == {"paths", "names"}


def test_a_refusal_that_says_more_for_what_is_real_is_reported(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    def telling(prompt_id: UUID) -> Prompt:
        if prompt_id == target.theirs.id:
            raise Forbidden("content.read")
        return get_prompt(prompt_id)

    kit = target.kit()
    monkeypatch.setattr(queries, "get_prompt", telling)
    assert run(kit, "paths", "headers") == {"paths", "headers"}


def _repeated(request: ApiRequest, answer: ApiAnswer) -> ApiAnswer:
    return replace(answer, headers={**answer.headers, "X-Seen": request.authorization})


SABOTAGE: dict[str, tuple[str, Sabotage]] = {
    "a tag is always taken": ("tags", lambda q, a: replace(a, status=304) if q.if_none_match else a),
    "the key is repeated": ("errors", _repeated),
    "a fault of the server": ("errors", lambda q, a: replace(a, status=500) if a.status == 422 else a),
    "insides are shown": ("errors", lambda q, a: replace(a, body=b"Traceback") if a.status >= 400 else a),
    "two kinds of 401": ("keys", lambda q, a: replace(a, body=a.body + b" ") if q.authorization else a),
    "no 401": ("keys", lambda q, a: replace(a, status=404) if a.status == 401 else a),
    "two keys are taken": ("headers", lambda q, a: replace(a, status=404) if "," in q.authorization else a),
    "no limit is told": ("limit", lambda q, a: replace(a, headers={})),
}


@pytest.mark.parametrize(("name", "sabotage"), SABOTAGE.values(), ids=SABOTAGE)
def test_an_answer_that_is_not_as_it_should_be_is_reported(
    target: Target, monkeypatch: pytest.MonkeyPatch, name: str, sabotage: Sabotage
) -> None:
    def sabotaged(request: ApiRequest, *, per_minute: int) -> ApiAnswer:
        return sabotage(request, dispatch.respond(request, per_minute=per_minute))

    kit = target.kit()
    assert run(kit, name) == set()
    monkeypatch.setattr("promptassay.api.views.respond", sabotaged)
    kit.tallies.clear()
    assert run(kit, name) == {name}


def test_a_write_that_gets_through_is_reported(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """A's requests act in B's workspace as soon as they name B's prompt."""
    here = dispatch._perform

    def crossing(request: ApiRequest, caller: Any, headers: Any) -> ApiAnswer:
        if str(target.theirs.id) in request.path:
            caller = replace(caller, actor=replace(caller.actor, workspace_id=target.bob.workspace.id))
        return here(request, caller, headers)

    kit = target.kit()
    kit.writes = True
    monkeypatch.setattr(dispatch, "_perform", crossing)
    assert run(kit, "writes") == {"writes"}
    assert "B's prompt is not as it was" in {finding.what for finding in kit.findings}


def test_the_limit_is_reached_and_kept(target: Target) -> None:
    with override_settings(API_REQUESTS_PER_MINUTE=6):
        kit = target.kit_of(make_api_key(target.alice, Scope.PROMPTS_READ, name="fresh")[1])
        assert run(kit, "limit") == set()
        assert kit.tallies["limit"].tried == 7


def test_a_limit_that_is_not_kept_is_reported(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(request: ApiRequest, *, per_minute: int) -> ApiAnswer:
        answer = dispatch.respond(request, per_minute=per_minute)
        return replace(answer, headers={**answer.headers, "RateLimit-Limit": "3", "RateLimit-Remaining": "1"})

    monkeypatch.setattr("promptassay.api.views.respond", endless)
    assert run(target.kit_of(target.key_a), "limit") == {"limit"}
