"""Fragments through the door: listed, made, described, deleted, and kept from others."""

import pytest

from promptassay.fragments import queries
from promptassay.workspaces.permissions import Role
from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.fragments.factories import make_fragment
from tests.people import Person
from tests.prompts.factories import make_prompt

HTMX = {"headers": {"HX-Request": "true"}}


def test_the_list_teaches_finds_and_counts_users(alice: Person) -> None:
    url = alice.url("fragments:fragment-list")
    assert "No fragments yet" in text_of(alice.get(url))
    make_fragment(alice, "Be kind, always.", slug="tone", title="Tone of voice")
    make_fragment(alice, "Answer as JSON.", slug="format", title="Output format")
    make_prompt(alice, "${fragment:tone}")
    page = text_of(alice.get(url))
    assert "Tone of voice" in page and "Output format" in page and 'Fragments <span class="n">2</span>' in page
    found = text_of(alice.get(f"{url}?q=always+KIND", **HTMX))
    assert "Tone of voice" in found and "Output format" not in found and "<html" not in found
    assert "No fragment matches" in text_of(alice.get(f"{url}?q=nothing%00"))


def test_a_fragment_is_made(alice: Person) -> None:
    url = alice.url("fragments:fragment-create")
    assert 'value="missing-one"' in text_of(alice.get(f"{url}?slug=missing-one"))
    response = alice.post(url, {"title": "Tone", "slug": "", "text": "Be kind\r\nto {{who}}."})
    with alice.inside():
        fragment = queries.get_fragment_by_slug("tone")
        assert queries.latest_version(fragment).text == "Be kind\nto {{who}}."
    assert response.url == alice.url("fragments:fragment-show", fragment.id)
    page = text_of(alice.get(response.url))
    assert "${fragment:tone}" in page and "who" in page and "needs a value" in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"title": "", "slug": "tone", "text": "kept text"}, "required"),
        ({"title": "Tone", "slug": "Not A Slug", "text": "kept text"}, "lower-case letters and digits"),
        ({"title": "Tone", "slug": "tone", "text": "kept text ${fragment:tone}"}, "tone → tone"),
        ({"title": "Tone", "slug": "tone", "text": "kept text" + "x" * 600_000}, "KB; 512 fit"),
    ],
)
def test_bad_input_comes_back_whole(alice: Person, form: dict[str, str], said: str) -> None:
    response = alice.post(alice.url("fragments:fragment-create"), form)
    assert response.status_code == 422
    assert said in text_of(response) and "kept text" in text_of(response)


def test_details_are_changed(alice: Person) -> None:
    fragment = make_fragment(alice)
    url = alice.url("fragments:fragment-update", fragment.id)
    assert alice.post(url, {"title": "Voice", "slug": "voice"}).status_code == 302
    with alice.inside():
        assert queries.get_fragment(fragment.id).slug == "voice"
    make_prompt(alice, "${fragment:voice}")
    refused = alice.post(url, {"title": "Voice", "slug": "other"})
    assert refused.status_code == 422 and "it stays" in text_of(refused)


def test_deleting_asks_first_and_names_the_users(alice: Person) -> None:
    fragment = make_fragment(alice)
    url = alice.url("fragments:fragment-delete", fragment.id)
    assert "No text refers to it" in text_of(alice.get(url))
    prompt = make_prompt(alice, "${fragment:tone}", title="Triage")
    refused = alice.post(url)
    assert refused.status_code == 409
    assert alice.url("prompts:prompt-show", prompt.id) in text_of(refused) and "Triage" in text_of(refused)
    free = make_fragment(alice, slug="free")
    assert alice.post(alice.url("fragments:fragment-delete", free.id)).status_code == 302
    assert alice.get(alice.url("fragments:fragment-show", free.id)).status_code == 404


def test_a_member_does_not_delete_what_others_made(alice: Person, bob: Person) -> None:
    guest = bob.join(alice, Role.MEMBER)
    fragment = make_fragment(alice)
    assert guest.get(guest.url("fragments:fragment-show", fragment.id)).status_code == 200
    refused = guest.post(guest.url("fragments:fragment-delete", fragment.id))
    assert refused.status_code == 403 and "content.manage" in text_of(refused)


def test_other_methods_are_refused(alice: Person) -> None:
    fragment = make_fragment(alice)
    only({"get"}, alice.url("fragments:fragment-list"), alice)
    only({"get", "post"}, alice.url("fragments:fragment-create"), alice)
    only({"post"}, alice.url("fragments:fragment-update", fragment.id), alice)
    only({"get", "post"}, alice.url("fragments:fragment-delete", fragment.id), alice)


def test_others_and_strangers_see_nothing(alice: Person, bob: Person, anonymous: Person) -> None:
    fragment = make_fragment(alice)
    closed_to_others("fragments:fragment-list", (), alice, bob)
    for name, post in (("fragment-update", True), ("fragment-delete", True), ("fragment-delete", False)):
        closed_to_others(f"fragments:{name}", (fragment.id,), alice, bob, post=post)
        closed_to_anonymous(alice.url(f"fragments:{name}", fragment.id), anonymous, post=post)
    closed_to_anonymous(alice.url("fragments:fragment-list"), anonymous)
