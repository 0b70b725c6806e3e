"""Versions through the door: saved after a look at what changes, compared, restored, and two people at once."""

import re

import pytest

from promptassay.fragments import queries
from promptassay.fragments.models import Fragment
from promptassay.workspaces.permissions import Role
from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.fragments.factories import make_fragment
from tests.people import Person
from tests.prompts.factories import make_prompt


def _latest(person: Person, fragment: Fragment) -> tuple[int, str, str]:
    with person.inside():
        version = queries.latest_version(queries.get_fragment(fragment.id))
        return version.number, version.text, version.change_source


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_without_users_it_is_saved_at_once(alice: Person) -> None:
    fragment = make_fragment(alice, "one")
    url = alice.url("fragments:version-save", fragment.id)
    assert alice.post(url, {"text": "two\r\nlines", "base": "1", "summary": "shorter"}).status_code == 302
    assert _latest(alice, fragment) == (2, "two\nlines", "manual")
    alice.post(url, {"text": "two\nlines", "base": "2"})
    assert _latest(alice, fragment)[0] == 2


def test_what_changes_is_shown_before_it_changes(alice: Person) -> None:
    fragment = make_fragment(alice, "Be brief.")
    make_prompt(alice, "Sort. ${fragment:tone}", title="Triage")
    make_prompt(alice, "${fragment:tone@1}", title="Pinned prompt")
    url = alice.url("fragments:version-save", fragment.id)
    page = text_of(alice.post(url, {"text": "Be warm.", "base": "1"}))
    assert "1 version of prompts will resolve to another text" in page and "1 with a pin is left alone" in page
    assert "<del>brief</del>" in page and "<ins>warm</ins>" in page
    assert "Triage" in page and "Pinned prompt" in page
    assert _latest(alice, fragment)[0] == 1
    confirmed = {"text": "Be warm.", "base": "1", "confirmed": "1", "seen": _seen(page)}
    assert alice.post(url, {**confirmed, "text": "Be cold."}).status_code == 200  # not what was looked at
    make_prompt(alice, "${fragment:tone}", title="Newcomer")
    again = text_of(alice.post(url, confirmed))
    assert "changed since you looked" in again and "Newcomer" in again
    assert _latest(alice, fragment)[0] == 1
    assert alice.post(url, {**confirmed, "seen": _seen(again)}).status_code == 302
    assert _latest(alice, fragment) == (2, "Be warm.", "manual")


def test_restoring_looks_first_too(alice: Person) -> None:
    fragment = make_fragment(alice, "Be brief.", "Be warm.")
    make_prompt(alice, "${fragment:tone}")
    url = alice.url("fragments:version-restore", fragment.id, 1)
    page = text_of(alice.post(url, {"base": "2"}))
    assert "<ins>brief</ins>" in page and _latest(alice, fragment)[0] == 2
    assert alice.post(url, {"base": "2", "confirmed": "1", "seen": _seen(page)}).status_code == 302
    assert _latest(alice, fragment) == (3, "Be brief.", "restore")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kept ${fragment:tone}", "tone → tone"),
        ("  ", "The text is empty"),
        ("kept" + "x" * 600_000, "512 fit"),
        ("kept \x00", "null character"),
    ],
)
def test_what_is_refused_comes_back(alice: Person, text: str, said: str) -> None:
    fragment = make_fragment(alice, "one")
    response = alice.post(alice.url("fragments:version-save", fragment.id), {"text": text, "base": "1"})
    assert response.status_code == 422
    assert said in text_of(response) and text.strip()[:4] in text_of(response)
    assert _latest(alice, fragment)[0] == 1


def test_two_people_at_once_lose_nothing(alice: Person, bob: Person) -> None:
    guest = bob.join(alice, Role.MEMBER)
    fragment = make_fragment(alice, "first")
    url = alice.url("fragments:version-save", fragment.id)
    alice.post(url, {"text": "first by alice", "base": "1"})
    page = guest.post(url, {"text": "first by bob", "base": "1"})
    assert page.status_code == 409
    assert "by alice" in text_of(page) and "by bob" in text_of(page) and "as v3" in text_of(page)
    guest.post(url, {"text": "first by bob", "base": "2"})
    assert _latest(alice, fragment)[:2] == (3, "first by bob")


def test_history_one_version_and_two_compared(alice: Person) -> None:
    fragment = make_fragment(alice, "Be brief.", "Be warm.")
    history = text_of(alice.get(alice.url("fragments:version-list", fragment.id)))
    assert "alice@example.com" in history and "v2" in history and "Restore" in history
    one = text_of(alice.get(alice.url("fragments:version-show", fragment.id, 1)))
    assert "Be brief." in one and "Restore as v3" in one
    url = alice.url("fragments:version-diff", fragment.id)
    for view in ("inline", "side"):
        page = text_of(alice.get(f"{url}?view={view}"))
        assert "<del>brief</del>" in page and "<ins>warm</ins>" in page
    assert alice.get(f"{url}?from=0&to=1").status_code == 200
    assert alice.get(f"{url}?from=x").status_code == 404
    assert alice.get(f"{url}?to=9").status_code == 404
    assert alice.get(alice.url("fragments:version-show", fragment.id, 9)).status_code == 404


def test_the_four_questions_of_who_and_how(alice: Person, bob: Person, anonymous: Person) -> None:
    fragment = make_fragment(alice, "one", "two")
    for name, ids, post in (
        ("version-save", (fragment.id,), True),
        ("version-list", (fragment.id,), False),
        ("version-diff", (fragment.id,), False),
        ("version-show", (fragment.id, 1), False),
        ("version-restore", (fragment.id, 1), True),
    ):
        url = alice.url(f"fragments:{name}", *ids)
        only({"post"} if post else {"get"}, url, alice)
        closed_to_others(f"fragments:{name}", ids, alice, bob, post=post)
        closed_to_anonymous(url, anonymous, post=post)
