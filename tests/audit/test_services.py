"""Writing the log: numbered without gaps, also by many at once, and each workspace by itself."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from promptassay.audit.queries import entry_count, latest, verify
from promptassay.audit.services import record
from tests.people import Person


def test_entry_carries_who_where_and_what(alice: Person) -> None:
    with alice.inside():
        record(alice.actor, "key.added", target=("provider_key", "an id"), data={"name": "team"})
        entry = latest(1)[0]
    assert (entry.actor_id, entry.actor_label) == (alice.user.pk, "alice@example.com")
    assert (entry.action, entry.target_type, entry.target_id) == ("key.added", "provider_key", "an id")
    assert entry.data == {"name": "team"}
    assert len(entry.hash) == 64


def test_each_workspace_counts_for_itself(alice: Person, bob: Person) -> None:
    with alice.inside():
        record(alice.actor, "a", target=("x", 1))
        assert entry_count() == 2
    with bob.inside():
        assert entry_count() == 1
        assert {entry.actor_label for entry in latest()} == {"bob@example.com"}


def test_entry_goes_when_its_act_is_undone(alice: Person) -> None:
    class Undo(Exception):
        pass

    try:
        with alice.inside():
            record(alice.actor, "a", target=("x", 1))
            raise Undo
    except Undo:
        pass
    with alice.inside():
        assert entry_count() == 1


def test_many_writers_at_once_make_one_chain(committed: None, alice: Person) -> None:
    def write(number: int) -> None:
        try:
            with alice.inside():
                record(alice.actor, "a", target=("x", number))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    with alice.inside():
        assert entry_count() == 13
        assert verify() is None
