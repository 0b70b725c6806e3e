"""The pages of the list and of a prompt's details, through the door: six questions each."""

import json
import re

import pytest

from promptassay.prompts import queries, services
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import latest, make_blank_prompt, make_prompt, same_page, text_of, unknown_id

HTMX = {"headers": {"HX-Request": "true"}}
HOSTILE = (
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ '<b>'|safe }}{% load static %}",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)//'\"`",
)


def test_an_empty_list_teaches_with_two_actions(alice: Person) -> None:
    page = text_of(alice.get(alice.url("prompts:prompt-list")))
    assert "No prompts yet" in page
    assert alice.url("prompts:prompt-create") in page
    assert f'action="{alice.url("workspaces:demo-load")}"' in page


def test_the_list_shows_newest_changes_first(alice: Person) -> None:
    for title in ("First", "Second"):
        make_prompt(alice, title=title)
    page = text_of(alice.get(alice.url("prompts:prompt-list")))
    assert page.index("Second") < page.index("First")


def test_search_as_one_types_gives_the_results_alone(alice: Person) -> None:
    make_prompt(alice, "about whales", title="One")
    make_prompt(alice, "about birds", title="Two")
    response = alice.get(alice.url("prompts:prompt-list") + "?q=WHALES", **HTMX)
    page = text_of(response)
    assert "One" in page and "Two" not in page
    assert "<html" not in page


@pytest.mark.parametrize(
    "query", ["?q=%00", "?page=zero", "?page=99999999999999999999", "?sort=x&type=y", "?q=%25_%5C"]
)
def test_a_strange_query_is_no_error(alice: Person, query: str) -> None:
    make_prompt(alice)
    assert alice.get(alice.url("prompts:prompt-list") + query).status_code == 200


def test_nothing_found_says_so(alice: Person) -> None:
    make_prompt(alice)
    assert "No prompt matches" in text_of(alice.get(alice.url("prompts:prompt-list") + "?q=absent"))


def test_a_prompt_is_created_blank(alice: Person) -> None:
    response = alice.post(alice.url("prompts:prompt-create"), {"title": "New", "prompt_type": "system"})
    with alice.inside():
        prompt = queries.list_prompts(queries.ListQuery()).object_list[0]
    assert response.status_code == 302
    assert response.url == alice.url("prompts:prompt-show", prompt.id)
    assert prompt.current_version == 0


def test_a_conversation_is_pasted(alice: Person) -> None:
    conversation = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{{q}}"}]
    pasted = json.dumps({"model": "m", "messages": conversation, "temperature": 0})
    response = alice.post(
        alice.url("prompts:prompt-create"), {"title": "New", "prompt_type": "system", "pasted": pasted}
    )
    version = latest(alice, response.url.rstrip("/").rsplit("/", 1)[1])
    assert [each["role"] for each in version.messages] == ["system", "user"]
    assert version.settings == {"temperature": 0}
    assert version.change_source == "import"


def test_bad_input_comes_back_with_the_reason_and_the_text(alice: Person) -> None:
    broken = '[{"role": "user", "content": "kept'
    response = alice.post(
        alice.url("prompts:prompt-create"), {"title": "New", "prompt_type": "system", "pasted": broken}
    )
    assert response.status_code == 422
    assert "line 1, column 30" in text_of(response)
    assert "kept" in text_of(response)
    assert alice.post(alice.url("prompts:prompt-create"), {"title": ""}).status_code == 422


def test_details_are_changed(alice: Person) -> None:
    prompt = make_prompt(alice)
    fields = {"title": "Renamed", "prompt_type": "user", "target_model": "demo/demo-large"}
    assert alice.post(alice.url("prompts:prompt-update", prompt.id), fields).status_code == 302
    with alice.inside():
        changed = queries.get_prompt(prompt.id)
    assert (changed.title, changed.target_model) == ("Renamed", "demo/demo-large")


def test_wrong_details_come_back(alice: Person) -> None:
    prompt = make_prompt(alice)
    fields = {"title": "", "prompt_type": "user", "description": "kept", "target_model": "x"}
    response = alice.post(alice.url("prompts:prompt-update", prompt.id), fields)
    assert response.status_code == 422
    assert "kept" in text_of(response)


def test_copy_archive_and_back(alice: Person) -> None:
    prompt = make_prompt(alice)
    assert "(copy)" in text_of(alice.client.post(alice.url("prompts:prompt-duplicate", prompt.id), follow=True))
    alice.post(alice.url("prompts:prompt-archive", prompt.id))
    assert "Support triage" in text_of(alice.get(alice.url("prompts:prompt-list") + "?archived=1"))
    assert "This prompt is archived" in text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    alice.post(alice.url("prompts:prompt-unarchive", prompt.id))
    with alice.inside():
        assert queries.get_prompt(prompt.id).archived_at is None


def test_a_member_may_not_archive_what_others_made(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice)
    member = bob.join(alice, Role.MEMBER)
    assert member.post(alice.url("prompts:prompt-archive", prompt.id)).status_code == 403
    assert member.post(alice.url("prompts:prompt-unarchive", prompt.id)).status_code == 403
    assert member.post(alice.url("prompts:prompt-duplicate", prompt.id)).status_code == 302


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_never_becomes_markup(alice: Person, hostile: str) -> None:
    with alice.inside():
        prompt = services.create_prompt(alice.actor, title=hostile[:120], description=hostile)
    form = {"base": "0", "revision": "0", "tab": "t", "role-0": "user", "content-0": hostile, "summary": hostile}
    alice.post(alice.url("prompts:version-save", prompt.id), form)
    paths = [
        alice.url("prompts:prompt-list"),
        alice.url("prompts:prompt-show", prompt.id),
        alice.url("prompts:version-list", prompt.id),
        alice.url("prompts:version-show", prompt.id, 1),
        alice.url("prompts:version-diff", prompt.id) + "?from=0&to=1",
    ]
    for path in paths:
        body = alice.get(path).content.decode()
        assert hostile not in re.sub(r"<title>.*?</title>", "", body) or "<" not in hostile
        assert "<script>alert" not in body and "<img src=x" not in body and "<svg onload" not in body


POSTS = ("prompt-update", "prompt-duplicate", "prompt-archive", "prompt-unarchive")


def test_the_wrong_method_is_refused(alice: Person) -> None:
    prompt = make_blank_prompt(alice)
    for name in POSTS:
        assert alice.get(alice.url(f"prompts:{name}", prompt.id)).status_code == 405
    assert alice.post(alice.url("prompts:prompt-list")).status_code == 405


def test_strangers_see_what_is_not_there(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice)
    for name in POSTS:
        foreign = bob.post(bob.url(f"prompts:{name}", prompt.id))
        unknown = bob.post(bob.url(f"prompts:{name}", unknown_id()))
        assert foreign.status_code == 404 and same_page(foreign, unknown)
        assert bob.post(alice.url(f"prompts:{name}", prompt.id)).status_code == 404
    for name in ("prompt-list", "prompt-create"):
        assert bob.get(alice.url(f"prompts:{name}")).status_code == 404
    assert "Support triage" not in text_of(bob.get(bob.url("prompts:prompt-list")))


def test_anonymous_people_sign_in_first(alice: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice)
    for name in POSTS:
        response = anonymous.post(alice.url(f"prompts:{name}", prompt.id))
        assert response.status_code == 302 and "login" in response.url
    for name in ("prompt-list", "prompt-create"):
        assert anonymous.get(alice.url(f"prompts:{name}")).status_code == 302
