"""The door of the browser store's key: open to a live session of a member, for its own page, and to nobody else."""

import base64
import logging
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from promptassay.accounts.browser_store import KEY_BYTES, SEED
from promptassay.accounts.queries import sessions_of
from promptassay.accounts.services import end_session
from promptassay.workspaces.permissions import Role
from tests.people import PASSWORD, Person, ProductClient

FETCH: dict[str, Any] = {"HTTP_X_REQUESTED_WITH": "fetch"}


def ask(person: Person, *, page_of: object = None, use: str = "store") -> Any:
    """What the door answers to a page that was made for this person, or for `page_of`."""
    url = person.url("workspaces:browser-key-take")
    return person.post(url, {"person": str(page_of or person.user.pk), "use": use}, **FETCH)


def key_of(person: Person, use: str = "store") -> bytes:
    answer = ask(person, use=use)
    assert answer.status_code == 200
    return bytes(answer.content)


def elsewhere(person: Person) -> Person:
    """The same person in another browser."""
    client = ProductClient()
    client.force_login(person.user, backend="promptassay.accounts.backends.AuthenticationBackend")
    return Person(person.user, person.workspace, client, person.role)


def test_a_live_session_gets_its_key_again_and_again(alice: Person) -> None:
    answer = ask(alice)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/octet-stream"
    assert answer["Cache-Control"] == "no-store" and len(answer.content) == KEY_BYTES
    assert key_of(alice) == answer.content


def test_no_two_people_workspaces_or_sessions_share_one(alice: Person, bob: Person) -> None:
    guest = bob.join(alice, Role.MEMBER)
    keys = [key_of(each) for each in (alice, bob, guest, elsewhere(alice))]
    assert len(set(keys)) == 4


@pytest.mark.parametrize("named", ["", "nobody", "056afef6-6c1e-4dd6-9e73-ed6d5f5bcbaa"])
def test_a_page_that_was_made_for_somebody_else_gets_none(alice: Person, named: str) -> None:
    answer = ask(alice, page_of=named or " ")
    assert answer.status_code == 401 and answer.json()["error"]["code"] == "UNAUTHORIZED"


def test_copies_of_unsaved_text_have_a_key_of_their_person(alice: Person, bob: Person) -> None:
    keys = [key_of(each, "draft") for each in (alice, bob, bob.join(alice, Role.MEMBER))]
    assert len({*keys, key_of(alice)}) == 4
    again = elsewhere(alice)
    assert key_of(again, "draft") == keys[0]
    again.post("/accounts/logout/")
    assert ask(again, use="draft").status_code == 401
    assert ask(alice, page_of=bob.user.pk, use="draft").status_code == 401


@pytest.mark.parametrize("use", ["", "all", "STORE"])
def test_another_use_is_refused(alice: Person, use: str) -> None:
    answer = ask(alice, use=use)
    assert answer.status_code == 422 and len(answer.content) != KEY_BYTES


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head"])
def test_other_methods_are_refused(alice: Person, method: str) -> None:
    assert getattr(alice.client, method)(alice.url("workspaces:browser-key-take")).status_code == 405


def test_a_form_without_its_token_gets_none(alice: Person) -> None:
    careful = ProductClient(enforce_csrf_checks=True)
    careful.cookies = alice.client.cookies
    answer = careful.post(
        alice.url("workspaces:browser-key-take"), {"person": str(alice.user.pk), "use": "store"}, **FETCH
    )
    assert answer.status_code == 403 and len(answer.content) != KEY_BYTES


def test_every_role_may_and_a_stranger_learns_nothing(alice: Person, bob: Person) -> None:
    url = alice.url("workspaces:browser-key-take")
    refused = bob.post(url, {"person": str(bob.user.pk), "use": "store"}, **FETCH)
    unknown = bob.post(
        reverse("workspaces:browser-key-take", args=[uuid4()]), {"person": str(bob.user.pk), "use": "store"}, **FETCH
    )
    assert refused.status_code == unknown.status_code == 404
    assert refused.json() == unknown.json()
    assert key_of(bob.join(alice, Role.ADMIN))


def test_anonymous_gets_none(alice: Person, anonymous: Person) -> None:
    answer = anonymous.post(
        alice.url("workspaces:browser-key-take"), {"person": str(alice.user.pk), "use": "store"}, **FETCH
    )
    assert answer.status_code == 401


def test_a_revoked_session_never_gets_it_again(alice: Person) -> None:
    stolen = elsewhere(alice)
    before = key_of(stolen)
    this = str(stolen.client.session.session_key)
    (row,) = [each for each in sessions_of(alice.user.pk, this_key=this) if each.is_this]
    end_session(alice.user, row.id)
    assert ask(stolen).status_code == 401
    assert key_of(elsewhere(alice)) != before


def test_an_expired_session_never_gets_it_again(alice: Person) -> None:
    key_of(alice)
    Session.objects.filter(pk=alice.client.session.session_key).update(expire_date="2020-01-01T00:00Z")
    assert ask(alice).status_code == 401


def test_signing_out_and_in_again_makes_another(alice: Person) -> None:
    before = key_of(alice)
    alice.post("/accounts/logout/")
    assert ask(alice).status_code == 401
    alice.post("/accounts/login/", {"login": alice.user.email, "password": PASSWORD.reveal()})
    assert key_of(alice) != before


def test_a_session_that_survives_a_new_password_keeps_it(alice: Person) -> None:
    other = elsewhere(alice)
    key_of(other)
    before, session = key_of(alice), alice.client.session.session_key
    fresh = "another long enough password"
    changed = alice.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD.reveal(), "password1": fresh, "password2": fresh}
    )
    assert changed.status_code == 302 and alice.client.session.session_key != session
    assert key_of(alice) == before
    assert ask(other).status_code == 401


def test_somebody_who_left_the_workspace_gets_none(alice: Person, bob: Person) -> None:
    from promptassay.workspaces.models import Membership

    guest = bob.join(alice, Role.MEMBER)
    key_of(guest)
    with alice.inside():
        Membership.objects.filter(user=bob.user, workspace=alice.workspace).delete()
    assert ask(guest).status_code == 404


def test_neither_the_session_nor_a_log_holds_it(alice: Person, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        key = key_of(alice)
    session = alice.client.session
    assert len(str(session[SEED])) == 43
    raw = Session.objects.get(pk=session.session_key).session_data
    for form in (
        key.hex(),
        base64.b64encode(key).decode(),
        base64.urlsafe_b64encode(key).decode().rstrip("="),
        repr(key),
    ):
        assert form not in raw and form not in str(dict(session)) and form not in caplog.text
