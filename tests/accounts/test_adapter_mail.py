"""Sign-up and password reset where a mail server is set up."""

import re

import pytest
from django.conf import LazySettings
from django.core import mail
from django.urls import reverse

from promptassay.accounts.models import User
from promptassay.accounts.queries import find_by_email
from tests.accounts.factories import is_signed_in, sign_in
from tests.people import PASSWORD, Person, ProductClient

NEW = "another long password"


@pytest.fixture(autouse=True)
def mail_server(settings: LazySettings) -> None:
    """As with EMAIL_URL, but the mails stay in memory."""
    settings.MAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "assay@example.com"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def link_in_last_mail() -> str:
    [link] = re.findall(r"https?://testserver(/\S+)", str(mail.outbox[-1].body))
    return str(link)


def test_account_opens_after_the_link_in_the_mail(db: None) -> None:
    client = ProductClient()
    assert "No mail server" not in client.get("/accounts/signup/").content.decode()
    response = client.post("/accounts/signup/", {"email": "carol@example.com", "password1": PASSWORD.reveal()})
    assert response.headers["Location"] == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    link = link_in_last_mail()
    assert "carol@example.com" in client.get(link).content.decode()
    client.post(link)
    assert is_signed_in(sign_in("carol@example.com"))
    spent = ProductClient().get(link)
    assert "cannot be confirmed" in spent.content.decode() or "does not work" in spent.content.decode()


def test_taken_address_is_told_to_its_owner_and_to_nobody_else(alice: Person) -> None:
    stranger = ProductClient()
    response = stranger.post("/accounts/signup/", {"email": alice.user.email, "password1": NEW})
    assert response.headers["Location"] == reverse("account_email_verification_sent")
    assert "There is one already" in str(mail.outbox[-1].body)
    assert mail.outbox[-1].to == [alice.user.email]
    assert User.objects.count() == 1


def test_reset_works_once_and_ends_every_session(alice: Person) -> None:
    desk = sign_in(alice.user.email)
    anonymous = ProductClient()
    anonymous.post(reverse("account_reset_password"), {"email": alice.user.email})
    link = link_in_last_mail()
    form = anonymous.get(link).headers["Location"]
    weak = anonymous.post(form, {"password1": "short", "password2": "short"})
    assert weak.status_code == 422
    response = anonymous.post(form, {"password1": NEW, "password2": NEW})
    assert response.headers["Location"] == reverse("account_reset_password_from_key_done")
    assert not is_signed_in(desk)
    assert not is_signed_in(alice.client)
    assert is_signed_in(sign_in(alice.user.email, password=NEW))
    assert "does not work any more" in ProductClient().get(link).content.decode()


def test_reset_sounds_alike_for_unknown_addresses(alice: Person) -> None:
    known, unknown = (
        ProductClient().post(reverse("account_reset_password"), {"email": email})
        for email in (alice.user.email, "nobody@example.com")
    )
    assert known.headers["Location"] == unknown.headers["Location"]
    assert "There is no account with that address" in str(mail.outbox[-1].body)


def test_new_address_becomes_the_name_to_sign_in_with_once_confirmed(alice: Person) -> None:
    desk = sign_in(alice.user.email)
    desk.post(reverse("account_reauthenticate"), {"password": PASSWORD.reveal()})
    desk.post(reverse("account_email"), {"action_add": "", "email": "new@example.com"})
    refused = desk.post(reverse("account_email"), {"action_primary": "", "email": "new@example.com"}, follow=True)
    assert "Confirm that address first" in refused.content.decode()
    desk.post(link_in_last_mail())
    desk.post(reverse("account_email"), {"action_primary": "", "email": "new@example.com"})
    assert find_by_email("new@example.com") == alice.user
    assert is_signed_in(sign_in("new@example.com"))
