"""Pages of suites, through the door."""

import pytest

from promptassay.core.ids import uuid7
from promptassay.evals import queries
from promptassay.evals.models import Suite
from promptassay.workspaces.permissions import Role
from tests.evals.factories import DEMO, finish_run, make_prompt, make_run, make_suite
from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.people import Person

SETTINGS = {"name": "renamed", "threshold": "80", "repeats": "2", "concurrency": "4", "models": [DEMO]}


@pytest.fixture
def suite(alice: Person) -> Suite:
    with alice.inside():
        return make_suite(alice.actor, name="golden")


# The list


def test_an_empty_list_teaches_with_one_action(alice: Person) -> None:
    url = alice.url("evals:suite-list")
    assert "Write a prompt" in text_of(alice.get(url))
    with alice.inside():
        make_prompt(alice.actor)
    page = text_of(alice.get(url))
    assert "No suite yet" in page and alice.url("evals:suite-create") in page


def test_the_list_shows_suites_with_their_last_result(alice: Person, suite: Suite) -> None:
    with alice.inside():
        finish_run(make_run(alice.actor, suite), {0: False})
    page = text_of(alice.get(alice.url("evals:suite-list")))
    assert "golden" in page and "50 %" in page and suite.prompt.title in page


def test_the_list_is_searched_and_filtered(alice: Person, suite: Suite) -> None:
    url = alice.url("evals:suite-list")
    assert "golden" in text_of(alice.get(f"{url}?q=GOLD"))
    assert "No suite has that name" in text_of(alice.get(f"{url}?q=%00absent"))
    assert "Nothing is archived" in text_of(alice.get(f"{url}?show=archived"))
    assert "golden" in text_of(alice.get(f"{url}?prompt={suite.prompt_id}"))
    assert alice.get(f"{url}?prompt=nonsense").status_code == 404


def test_the_list_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    url = alice.url("evals:suite-list")
    only({"get"}, url, alice)
    closed_to_others("evals:suite-list", (), alice, bob)
    assert "golden" not in text_of(bob.get(bob.url("evals:suite-list")))
    closed_to_anonymous(url, anonymous)


# A new one


def test_a_suite_is_made_for_the_prompt_in_the_address(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor, title="Triage")
    url = f"{alice.url('evals:suite-create')}?prompt={prompt.id}"
    assert "New suite for Triage" in text_of(alice.get(url))
    answer = alice.post(url, {"name": "edge cases", "prompt": prompt.id})
    with alice.inside():
        made = Suite.objects.get(name="edge cases")
        assert made.model_refs == [DEMO]
    assert answer.status_code == 302 and answer.url == alice.url("evals:suite-show", made.id)


@pytest.mark.parametrize("name", ["golden", "", "x" * 121])
def test_a_bad_or_taken_name_gives_the_form_back(alice: Person, suite: Suite, name: str) -> None:
    answer = alice.post(alice.url("evals:suite-create"), {"name": name, "prompt": suite.prompt_id})
    assert answer.status_code == 422
    assert f'value="{name}"' in answer.content.decode() or not name
    assert "Not saved yet" in text_of(answer)


def test_a_prompt_is_needed(alice: Person, bob: Person, suite: Suite) -> None:
    url = alice.url("evals:suite-create")
    assert alice.post(url, {"name": "n"}).status_code == 422
    assert alice.post(url, {"name": "n", "prompt": uuid7()}).status_code == 404
    assert bob.post(bob.url("evals:suite-create"), {"name": "n", "prompt": suite.prompt_id}).status_code == 404


def test_making_a_suite_is_closed(alice: Person, bob: Person, anonymous: Person) -> None:
    url = alice.url("evals:suite-create")
    only({"get", "post"}, url, alice)
    closed_to_others("evals:suite-create", (), alice, bob)
    closed_to_anonymous(url, anonymous, post=True)


# The page of one


def test_the_page_shows_all_five_parts(alice: Person, suite: Suite) -> None:
    with alice.inside():
        finish_run(make_run(alice.actor, suite), {})
        finish_run(make_run(alice.actor, suite), {0: False})
    page = text_of(alice.get(alice.url("evals:suite-show", suite.id)))
    for part in (
        "§1",
        "Cases 2",
        "Checks 1",
        "§3",
        "Settings",
        "Runs 2",
        "Ticket 1",
        "contains <code>refund</code>",
        "r2",
    ):
        assert part in page
    assert 'data-island="evals/case-grid"' in page and 'data-column="ticket"' in page
    assert "Pass rate by run: r1 100 %" in page


def test_hostile_text_is_shown_as_text(alice: Person) -> None:
    hostile = "</textarea><script>alert(1)</script>"
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, title=hostile), name=hostile)
        queries.cases_of(suite.id)[0].__class__.objects.filter(suite=suite).update(
            name=hostile, expected=hostile, variables={"ticket": hostile}
        )
        run = finish_run(make_run(alice.actor, suite), {}, output=hostile)
        cell = run.cells.order_by("position")[0]
    for name, ids in (
        ("suite-show", (suite.id,)),
        ("suite-panel", (suite.prompt_id,)),
        ("run-show", (run.id,)),
        ("run-cell", (run.id, cell.id)),
        ("run-create", (suite.id,)),
    ):
        answer = alice.get(alice.url(f"evals:{name}", *ids))
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


