"""Starting and cancelling runs by program."""

from typing import Any

import pytest

from promptassay.evals.models import Suite
from promptassay.prompts.services import create_prompt
from promptassay.workspaces.permissions import Scope
from tests.api.client import program
from tests.evals.factories import make_prompt, make_suite
from tests.people import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def suite(alice: Person) -> Suite:
    with alice.inside():
        prompt = make_prompt(alice.actor, texts=("Sort {{ticket}}.", "Sort {{ticket}} now."))
        return make_suite(alice.actor, prompt)


def test_a_run_is_started_watched_and_cancelled(alice: Person, suite: Suite) -> None:
    api = program(alice, Scope.EVALS_RUN, Scope.EVALS_READ)
    started = api.call("POST", f"/suites/{suite.id}/runs", {})
    assert started.status_code == 201
    run = started.json()["data"]
    assert (run["status"], run["versions"], run["total"]) == ("queued", [2], 2)
    assert api.get(f"/runs/{run['id']}").json()["data"]["status"] == "queued"
    assert api.get(f"/runs/{run['id']}/cells").json()["meta"]["total"] == 2
    cancelled = api.call("POST", f"/runs/{run['id']}/cancel").json()["data"]
    assert cancelled["status"] == "cancelled"
    assert api.call("POST", f"/runs/{run['id']}/cancel").status_code == 409


def test_what_is_given_is_run(alice: Person, suite: Suite) -> None:
    api = program(alice, Scope.EVALS_RUN)
    body = {"versions": [1, 2, 1], "models": ["demo/demo-large"], "repeats": 2, "threshold": 0.5}
    run = api.call("POST", f"/suites/{suite.id}/runs", body).json()["data"]
    assert (run["versions"], run["models"], run["total"], run["threshold"]) == ([1, 2], ["demo-large"], 8, 0.5)


def test_what_cannot_run_is_refused(alice: Person, suite: Suite) -> None:
    api = program(alice, Scope.EVALS_RUN)
    where = f"/suites/{suite.id}/runs"
    wrong: list[dict[str, Any]] = [{"versions": []}, {"models": ["nobody/nothing"]}, {"repeats": 0}, {"threshold": 2}]
    for body in [*wrong, {"versions": ["1"]}]:
        assert api.call("POST", where, body).status_code in (404, 409, 422), body
    assert api.call("POST", where, {"versions": [9]}).status_code == 404
    with alice.inside():
        empty = make_suite(alice.actor, create_prompt(alice.actor, title="Empty"))
    assert api.call("POST", f"/suites/{empty.id}/runs", {}).status_code == 422
