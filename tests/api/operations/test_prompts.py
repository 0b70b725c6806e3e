"""The five read calls of the original product keep their shapes; resolving; lists and their filters."""

from urllib.parse import quote

import pytest

from promptassay.fragments.services import create_fragment
from promptassay.prompts.content import PromptContent
from promptassay.prompts.models import Prompt
from promptassay.prompts.services import archive_prompt, create_prompt, folders, move_label, save_version, tags
from tests.api.client import Program, program
from tests.people import Person

pytestmark = pytest.mark.django_db
SUMMARY = {
    "id", "title", "description", "prompt_type", "target_model", "intent", "current_version",
    "created_at", "updated_at",
}  # fmt: skip
VERSION = {"version_number", "change_summary", "change_source", "parent_version_id", "created_at", "content_length"}


@pytest.fixture
def triage(alice: Person) -> Prompt:
    with alice.inside():
        create_fragment(alice.actor, title="Style", slug="style", text="Be {{tone|brief}}.")
        texts = ("Sort {{ticket}}.", "Sort {{ticket}}. ${fragment:style}")
        prompt = create_prompt(
            alice.actor,
            title="Support triage",
            description="Sorts tickets",
            content=PromptContent([{"role": "system", "content": texts[0]}]),
        )
        content = PromptContent([{"role": "system", "content": texts[1]}], {"temperature": 0.2})
        save_version(alice.actor, prompt, content=content, base_version=1, summary="Adds the style")
        move_label(alice.actor, prompt, name="production", number=1)
    return prompt


@pytest.fixture
def api(alice: Person) -> Program:
    return program(alice)


def test_the_original_list(api: Program, triage: Prompt) -> None:
    answer = api.get("/prompts").json()
    assert set(answer) == {"data", "meta"}
    assert answer["meta"] == {"page": 1, "per_page": 20, "total": 1}
    (one,) = answer["data"]
    assert set(one) >= SUMMARY
    assert (one["title"], one["current_version"], one["intent"]) == ("Support triage", 2, None)
    assert one["created_at"].endswith("Z") and len(one["created_at"]) == len("2026-11-24T09:30:00.000Z")


def test_the_original_prompt(api: Program, triage: Prompt) -> None:
    one = api.get(f"/prompts/{triage.id}").json()["data"]
    assert set(one) >= SUMMARY | {"current_content", "messages", "tags", "labels"}
    assert one["current_content"] == "Sort {{ticket}}. ${fragment:style}"
    assert one["messages"] == [{"role": "system", "content": one["current_content"]}]
    assert [(label["name"], label["version_number"]) for label in one["labels"]] == [("production", 1)]


def test_the_original_versions(api: Program, triage: Prompt) -> None:
    second, first = api.get(f"/prompts/{triage.id}/versions").json()["data"]
    assert set(first) >= VERSION and "content" not in first
    assert (first["version_number"], first["parent_version_id"]) == (1, None)
    assert second["parent_version_id"] == first["id"]
    full = api.get(f"/prompts/{triage.id}/versions/2").json()["data"]
    assert set(full) >= VERSION | {"content"}
    assert full["content"] == "Sort {{ticket}}. ${fragment:style}"
    assert (full["change_summary"], full["change_source"]) == ("Adds the style", "manual")
    assert full["content_length"] == len(full["content"])
    assert api.get(f"/prompts/{triage.id}/versions/3").status_code == 404


def test_the_original_resolved(api: Program, triage: Prompt) -> None:
    values = quote('{"ticket": "My card", "tone": "kind"}')
    got = api.get(f"/prompts/{triage.id}/resolved?variables={values}").json()["data"]
    assert got["content"] == "Sort My card. Be kind."
    assert got["messages"] == [{"role": "system", "content": got["content"]}]
    assert (got["version_number"], got["label"], got["missing"]) == (2, None, [])
    assert got["fragments_used"] == [{"slug": "style", "version_number": 1}]
    assert [each["name"] for each in got["variables"]] == ["ticket", "tone"]
    assert got["settings"] == {"temperature": 0.2}


