"""API key pages: shown once, listed masked, revoked by whom the table allows."""

import re
from typing import Any

import pytest

from promptassay.core.errors import Unauthorized
from promptassay.workspaces.apikeys.models import ApiKey
from promptassay.workspaces.apikeys.services import admit
from promptassay.workspaces.models import Membership
from promptassay.workspaces.permissions import Role, Scope
from tests.people import Person
from tests.workspaces.apikeys.factories import make_api_key

pytestmark = pytest.mark.django_db
KEY = re.compile(r"pa_live_[0-9a-f]{64}")


def _make(person: Person, **fields: Any) -> Any:
    data = {"name": "bot", "scopes": [Scope.PROMPTS_READ.value], "lasts": "90", **fields}
    return person.post(person.url("apikeys:key-create"), data)


def test_a_key_is_shown_once_and_listed_masked(alice: Person) -> None:
    assert "No API key yet" in alice.get(alice.url("apikeys:key-list")).content.decode()
    made = _make(alice)
    (text,) = set(KEY.findall(made.content.decode()))
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    assert text not in str(made.headers) + str(made.cookies) + str(dict(alice.client.session))
    assert admit(text, per_minute=9).actor.user_id == alice.user.pk
    page = alice.get(alice.url("apikeys:key-list")).content.decode()
    assert f"pa_live_…{text[-4:]}" in page and not KEY.search(page)
    assert "prompts:read" in page and "alice@example.com" in page


def test_bad_input_comes_back_with_what_was_typed(alice: Person) -> None:
    for fields, words in (
        ({"name": ""}, "The key needs a name."),
        ({"scopes": []}, "Choose at least one scope."),
        ({"scopes": ["everything"]}, "Choose scopes from the list."),
        ({"lasts": "1000000"}, "Choose from the list."),
        ({"name": "a\u202eb"}, "invisible mark"),
    ):
        page = _make(alice, **fields)
        assert page.status_code == 422
        assert words in page.content.decode() and not KEY.search(page.content.decode())
    _make(alice)
    again = _make(alice)
    assert again.status_code == 422 and "There is an API key “bot” already." in again.content.decode()
    with alice.inside():
        assert ApiKey.objects.count() == 1


def test_wrong_methods_are_refused(alice: Person) -> None:
    key, _ = make_api_key(alice)
    assert alice.post(alice.url("apikeys:key-list")).status_code == 405
    assert alice.get(alice.url("apikeys:key-revoke", key.id)).status_code == 405


def test_a_revoked_key_opens_nothing(alice: Person) -> None:
    key, text = make_api_key(alice)
    answer = alice.post(alice.url("apikeys:key-revoke", key.id))
    assert answer.status_code == 302
    with pytest.raises(Unauthorized):
        admit(text, per_minute=9)
    assert "revoked" in alice.get(alice.url("apikeys:key-list")).content.decode()


def test_a_member_sees_and_revokes_their_own_only(alice: Person, bob: Person) -> None:
    hers, _ = make_api_key(alice, name="hers")
    member = bob.join(alice, Role.MEMBER)
    assert _make(member, name="his").status_code == 201
    page = member.get(member.url("apikeys:key-list")).content.decode()
    assert "his" in page and "hers" not in page
    assert member.post(member.url("apikeys:key-revoke", hers.id)).status_code == 404


def test_the_key_of_somebody_who_left_says_so(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    make_api_key(member, name="his")
    with alice.inside():
        Membership.objects.filter(user=bob.user, workspace=alice.workspace).delete()
    page = alice.get(alice.url("apikeys:key-list")).content.decode()
    assert "its person left" in page and "somebody who left" in page


def test_another_workspaces_key_is_not_found(alice: Person, bob: Person) -> None:
    key, _ = make_api_key(alice)
    assert bob.post(bob.url("apikeys:key-revoke", key.id)).status_code == 404


def test_strangers_are_sent_to_sign_in(alice: Person, anonymous: Person) -> None:
    assert anonymous.get(alice.url("apikeys:key-list")).status_code == 302
