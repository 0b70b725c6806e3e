"""Starting, listing, following, cancelling and deleting runs, through the door."""

from typing import Any

import pytest

from promptassay.core.ids import uuid7
from promptassay.evals import queries
from promptassay.evals.models import Run, Suite
from promptassay.evals.services import archive_suite
from promptassay.prompts.models import Version
from promptassay.workspaces.permissions import Role
from tests.evals.factories import DEMO, DEMO_LARGE, add_version, finish_run, make_prompt, make_run, make_suite
from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.people import Person


@pytest.fixture
def suite(alice: Person) -> Suite:
    with alice.inside():
        prompt = make_prompt(alice.actor, texts=("One {{ticket}}", "Two {{ticket}}"))
        return make_suite(alice.actor, prompt, name="golden")


@pytest.fixture
def versions(alice: Person, suite: Suite) -> list[str]:
    with alice.inside():
        found = Version.objects.filter(prompt_id=suite.prompt_id).order_by("number")
        return [str(version.id) for version in found]


def runs(person: Person) -> list[Run]:
    with person.inside():
        return list(Run.objects.order_by("number"))


# Starting


def test_the_page_says_how_many_calls_it_will_be(alice: Person, suite: Suite) -> None:
    page = text_of(alice.get(alice.url("evals:run-create", suite.id)))
    assert "v2" in page and "v1" in page and "demo-large" in page
    assert "<dd>2</dd>" in page and "calls" in page and "is not a language model" in page


def test_the_plan_follows_the_choice(alice: Person, suite: Suite, versions: list[str]) -> None:
    url = alice.url("evals:run-create", suite.id)
    chosen = {"versions": versions, "models": [DEMO, DEMO_LARGE], "repeats": "3"}
    answer = alice.client.get(url, chosen, headers={"HX-Request": "true"})
    part = text_of(answer)
    assert "<dd>24</dd>" in part and "<form" not in part
    nothing = text_of(alice.client.get(url, {"repeats": "1"}, headers={"HX-Request": "true"}))
    assert "No model was chosen" in nothing


def test_a_run_starts(alice: Person, suite: Suite, versions: list[str]) -> None:
    form = {"versions": versions, "models": [DEMO], "repeats": "2"}
    answer = alice.post(alice.url("evals:run-create", suite.id), form)
    (run,) = runs(alice)
    assert answer.status_code == 302 and answer.url == alice.url("evals:run-show", run.id)
    assert (run.total, run.config["repeats"]) == (8, 2)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"versions": []}, "No version was chosen"),
        ({"models": []}, "No model was chosen"),
        ({"models": ["demo/none"]}, "not one of the available choices"),
        ({"repeats": "99"}, "less than or equal to 20"),
        ({"versions": ["nonsense"]}, "not one of the available choices"),
    ],
)
def test_a_choice_that_cannot_run_comes_back(
    alice: Person, suite: Suite, versions: list[str], fields: dict[str, Any], words: str
) -> None:
    form = {"versions": versions, "models": [DEMO], "repeats": "1", **fields}
    answer = alice.post(alice.url("evals:run-create", suite.id), form)
    assert answer.status_code == 422 and words in text_of(answer)
    assert runs(alice) == []


def test_missing_values_are_listed_and_nothing_starts(alice: Person, suite: Suite) -> None:
    with alice.inside():
        version = add_version(alice.actor, suite.prompt, "{{ticket}} {{plan}}")
    form = {"versions": [str(version.id)], "models": [DEMO], "repeats": "1"}
    page = text_of(alice.post(alice.url("evals:run-create", suite.id), form))
    assert "“Case 1” lacks plan" in page and "checked" in page
    assert runs(alice) == []


def test_empty_archived_and_unusable_suites_say_why(alice: Person, suite: Suite) -> None:
    with alice.inside():
        empty = make_suite(alice.actor, cases=0)
        archive_suite(alice.actor, suite)
    assert "has no cases yet" in text_of(alice.get(alice.url("evals:run-create", empty.id)))
    assert "archived suite does not run" in text_of(alice.get(alice.url("evals:run-create", suite.id)))


