"""The signed-in person comes along with the session, and nobody comes in whose account is gone or switched off."""

from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from promptassay.accounts.backends import AuthenticationBackend
from promptassay.accounts.models import User
from promptassay.accounts.sessions import SessionStore, take_person
from tests.accounts.factories import is_signed_in, sign_in
from tests.people import Person


def key_of(person: Person) -> str:
    """A session that the page of sign-in made, as its list knows it."""
    client = sign_in(person.user.email)
    assert is_signed_in(client)
    return str(client.session.session_key)


def everything(user: User) -> dict[str, object]:
    return {name: value for name, value in vars(user).items() if name != "_state"}


def test_the_person_comes_along_whole_and_once(alice: Person) -> None:
    SessionStore(key_of(alice)).load()
    with CaptureQueriesContext(connection) as asked:
        found = AuthenticationBackend().get_user(str(alice.user.pk))
    assert found is not None and not asked.captured_queries
    assert everything(found) == everything(User.objects.get(pk=alice.user.pk))
    assert not found._state.adding
    assert take_person() is None


def test_another_sessions_person_is_not_taken_for_this_one(alice: Person, bob: Person) -> None:
    SessionStore(key_of(alice)).load()
    assert AuthenticationBackend().get_user(str(bob.user.pk)) == bob.user
    SessionStore(key_of(alice)).load()
    SessionStore("unknown").load()
    assert take_person() is None


def test_a_session_that_the_list_does_not_know_asks_for_its_person(alice: Person) -> None:
    alice.client.get(reverse("usersessions_list"))
    SessionStore(str(alice.client.session.session_key)).load()
    take_person()
    assert AuthenticationBackend().get_user(str(alice.user.pk)) == alice.user


@pytest.mark.parametrize("along", [True, False])
def test_a_missing_or_inactive_person_is_nobody(alice: Person, along: bool) -> None:
    key = key_of(alice)
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    if along:
        SessionStore(key).load()
    assert AuthenticationBackend().get_user(str(alice.user.pk)) is None
    assert AuthenticationBackend().get_user(str(uuid4())) is None


def test_an_expired_session_is_none(alice: Person) -> None:
    key = key_of(alice)
    Session.objects.filter(pk=key).update(expire_date="2020-01-01T00:00Z")
    assert SessionStore(key).load() == {}
    assert take_person() is None
