"""The palette: what it lists, for whom, and where; and the six questions of its door."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from promptassay.workspaces import palette
from promptassay.workspaces.palette import Command, Place, commands, normalized
from promptassay.workspaces.permissions import Role
from tests.evals.questions import closed_to_anonymous, only
from tests.people import Person
from tests.prompts.factories import make_prompt, text_of

HTMX = {"headers": {"HX-Request": "true"}}


def titles(person: Person, place: Place | None = None, query: str = "") -> list[str]:
    with person.inside():
        groups = commands(person.actor, place or Place(), normalized(query))
    return [each.title for group in groups for each in group.commands]


def listed(person: Person, at: str = "", q: str = "") -> Any:
    return person.get(f"{person.url('workspaces:palette-show')}?{urlencode({'at': at, 'q': q})}", **HTMX)


def test_without_a_place_it_leads_to_every_page(alice: Person) -> None:
    found = titles(alice)
    for title in ("Home", "Prompts", "New prompt", "Fragments", "Suites", "Runs", "Usage", "Provider keys", "Settings",
                  "Audit log", "Sessions", "Change the theme", "Keyboard shortcuts"):  # fmt: skip
        assert title in found
    assert len(found) == len(set(found)) <= palette.SHOWN


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("aud", "Audit log"),
        ("dark", "Change the theme"),
        ("new prom", "New prompt"),
        ("PROVIDER  keys", "Provider keys"),
    ],
)
def test_words_begin_words(alice: Person, query: str, first: str) -> None:
    assert titles(alice, query=query)[0] == first


def test_a_member_is_not_offered_what_they_may_not(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    found = titles(member)
    assert "Audit log" not in found and "Add a provider key" not in found and "New prompt" in found


def test_the_place_is_read_from_the_address(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice)
    url = alice.url("prompts:version-show", prompt.id, 1)
    place = Place.at(alice.actor, f"{url}?branch=shorter")
    assert (place.name, place.ids["prompt_id"], place.branch) == ("prompts:version-show", prompt.id, "shorter")
    for elsewhere in ("", "/nothing/", "//[bad", f"/w/{uuid4()}/prompts/", "/accounts/sessions/", "x" * 5000):
        assert Place.at(alice.actor, elsewhere) == Place()
    assert Place.at(bob.actor, url) == Place()


def test_commands_know_their_page(alice: Person) -> None:
    prompt = make_prompt(alice)
    here = text_of(listed(alice, at=alice.url("prompts:prompt-show", prompt.id)))
    assert "Save a version" in here and "data-press" in here and "This prompt" in here
    assert "Save a version" not in text_of(listed(alice, at=alice.url("prompts:prompt-list")))


def test_the_page_stands_alone_without_scripts(alice: Person) -> None:
    prompt = make_prompt(alice, title="<b>Bold</b> one")
    page = text_of(alice.get(alice.url("workspaces:palette-show") + "?q=bold"))
    assert "<h2>Prompts</h2>" in page and alice.url("prompts:prompt-show", prompt.id) in page
    raw = alice.get(alice.url("workspaces:palette-show") + "?q=%3Ci%3E").content.decode()
    assert "<i>" not in raw and "Nothing has these words" in raw


@pytest.mark.parametrize(
    "q", ["\x00", "x" * 5000, "%", "compare " + "9" * 30, "label " + "a" * 300, "r999999999", "\\"]
)
def test_any_text_may_be_typed(alice: Person, q: str) -> None:
    prompt = make_prompt(alice)
    assert listed(alice, at=alice.url("prompts:prompt-show", prompt.id), q=q).status_code == 200


def test_others_see_nothing(alice: Person, bob: Person, anonymous: Person) -> None:
    make_prompt(alice, title="Only of Alice")
    url = alice.url("workspaces:palette-show")
    only({"get"}, url, alice)
    closed_to_anonymous(url, anonymous, post=False)
    assert bob.get(url, **HTMX).status_code == 404
    assert "Only of Alice" not in text_of(listed(bob, q="only"))
    assert "Only of Alice" in text_of(listed(alice, q="only"))


def test_a_contribution_is_ordered_and_found(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(palette, "_sources", {})
    palette.contribute("b", lambda *_: [("Two", Command("second", url="/b"))], order=2)
    palette.contribute("a", lambda *_: [("One", Command("plain", url="/a")),
                                        ("One", Command("answer", url="/c", found=True))], order=1)  # fmt: skip
    assert titles(alice) == ["plain", "answer", "second"]
    assert titles(alice, query="pl") == ["answer", "plain"]
