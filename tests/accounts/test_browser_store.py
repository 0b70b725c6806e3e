"""The derived key: the session's data alone or the secret key alone is not enough, and old sessions get a seed too."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session

from promptassay.accounts.browser_store import SEED, draft_key, store_key
from promptassay.accounts.sessions import SessionStore
from promptassay.core.doors import SignedOut
from tests.people import Person


def test_it_needs_the_secret_key_and_the_seed(settings: Any) -> None:
    session, person, workspace = SessionStore(), uuid4(), uuid4()
    session[SEED] = "s" * 43
    key = store_key(session, person, workspace)
    assert key == store_key(session, person, workspace) and len(key) == 32
    assert key != store_key(session, workspace, person)
    session[SEED] = "t" * 43
    assert store_key(session, person, workspace) != key
    session[SEED] = "s" * 43
    settings.SECRET_KEY = settings.SECRET_KEY + "x"
    assert store_key(session, person, workspace) != key


def test_a_session_from_before_gets_one_seed_however_many_ask(alice: Person) -> None:
    session = alice.client.session
    del session[SEED]
    session.save()
    first, second = SessionStore(session.session_key), SessionStore(session.session_key)
    assert SEED not in first and SEED not in second
    key = store_key(first, alice.user.pk, alice.workspace.id)
    assert store_key(second, alice.user.pk, alice.workspace.id) == key
    assert SessionStore(session.session_key)[SEED] == first[SEED]


def test_a_session_that_ended_meanwhile_gets_none(alice: Person) -> None:
    session = SessionStore(alice.client.session.session_key)
    session.pop(SEED)
    Session.objects.all().delete()
    with pytest.raises(SignedOut):
        store_key(session, alice.user.pk, alice.workspace.id)


def test_each_sign_in_sows_its_own(alice: Person, bob: Person) -> None:
    assert alice.client.session[SEED] != bob.client.session[SEED]


def test_the_key_of_draft_copies_is_the_persons_until_the_password_changes(alice: Person, settings: Any) -> None:
    key = draft_key(alice.user, alice.workspace.id)
    assert key == draft_key(alice.user, alice.workspace.id) != draft_key(alice.user, uuid4())
    assert key != store_key(alice.client.session, alice.user.pk, alice.workspace.id)
    settings.SECRET_KEY = settings.SECRET_KEY + "x"
    other = draft_key(alice.user, alice.workspace.id)
    assert other != key
    alice.user.set_password("another long enough password")
    assert draft_key(alice.user, alice.workspace.id) != other