def test_a_leading_line_end_survives_the_text_area(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        suite.cases.update(expected="\nsecond line")
    assert b">\n\nsecond line</textarea>" in alice.get(alice.url("evals:suite-show", suite.id)).content


def test_many_cases_are_paged(alice: Person, suite: Suite) -> None:
    with alice.inside():
        model = suite.cases.model
        model.objects.bulk_create(
            model(workspace_id=suite.workspace_id, suite=suite, position=at, name=f"n{at}", variables={"ticket": "t"})
            for at in range(2, 230)
        )
    url = alice.url("evals:suite-show", suite.id)
    assert "1 to 200 of 230 cases" in text_of(alice.get(url))
    page = text_of(alice.get(f"{url}?page=2"))
    assert "201 to 230 of 230 cases" in page and "n229" in page and "?page=2" in page


def test_the_page_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    url = alice.url("evals:suite-show", suite.id)
    only({"get"}, url, alice)
    closed_to_others("evals:suite-show", (suite.id,), alice, bob)
    closed_to_anonymous(url, anonymous)


# Settings


def test_settings_are_saved(alice: Person, suite: Suite) -> None:
    answer = alice.post(alice.url("evals:suite-change", suite.id), SETTINGS)
    assert answer.status_code == 302 and answer.url.endswith("#settings")
    with alice.inside():
        stored = queries.get_suite(suite.id)
        assert (stored.name, stored.threshold, stored.repeats) == ("renamed", 0.8, 2)


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("threshold", "101"), ("repeats", "0"), ("models", "demo/none")]
)
def test_bad_settings_come_back_as_typed(alice: Person, suite: Suite, field: str, value: str) -> None:
    answer = alice.post(alice.url("evals:suite-change", suite.id), {**SETTINGS, "name": "typed", field: value})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Not saved yet" in page and ("typed" in page or field == "name")
    with alice.inside():
        assert queries.get_suite(suite.id).name == "golden"


def test_a_name_taken_meanwhile_is_refused(alice: Person, suite: Suite) -> None:
    with alice.inside():
        make_suite(alice.actor, suite.prompt, name="renamed")
    answer = alice.post(alice.url("evals:suite-change", suite.id), SETTINGS)
    assert answer.status_code == 422 and "already has a suite" in text_of(answer)


def test_settings_are_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    url = alice.url("evals:suite-change", suite.id)
    only({"post"}, url, alice)
    closed_to_others("evals:suite-change", (suite.id,), alice, bob, post=True)
    closed_to_anonymous(url, anonymous, post=True)


# Archive, restore, delete


def test_a_suite_is_archived_and_restored(alice: Person, suite: Suite) -> None:
    assert alice.post(alice.url("evals:suite-archive", suite.id)).status_code == 302
    page = text_of(alice.get(alice.url("evals:suite-show", suite.id)))
    assert "archived" in page and "Restore" in page
    assert "golden" in text_of(alice.get(f"{alice.url('evals:suite-list')}?show=archived"))
    assert alice.post(alice.url("evals:suite-restore", suite.id)).status_code == 302
    with alice.inside():
        assert queries.suite_count() == 1


def test_a_suite_that_never_ran_is_deleted(alice: Person, suite: Suite) -> None:
    assert alice.post(alice.url("evals:suite-delete", suite.id)).status_code == 302
    assert alice.get(alice.url("evals:suite-show", suite.id)).status_code == 404


def test_a_suite_with_runs_is_not_deleted(alice: Person, suite: Suite) -> None:
    with alice.inside():
        make_run(alice.actor, suite)
    answer = alice.post(alice.url("evals:suite-delete", suite.id))
    assert answer.status_code == 409 and "Archive it instead" in text_of(answer)
    assert alice.get(alice.url("evals:suite-show", suite.id)).status_code == 200


@pytest.mark.parametrize("act", ["suite-archive", "suite-restore", "suite-delete"])
def test_ending_a_suite_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite, act: str) -> None:
    url = alice.url(f"evals:{act}", suite.id)
    only({"post"}, url, alice)
    closed_to_others(f"evals:{act}", (suite.id,), alice, bob, post=True)
    closed_to_anonymous(url, anonymous, post=True)
    member = bob.join(alice, Role.MEMBER)
    answer = member.post(url)
    assert answer.status_code == 403 and "content.manage" in text_of(answer)


# The panel


def test_the_panel_lists_the_suites_of_one_prompt(alice: Person, suite: Suite) -> None:
    with alice.inside():
        make_suite(alice.actor, name="of another prompt")
        finish_run(make_run(alice.actor, suite), {})
    url = alice.url("evals:suite-panel", suite.prompt_id)
    page = text_of(alice.get(url))
    assert "golden" in page and "100 %" in page and "of another prompt" not in page
    part = text_of(alice.client.get(url, headers={"HX-Request": "true"}))
    assert "golden" in part and "<html" not in part


def test_an_empty_panel_says_what_to_do(alice: Person) -> None:
    with alice.inside():
        prompt, unsaved = make_prompt(alice.actor), make_prompt(alice.actor, texts=())
    assert "Make a suite" in text_of(alice.get(alice.url("evals:suite-panel", prompt.id)))
    assert "Save a version first" in text_of(alice.get(alice.url("evals:suite-panel", unsaved.id)))


def test_the_panel_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    url = alice.url("evals:suite-panel", suite.prompt_id)
    only({"get"}, url, alice)
    closed_to_others("evals:suite-panel", (suite.prompt_id,), alice, bob)
    closed_to_anonymous(url, anonymous)
