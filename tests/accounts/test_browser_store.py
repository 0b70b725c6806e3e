"""The derived key: the session's data alone or the secret key alone is not enough, and old sessions get a seed too."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session

from promptassay.accounts.browser_store import SEED, browser_key
from promptassay.accounts.sessions import SessionStore
from promptassay.core.doors import SignedOut
from tests.people import Person


def test_it_needs_the_secret_key_and_the_seed(settings: Any) -> None:
    session, person, workspace = SessionStore(), uuid4(), uuid4()
    session[SEED] = "s" * 43
    key = browser_key(session, person, workspace)
    assert key == browser_key(session, person, workspace) and len(key) == 32
    assert key != browser_key(session, workspace, person)
    session[SEED] = "t" * 43
    assert browser_key(session, person, workspace) != key
    session[SEED] = "s" * 43
    settings.SECRET_KEY = settings.SECRET_KEY + "x"
    assert browser_key(session, person, workspace) != key


def test_a_session_from_before_gets_one_seed_however_many_ask(alice: Person) -> None:
    session = alice.client.session
    del session[SEED]
    session.save()
    first, second = SessionStore(session.session_key), SessionStore(session.session_key)
    assert SEED not in first and SEED not in second
    key = browser_key(first, alice.user.pk, alice.workspace.id)
    assert browser_key(second, alice.user.pk, alice.workspace.id) == key
    assert SessionStore(session.session_key)[SEED] == first[SEED]


def test_a_session_that_ended_meanwhile_gets_none(alice: Person) -> None:
    session = SessionStore(alice.client.session.session_key)
    session.pop(SEED)
    Session.objects.all().delete()
    with pytest.raises(SignedOut):
        browser_key(session, alice.user.pk, alice.workspace.id)


def test_each_sign_in_sows_its_own(alice: Person, bob: Person) -> None:
    assert alice.client.session[SEED] != bob.client.session[SEED]
