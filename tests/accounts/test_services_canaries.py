"""Accounts of nobody: no way leads in to them but a short session that their own probe opens and ends."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings as running
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import RequestFactory
from pytest_django import Settings

from promptassay.accounts.adapter import AccountAdapter
from promptassay.accounts.backends import AuthenticationBackend
from promptassay.accounts.models import User
from promptassay.accounts.queries import any_account
from promptassay.accounts.services import canary_session, complete_sign_up, ensure_account, ensure_canary
from promptassay.core.errors import NotFound, ValidationFailed
from tests.people import PASSWORD, Person, anonymous_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def canary() -> User:
    return ensure_canary("owner-a")


def signed_in(key: str) -> Person:
    """A browser with this session in its cookie."""
    visitor = anonymous_person()
    visitor.client.cookies[running.SESSION_COOKIE_NAME] = key
    return visitor


def test_a_canary_is_made_once_and_does_not_count(canary: User) -> None:
    assert ensure_canary("owner-a") == canary != ensure_canary("owner-b")
    assert canary.is_canary and not canary.has_usable_password() and not any_account()
    person = User(email="first@example.com")
    person.set_password(PASSWORD.reveal())
    assert complete_sign_up(person).is_operator


def test_an_address_like_its_own_keeps_nobody_out(canary: User) -> None:
    ensure_account("owner-b@canary.invalid", PASSWORD)
    assert ensure_canary("owner-b").is_canary
    with pytest.raises(ValidationFailed, match="belongs to nobody"):
        ensure_account(canary.email, PASSWORD)


def test_not_even_a_password_in_the_database_lets_anybody_in(canary: User) -> None:
    canary.set_password(PASSWORD.reveal())
    canary.save()
    answer = anonymous_person().post("/accounts/login/", {"login": canary.email, "password": PASSWORD.reveal()})
    assert answer.status_code != 302 or "/accounts/inactive" in answer.headers["Location"]
    assert not Session.objects.exists() or "_auth_user_id" not in Session.objects.get().get_decoded()


def test_each_wall_in_their_way_stands_by_itself(canary: User, rf: RequestFactory) -> None:
    canary.set_password(PASSWORD.reveal())
    canary.save()
    given = {"email": canary.email, "password": PASSWORD.reveal()}
    assert AuthenticationBackend().authenticate(rf.post("/"), **given) is None
    with pytest.raises(NotFound):
        AccountAdapter().pre_login(rf.post("/"), canary)


def test_a_canary_is_never_mailed(canary: User, settings: Settings) -> None:
    settings.MAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    EmailAddress.objects.create(user=canary, email=canary.email, verified=True, primary=True)
    person, _ = ensure_account("alice@example.com", PASSWORD)
    for address in (canary.email, person.email):
        assert anonymous_person().post("/accounts/password/reset/", {"email": address}).status_code == 302
    assert [each.to for each in mail.outbox] == [["alice@example.com"]]


def test_a_session_opens_the_product_and_ends_with_its_block(canary: User) -> None:
    with suppress(RuntimeError), canary_session(canary, seconds=60) as key:
        assert signed_in(key).get("/accounts/sessions/").status_code == 200
        raise RuntimeError
    assert signed_in(key).get("/accounts/sessions/").status_code == 302
    assert not Session.objects.filter(session_key=key).exists() and not UserSession.objects.exists()


def test_a_session_that_was_left_is_cleared_away_and_one_at_work_is_not(canary: User) -> None:
    with canary_session(canary, seconds=60) as left, canary_session(canary, seconds=60) as at_work:
        Session.objects.filter(session_key=left).update(expire_date=datetime.now(UTC) - timedelta(seconds=1))
        assert signed_in(left).get("/accounts/sessions/").status_code == 302
        with canary_session(canary, seconds=60):
            assert set(Session.objects.values_list("session_key", flat=True)) >= {at_work}
            assert not Session.objects.filter(session_key=left).exists()
            assert not UserSession.objects.filter(session_key=left).exists()