def test_starting_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    url = alice.url("evals:run-create", suite.id)
    only({"get", "post"}, url, alice)
    closed_to_others("evals:run-create", (suite.id,), alice, bob)
    closed_to_others("evals:run-create", (suite.id,), alice, bob, post=True)
    closed_to_anonymous(url, anonymous, post=True)


# The list


def test_empty_lists_teach(alice: Person) -> None:
    url = alice.url("evals:run-list")
    assert "Make a suite" in text_of(alice.get(url))
    with alice.inside():
        make_suite(alice.actor)
    assert "Choose a suite to run" in text_of(alice.get(url))
    assert "No run is in this state" in text_of(alice.get(f"{url}?status=failed"))


def test_the_list_shows_runs_and_the_rail_counts_live_ones(alice: Person, suite: Suite) -> None:
    with alice.inside():
        finish_run(make_run(alice.actor, suite), {0: False})
        make_run(alice.actor, suite)
    url = alice.url("evals:run-list")
    page = text_of(alice.get(url))
    assert "golden r1" in page and "golden r2" in page and "75 %" in page and "1 live" in page
    finished = text_of(alice.get(f"{url}?status=finished"))
    assert "golden r1" in finished and "golden r2" not in finished
    assert alice.get(f"{url}?status=x&page=99").status_code == 200


def test_the_list_is_closed(alice: Person, bob: Person, anonymous: Person) -> None:
    url = alice.url("evals:run-list")
    only({"get"}, url, alice)
    closed_to_others("evals:run-list", (), alice, bob)
    closed_to_anonymous(url, anonymous)


# Cancelling and deleting


def test_a_run_is_cancelled_once(alice: Person, suite: Suite) -> None:
    with alice.inside():
        run = make_run(alice.actor, suite)
    url = alice.url("evals:run-cancel", run.id)
    assert alice.post(url).status_code == 302
    assert runs(alice)[0].status == "cancelled"
    assert alice.post(url).status_code == 409


def test_a_run_is_deleted_when_it_is_over(alice: Person, suite: Suite) -> None:
    with alice.inside():
        live, done = make_run(alice.actor, suite), finish_run(make_run(alice.actor, suite), {})
    assert alice.post(alice.url("evals:run-delete", live.id)).status_code == 409
    assert alice.post(alice.url("evals:run-delete", done.id)).status_code == 302
    assert runs(alice) == [live]
    assert alice.get(alice.url("evals:run-show", done.id)).status_code == 404


@pytest.mark.parametrize("act", ["run-cancel", "run-delete"])
def test_ending_a_run_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite, act: str) -> None:
    with alice.inside():
        run = make_run(alice.actor, suite)
    url = alice.url(f"evals:{act}", run.id)
    only({"post"}, url, alice)
    closed_to_others(f"evals:{act}", (run.id,), alice, bob, post=True)
    closed_to_anonymous(url, anonymous, post=True)
    assert alice.post(alice.url(f"evals:{act}", uuid7())).status_code == 404


def test_a_member_does_not_delete_somebody_elses_run(alice: Person, bob: Person, suite: Suite) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor, suite), {})
    member = bob.join(alice, Role.MEMBER)
    assert member.post(alice.url("evals:run-delete", run.id)).status_code == 403
    assert "Delete" not in text_of(member.get(alice.url("evals:run-show", run.id)))
    assert runs(alice) == [run]


# Events


@pytest.mark.usefixtures("committed")
def test_progress_comes_as_events(alice: Person) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor), {})
    answer = alice.get(alice.url("evals:run-events", run.id))
    assert answer["Content-Type"].startswith("text/event-stream")
    assert answer.content.startswith(b"event: progress\ndata: ") and b"event: done\n" in answer.content


def test_events_are_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    with alice.inside():
        run = make_run(alice.actor, suite)
        assert queries.live_run_count() == 1
    url = alice.url("evals:run-events", run.id)
    only({"get"}, url, alice)
    closed_to_others("evals:run-events", (run.id,), alice, bob)
    closed_to_anonymous(url, anonymous)
