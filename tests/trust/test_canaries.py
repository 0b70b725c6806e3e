"""The canary workspaces: one pair, filled whole whatever they were before, with nobody in them but canaries."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection

from promptassay.accounts.queries import first_account
from promptassay.trust import canaries
from promptassay.trust.canaries import ensure_canaries, people
from promptassay.trust.models import Canary
from promptassay.trust.probes import Canaries
from promptassay.trust.probes.addresses import values_in
from promptassay.workspaces.queries import every_workspace
from tests import environment
from tests.people import sign_up

pytestmark = pytest.mark.usefixtures("committed")


def _members() -> list[tuple[str, str]]:
    with psycopg.connect(environment.superuser_url()) as superuser:
        rows = superuser.execute(
            "SELECT c.name, m.role FROM workspaces_membership m JOIN trust_canary c ON c.canary_id = m.workspace_id "
            "JOIN accounts_user u ON u.id = m.user_id WHERE u.is_canary ORDER BY 1, 2"
        )
        return [(str(name), str(role)) for name, role in rows.fetchall()]


def _in_a_thread() -> Canaries:
    try:
        return ensure_canaries()
    finally:
        connection.close()


def test_two_that_begin_at_once_make_one_pair() -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = (future.result() for future in [pool.submit(_in_a_thread) for _ in range(2)])
    assert first == second == ensure_canaries() and Canary.objects.count() == 2
    assert _members() == [("a", "owner"), ("b", "member"), ("b", "owner")]


def test_a_pair_of_an_older_release_gets_what_was_added_since(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(canaries, "seat_canary", lambda *_, **__: None)
        older.setattr(canaries, "ensure_canary", lambda _: None)
        older.setattr(canaries, "_THINGS", ())
        before = ensure_canaries()
        assert _members() == []
    assert ensure_canaries() == before and len(_members()) == 3
    held = values_in(before.b)
    monkeypatch.setattr(canaries, "_complete", lambda: pytest.fail("filled twice"))
    assert ensure_canaries() == before and values_in(before.b) == held


def test_what_a_new_release_needs_is_made_when_it_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(canaries, "_THINGS", canaries._THINGS[:-1])
        pair = ensure_canaries()
    assert {"api_key_id", "act_id", "comment_id"} <= values_in(pair.a).keys()


def test_canaries_are_nobody() -> None:
    ensure_canaries()
    assert first_account() is None and list(every_workspace(canaries=False)) == []
    alice = sign_up("alice@example.com")
    assert alice.user.is_operator and first_account() == alice.user
    assert list(every_workspace(canaries=False)) == [alice.workspace.id]
    # Whoever looks after keys finds their data keys too.
    assert len(list(every_workspace(canaries=True))) == 3
    assert {each.is_operator for each in (people().owner_a, people().owner_b, people().member_b)} == {False}
