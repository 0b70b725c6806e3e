"""Writing prompts by program: made, described, saved, labelled, archived, each act audited under its key."""

import pytest

from promptassay.audit.models import Entry
from tests.api.client import Program, program
from tests.people import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(alice: Person) -> Program:
    return program(alice, name="deploy")


def _make(api: Program, **more: object) -> dict[str, object]:
    body = {"title": "Triage", "content": "Sort {{ticket}}.", **more}
    answer = api.call("POST", "/prompts", body)
    assert answer.status_code == 201, answer.content
    made: dict[str, object] = answer.json()["data"]
    return made


def test_a_prompt_is_made_with_its_first_version(alice: Person, api: Program) -> None:
    made = _make(api, intent="Fast", change_summary="First", settings={"temperature": 0.1})
    assert (made["slug"], made["current_version"], made["intent"]) == ("triage", 1, "Fast")
    version = api.get(f"/prompts/{made['id']}/versions/1").json()["data"]
    assert (version["change_source"], version["change_summary"]) == ("api", "First")
    assert version["settings"] == {"temperature": 0.1}
    with alice.inside():
        labels = set(Entry.objects.filter(action__startswith="prompt.").values_list("actor_label", flat=True))
    assert labels == {"alice@example.com by API key deploy"}


def test_details_change_and_what_is_left_out_stays(api: Program) -> None:
    made = _make(api, description="Before", intent="Fast")
    changed = api.call("PATCH", f"/prompts/{made['id']}", {"title": "Sorting", "description": None}).json()["data"]
    assert (changed["title"], changed["slug"], changed["description"]) == ("Sorting", "triage", None)
    assert (changed["intent"], changed["current_content"]) == ("Fast", "Sort {{ticket}}.")
    assert api.call("PATCH", f"/prompts/{made['id']}", {"title": ""}).status_code == 422


def test_archiving_and_back(api: Program) -> None:
    made = _make(api)
    assert api.call("DELETE", f"/prompts/{made['id']}").json()["data"]["archived"] is True
    assert api.call("PATCH", f"/prompts/{made['id']}", {"title": "x"}).status_code == 409
    back = api.call("PATCH", f"/prompts/{made['id']}", {"archived": False, "title": "Back"}).json()["data"]
    assert (back["archived"], back["title"]) == (False, "Back")


def test_versions_are_saved_on_top_of_what_was_seen(api: Program) -> None:
    where = f"/prompts/{_make(api)['id']}/versions"
    saved = api.call("POST", where, {"content": "Sort {{ticket}} in one word.", "parent_version": 1})
    assert (saved.status_code, saved.json()["data"]["version_number"]) == (201, 2)
    assert saved.json()["data"]["messages"][0]["role"] == "system"
    same = api.call("POST", where, {"content": "Sort {{ticket}} in one word."})
    assert (same.status_code, same.json()["data"]["version_number"]) == (200, 2)
    stale = api.call("POST", where, {"content": "Else", "parent_version": 1})
    assert (stale.status_code, stale.json()["error"]["details"]["latest"]) == (409, 2)
    settings = api.call("POST", where, {"settings": {"temperature": 1}}).json()["data"]
    assert settings["content"] == "Sort {{ticket}} in one word." and settings["settings"] == {"temperature": 1}
    for body in (
        {},
        {"content": "a", "messages": []},
        {"messages": [{"role": "odd", "content": "x"}]},
        {"content": ""},
    ):
        assert api.call("POST", where, body).status_code == 422


def test_a_label_moves(api: Program) -> None:
    made = _make(api)
    where = f"/prompts/{made['id']}/labels/production"
    assert api.call("PUT", where, {"version": 1, "reason": "first"}).json()["data"]["version_number"] == 1
    assert api.call("PUT", where, {"version": 9}).status_code == 404
    assert api.call("PUT", f"/prompts/{made['id']}/labels/latest", {"version": 1}).status_code == 422
    assert api.call("PUT", where, {}).json()["error"]["details"] == {
        "why": "`version` is missing.", "version": "is missing",
    }  # fmt: skip