def test_resolving_by_label_version_body_and_slug(api: Program, triage: Prompt) -> None:
    where = f"/prompts/{triage.id}/resolved"
    assert api.get(f"{where}?label=production").json()["data"]["content"] == "Sort {{ticket}}."
    assert api.get(f"{where}?version=1").json()["data"]["missing"] == ["ticket"]
    assert api.get(f"{where}?label=latest").json()["data"]["version_number"] == 2
    assert api.get(f"{where}?label=production&version=1").status_code == 422
    assert api.get(f"{where}?label=nothing").status_code == 404
    assert api.get(f"{where}?version=9").status_code == 404
    body = {"label": "production", "variables": {"ticket": {"id": 7}}}
    assert api.call("POST", where, body).json()["data"]["content"] == 'Sort {"id":7}.'
    assert api.call("POST", where, {"variables": {"ticket": None}}).status_code == 422
    slug = api.get("/resolve/support-triage?label=production").json()["data"]
    assert (slug["prompt_id"], slug["slug"]) == (str(triage.id), "support-triage")
    only = {"fragment_vars": {"tone": "odd"}, "variables": {"tone": "plain", "ticket": "x"}}
    assert api.call("POST", where, only).json()["data"]["content"] == "Sort x. Be odd."


def test_values_are_literal_text(api: Program, triage: Prompt) -> None:
    body = {"label": "production", "variables": {"ticket": "{{tone}} ${fragment:style}"}}
    got = api.call("POST", f"/prompts/{triage.id}/resolved", body).json()["data"]
    assert got["content"] == "Sort {{tone}} ${fragment:style}." and got["fragments_used"] == []


def test_a_prompt_without_a_version_and_one_that_is_broken(alice: Person, api: Program) -> None:
    with alice.inside():
        empty = create_prompt(alice.actor, title="Empty")
        broken = create_prompt(
            alice.actor, title="Broken", content=PromptContent([{"role": "user", "content": "${fragment:nowhere}"}])
        )
    assert api.get(f"/prompts/{empty.id}/resolved").json()["error"]["code"] == "CONFLICT"
    assert api.get(f"/prompts/{empty.id}").json()["data"]["current_content"] is None
    failed = api.get(f"/prompts/{broken.id}/resolved").json()["error"]
    assert failed["code"] == "VALIDATION_FAILED" and failed["details"]["language_code"]


def test_lists_are_narrowed_and_paged(alice: Person, api: Program, triage: Prompt) -> None:
    with alice.inside():
        for number in range(4):
            create_prompt(alice.actor, title=f"Other {number}", prompt_type="template")
        folder = folders.create_folder(alice.actor, name="Support")
        folders.file_prompt(alice.actor, triage, folder=folder)
        tags.set_tags(alice.actor, triage, tags=[tags.create_tag(alice.actor, name="Urgent")])
        gone = create_prompt(alice.actor, title="Gone")
        archive_prompt(alice.actor, gone)

    def titles(query: str) -> list[str]:
        return [each["title"] for each in api.get(f"/prompts?{query}").json()["data"]]

    assert titles("q=sort") == titles("tag=urgent") == titles(f"folder_id={folder.id}") == ["Support triage"]
    assert titles("tag=nothing") == []
    assert titles("archived=true") == ["Gone"]
    assert len(titles("type=template")) == 4
    pages = [titles(f"per_page=2&page={page}") for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0] and len({each for page in pages for each in page}) == 5
    for wrong in ("page=0", "page=-1", "page=x", "per_page=101", "per_page=0", "type=odd", "archived=1", "folder_id=x"):
        assert api.get(f"/prompts?{wrong}").status_code == 422


def test_labels(api: Program, triage: Prompt) -> None:
    label = api.get(f"/prompts/{triage.id}/labels/production").json()["data"]
    assert (label["version_number"], label["protected"]) == (1, False)
    assert api.get(f"/prompts/{triage.id}/labels/nothing").status_code == 404
