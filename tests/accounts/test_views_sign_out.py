"""Signing out: the browser is told to clear what pages kept in its storage, also when one's own session is ended."""

import pytest

from promptassay.accounts.queries import sessions_of
from tests.people import Person

CLEAR = '"storage"'


def test_signing_out_clears_the_browsers_storage(alice: Person) -> None:
    asked = alice.get("/accounts/logout/")
    assert asked.status_code == 200 and "Clear-Site-Data" not in asked.headers
    assert 'data-island="accounts/sign-out"' in asked.content.decode()
    left = alice.post("/accounts/logout/")
    assert left.status_code == 302 and left.headers["Clear-Site-Data"] == CLEAR
    page = alice.get("/accounts/login/")
    assert page.status_code == 200 and "Clear-Site-Data" not in page.headers


def test_a_session_that_has_ended_may_sign_out_too(anonymous: Person) -> None:
    left = anonymous.post("/accounts/logout/")
    assert left.status_code == 302 and left.headers["Clear-Site-Data"] == CLEAR


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(alice: Person, method: str) -> None:
    assert getattr(alice.client, method)("/accounts/logout/").status_code == 405


def test_ending_ones_own_session_clears_it_too(alice: Person) -> None:
    alice.get("/accounts/sessions/")
    key = alice.client.session.session_key or ""
    (own,) = [each for each in sessions_of(alice.user.pk, this_key=key) if each.is_this] if key else []
    left = alice.post(f"/accounts/sessions/{own.id}/end/")
    assert left.status_code == 302 and left.headers["Clear-Site-Data"] == CLEAR
