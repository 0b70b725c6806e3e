"""Events: each handler once, in order, in the emitter's transaction."""

from dataclasses import dataclass

import pytest
from django.db import transaction

from promptassay.accounts.events import AccountCreated
from promptassay.accounts.models import User
from promptassay.core.events import emit, subscribe
from promptassay.workspaces.models import Membership
from tests.people import Person, sign_up


@dataclass(frozen=True)
class Weighed:
    """Something happened."""

    grams: int


@dataclass(frozen=True)
class WeighedAgain(Weighed):
    """A narrower fact, with handlers of its own."""


def test_handlers_run_at_once_in_the_order_of_subscription() -> None:
    heard: list[str] = []
    subscribe(Weighed, lambda event: heard.append(f"first {event.grams}"))
    subscribe(Weighed, lambda event: heard.append(f"second {event.grams}"))
    emit(Weighed(3))
    assert heard == ["first 3", "second 3"]


def test_a_handler_subscribed_twice_runs_once() -> None:
    heard: list[int] = []

    def handler(event: WeighedAgain) -> None:
        heard.append(event.grams)

    subscribe(WeighedAgain, handler)
    subscribe(WeighedAgain, handler)
    emit(WeighedAgain(5))
    assert heard == [5]


def test_an_event_that_nobody_hears_is_fine() -> None:
    @dataclass(frozen=True)
    class Unheard:
        """Nobody subscribed."""

    emit(Unheard())


@pytest.mark.django_db
def test_a_handler_that_raises_undoes_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from promptassay.core import events

    def refuses(event: AccountCreated) -> None:
        raise RuntimeError("no workspace today")

    monkeypatch.setitem(events._handlers, AccountCreated, [*events._handlers[AccountCreated], refuses])
    with pytest.raises(RuntimeError), transaction.atomic():
        sign_up("alice@example.com")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_an_account_gets_its_workspace_through_an_event(alice: Person) -> None:
    with alice.inside():
        assert Membership.objects.get().user_id == alice.user.pk
