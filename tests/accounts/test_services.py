"""Making accounts: one transaction, one operator, whoever comes at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from promptassay.accounts.events import AccountCreated
from promptassay.accounts.models import User
from promptassay.accounts.services import complete_sign_up, ensure_account
from promptassay.core import events
from promptassay.core.errors import ValidationFailed
from promptassay.core.secret import Secret
from promptassay.workspaces.queries import workspaces_of
from tests.people import PASSWORD, ProductClient


def test_workspace_and_person_are_made_together_or_not_at_all(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(event: AccountCreated) -> None:
        raise RuntimeError("the disk is full")

    handlers = dict(events._handlers)
    monkeypatch.setattr(events, "_handlers", {**handlers, AccountCreated: [*handlers[AccountCreated], fail]})
    with pytest.raises(RuntimeError, match="disk is full"):
        complete_sign_up(User(email="carol@example.com"))
    assert not User.objects.exists()


def test_of_two_first_accounts_at_once_exactly_one_is_the_operator(committed: None) -> None:
    start = Barrier(4)

    def sign_up(number: int) -> bool:
        start.wait(timeout=10)
        try:
            return complete_sign_up(User(email=f"person{number}@example.com")).is_operator
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        operators = list(pool.map(sign_up, range(4)))
    assert sum(operators) == 1
    assert User.objects.filter(is_operator=True).count() == 1
    assert all(len(workspaces_of(user.pk)) == 1 for user in User.objects.all())


def test_same_address_signed_up_twice_at_once_makes_one_account_and_one_refusal(committed: None) -> None:
    start = Barrier(2)

    def sign_up(_: int) -> int:
        client = ProductClient()
        client.get("/accounts/signup/")
        start.wait(timeout=10)
        try:
            form = {"email": "carol@example.com", "password1": PASSWORD.reveal()}
            return int(client.post("/accounts/signup/", form).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(sign_up, range(2)))
    assert answers == [302, 422]
    assert User.objects.count() == 1


def test_bootstrap_twice_ends_in_the_same_state(db: None) -> None:
    first, made = ensure_account("Carol@Example.com", PASSWORD)
    again, made_again = ensure_account("carol@example.com", PASSWORD)
    assert (made, made_again) == (True, False)
    assert first.pk == again.pk
    assert first.is_operator
    changed, made_third = ensure_account("carol@example.com", Secret("quite another password"))
    assert not made_third
    assert changed.check_password("quite another password")


@pytest.mark.parametrize(
    ("email", "password"), [("carol", PASSWORD.reveal()), ("carol@example.com", "short"), ("", "")]
)
def test_bootstrap_refuses_what_the_page_refuses(db: None, email: str, password: str) -> None:
    with pytest.raises(ValidationFailed):
        ensure_account(email, Secret(password))
    assert not User.objects.exists()
