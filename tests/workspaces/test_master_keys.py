"""Data keys move to another master key whole, whatever happens in between; a process without the key says so."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from promptassay.audit.models import Entry
from promptassay.audit.queries import verify
from promptassay.core.errors import Conflict, ProviderKeyMissing
from promptassay.core.ids import uuid7
from promptassay.core.keyring import Keyring
from promptassay.core.secret import Secret
from promptassay.core.tenancy import with_workspace
from promptassay.core.vault import MasterKey
from promptassay.providers.services import add_key, open_key
from promptassay.workspaces import master_keys
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.master_keys import Rotation
from promptassay.workspaces.models import DataKey, KeyHolder, MasterKeyInUse, Membership, Workspace
from promptassay.workspaces.permissions import Role
from promptassay.workspaces.services import ensure_data_key
from tests import environment
from tests.people import Person
from tests.providers.factories import OPENAI_KEY, make_key

OLD = MasterKey.from_bytes(bytes(range(32)))
NEW = MasterKey.from_bytes(bytes(range(100, 132)))
THIRD = MasterKey.from_bytes(bytes(range(200, 232)))


def ring(*keys: MasterKey) -> Keyring:
    """The keys that one process holds."""
    return Keyring(lambda: keys)


BEFORE, DURING, AFTER = ring(OLD), ring(NEW, OLD), ring(NEW)


@contextmanager
def holding(keys: Keyring) -> Iterator[None]:
    """As a process that holds these keys."""
    kept, django_settings.MASTER_KEYS = django_settings.MASTER_KEYS, keys
    try:
        yield
    finally:
        django_settings.MASTER_KEYS = kept


def another_workspace(person: Person) -> Actor:
    """One more workspace of the person's, without a data key yet."""
    workspace = Workspace(id=uuid7(), kind=Workspace.Kind.TEAM, name="another")
    with with_workspace(workspace.id, person_id=person.user.pk):
        workspace.save(force_insert=True)
        Membership.objects.create(workspace=workspace, user=person.user, role=Role.OWNER)
    return Actor(person.user.pk, workspace.id, Role.OWNER, person.user.email)


def keyed(person: Person, keys: Keyring) -> tuple[Actor, UUID]:
    """A workspace with a provider key that a process with `keys` sealed."""
    actor = another_workspace(person)
    with holding(keys), with_workspace(actor.workspace_id, person_id=actor.user_id):
        return actor, add_key(actor, provider="openai", name="team", secret=Secret(OPENAI_KEY)).id


def opened(keys: Keyring, actor: Actor, key_id: UUID) -> str:
    """The plain key as a process with `keys` opens it; ProviderKeyMissing."""
    with holding(keys), with_workspace(actor.workspace_id, person_id=actor.user_id):
        secret = open_key(actor, key_id, purpose="test").secret
    assert secret is not None
    return secret.reveal()


def entries(actor: Actor) -> list[dict[str, str]]:
    with with_workspace(actor.workspace_id):
        return list(Entry.objects.filter(action="data_key.rewrapped").values_list("data", flat=True))


def test_every_data_key_moves_and_every_key_opens(alice: Person) -> None:
    made = [keyed(alice, BEFORE) for _ in range(3)]
    assert master_keys.survey(DURING).under == {OLD.id: 3}
    master_keys.promote(NEW)
    told: list[int] = []
    done = master_keys.rewrap_all(DURING, NEW, lambda done: told.append(done.rewrapped))
    assert (done.rewrapped, done.already, done.lost, done.damaged) == (3, 0, 0, [])
    assert max(told) == 3
    assert master_keys.survey(AFTER).under == {NEW.id: 3}
    for actor, key_id in made:
        assert opened(AFTER, actor, key_id) == OPENAI_KEY
        assert entries(actor) == [{"from": OLD.id, "to": NEW.id}]
        with with_workspace(actor.workspace_id):
            assert verify() is None
        with pytest.raises(ProviderKeyMissing, match="does not open") as caught:
            opened(BEFORE, actor, key_id)
        assert "does not have the master key" in caught.value.why


def test_doing_it_again_changes_nothing(alice: Person) -> None:
    actor, key_id = keyed(alice, BEFORE)
    master_keys.promote(NEW)
    master_keys.rewrap_all(DURING, NEW)
    with with_workspace(actor.workspace_id):
        wrapped = bytes(DataKey.objects.get().wrapped)
    master_keys.promote(NEW)
    again = master_keys.rewrap_all(DURING, NEW)
    assert (again.rewrapped, again.already) == (0, 1)
    assert len(entries(actor)) == 1
    with with_workspace(actor.workspace_id):
        assert bytes(DataKey.objects.get().wrapped) == wrapped
    assert opened(DURING, actor, key_id) == OPENAI_KEY


def test_new_data_keys_are_under_the_key_in_use_whatever_comes_first_in_a_process(alice: Person) -> None:
    keyed(alice, BEFORE)
    during, _ = keyed(alice, DURING)  # a server that was started again, before the rotation
    master_keys.promote(NEW)
    after, _ = keyed(alice, ring(OLD, NEW))  # a server that still has the old key first
    for actor, master in ((during, OLD), (after, NEW)):
        with with_workspace(actor.workspace_id):
            assert DataKey.objects.get().master_id == master.id


def test_a_process_with_only_the_old_key_gets_a_clear_error_and_breaks_nothing(alice: Person) -> None:
    actor, key_id = keyed(alice, BEFORE)
    fresh = another_workspace(alice)
    master_keys.promote(NEW)
    master_keys.rewrap_all(DURING, NEW)
    with holding(BEFORE), with_workspace(fresh.workspace_id), pytest.raises(Conflict, match="cannot be") as caught:
        add_key(fresh, provider="openai", name="late", secret=Secret(OPENAI_KEY))
    assert "keys status" in caught.value.next_step
    with pytest.raises(ProviderKeyMissing):
        opened(BEFORE, actor, key_id)
    assert opened(AFTER, actor, key_id) == OPENAI_KEY
    assert master_keys.survey(DURING).under == {NEW.id: 1}


def test_the_first_key_of_an_instance_is_the_one_that_every_process_has(alice: Person) -> None:
    """An instance that was made before keys were noted, in the middle of a roll-out."""
    actor, _ = keyed(alice, DURING)
    assert MasterKeyInUse.objects.get().master_id == OLD.id
    with with_workspace(actor.workspace_id):
        assert DataKey.objects.get().master_id == OLD.id


# --- Refusals come before any write ---------------------------------------------------------------------------


def _state() -> object:
    return list(MasterKeyInUse.objects.values_list("master_id", "since"))


def test_a_wrong_previous_key_is_refused(alice: Person) -> None:
    keyed(alice, BEFORE)
    wrong = ring(NEW, THIRD)
    before = _state()
    with pytest.raises(Conflict, match=f"{OLD.id} is not given; 1 data key is"):
        master_keys.refuse_missing_keys(wrong, master_keys.survey(wrong))
    assert _state() == before


def test_the_key_in_use_must_be_given_even_when_nothing_is_under_it(alice: Person) -> None:
    master_keys.promote(THIRD)
    with pytest.raises(Conflict, match=THIRD.id):
        master_keys.refuse_missing_keys(DURING, master_keys.survey(DURING))


def test_without_a_new_key_there_is_nothing_to_do(alice: Person) -> None:
    keyed(alice, BEFORE)
    with pytest.raises(Conflict, match="no new master key"):
        master_keys.refuse_no_new_key(BEFORE)
    master_keys.refuse_no_new_key(DURING)


def test_a_running_server_without_the_new_key_stops_the_rotation(alice: Person) -> None:
    keyed(alice, BEFORE)
    master_keys.note_holder(uuid4(), "web 7 on frog", BEFORE)
    master_keys.note_holder(uuid4(), "web 8 on toad", DURING)
    before = _state()
    with pytest.raises(Conflict, match="“web 7 on frog” does not have the new master key"):
        master_keys.promote(NEW)
    assert _state() == before
    KeyHolder.objects.filter(name__contains="frog").update(seen_at="2020-01-01T00:00:00Z")  # it has ended
    master_keys.promote(NEW)
    assert MasterKeyInUse.objects.get().master_id == NEW.id


def test_a_process_says_what_it_holds_until_it_ends(alice: Person) -> None:
    me = uuid4()
    master_keys.note_holder(me, "worker 9 on frog", BEFORE)
    master_keys.note_holder(me, "worker 9 on frog", DURING)
    (holder,) = master_keys.holders()
    assert (holder.name, holder.master_ids) == ("worker 9 on frog", [NEW.id, OLD.id])
    assert master_keys.without(NEW.id) == []
    assert master_keys.without(THIRD.id) == ["worker 9 on frog"]
    master_keys.forget_holder(me)
    assert master_keys.holders() == []


def test_another_rotation_stops_the_first(alice: Person) -> None:
    made = [keyed(alice, BEFORE) for _ in range(2)]
    master_keys.promote(NEW)
    all_three = ring(THIRD, NEW, OLD)

    def overtake(done: Rotation) -> None:
        if done.rewrapped == 1:
            master_keys.promote(THIRD)

    with pytest.raises(Conflict, match="Another rotation has begun"):
        master_keys.rewrap_all(all_three, NEW, overtake)
    master_keys.rewrap_all(all_three, THIRD)
    assert all(opened(ring(THIRD), actor, key_id) == OPENAI_KEY for actor, key_id in made)


# --- Damaged and lost -----------------------------------------------------------------------------------------


def test_a_damaged_data_key_is_named_and_left_alone(alice: Person) -> None:
    actor, _ = keyed(alice, BEFORE)
    well, key_id = keyed(alice, BEFORE)
    with with_workspace(actor.workspace_id):
        row = DataKey.objects.get()
        row.wrapped = bytes(row.wrapped)[:-1] + b"\0"
        row.save()
    assert master_keys.survey(DURING).damaged == [actor.workspace_id]
    master_keys.promote(NEW)
    done = master_keys.rewrap_all(DURING, NEW)
    assert (done.rewrapped, done.damaged) == (1, [actor.workspace_id])
    assert opened(AFTER, well, key_id) == OPENAI_KEY
    with with_workspace(actor.workspace_id):
        assert DataKey.objects.get().master_id == OLD.id
        assert not Entry.objects.filter(action="data_key.rewrapped").exists()


def test_what_a_lost_key_wrapped_is_counted_and_left_alone(alice: Person) -> None:
    keyed(alice, BEFORE)
    found = master_keys.survey(AFTER)
    assert (found.unknown, found.elsewhere(NEW)) == ({OLD.id: 1}, 0)
    master_keys.promote(NEW)
    assert master_keys.rewrap_all(AFTER, NEW).lost == 1


# --- Whatever happens in between ------------------------------------------------------------------------------

WHAT = ("add before", "add during", "open", "rotate", "rotate and be killed", "rotate at the old server")
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(0, 5)), max_size=12)


def _refused(keys: Keyring) -> None:
    master_keys.refuse_missing_keys(keys, master_keys.survey(keys))
    master_keys.refuse_no_new_key(keys)


class Killed(BaseException):
    """The command ends without another word."""


@dataclass
class World:
    """An instance in the middle of a roll-out: some servers have both keys, some only the old one."""

    person: Person
    made: list[tuple[Actor, UUID]] = field(default_factory=list)
    promoted: bool = False

    def step(self, what: str, number: int) -> None:
        """One thing that can happen."""
        if what == "open":
            self.all_open(DURING)
        elif what.startswith("add"):
            self.add(BEFORE if what == "add before" else DURING)
        elif what == "rotate at the old server":
            with pytest.raises(Conflict):
                _refused(BEFORE)
        else:
            self.rotate(killed_after=number if what.endswith("killed") else None)

    def add(self, keys: Keyring) -> None:
        """A first key in a new workspace: it is kept, or refused in words; never sealed under a key on its way out."""
        if keys is BEFORE and self.promoted:
            with pytest.raises(Conflict, match="cannot be sealed"):
                keyed(self.person, keys)
            return
        self.made.append(keyed(self.person, keys))

    def rotate(self, killed_after: int | None) -> None:
        """The command, whole or until it has moved so many."""
        seen = 0

        def tell(done: Rotation) -> None:
            nonlocal seen
            seen += 1
            if killed_after is not None and seen > killed_after:
                raise Killed

        master_keys.refuse_missing_keys(DURING, master_keys.survey(DURING))
        master_keys.promote(NEW)
        self.promoted = True
        try:
            master_keys.rewrap_all(DURING, NEW, tell)
        except Killed:
            return
        assert master_keys.survey(DURING).elsewhere(NEW) == 0

    def all_open(self, keys: Keyring) -> None:
        """Every key that anybody was told is saved opens."""
        assert all(opened(keys, actor, key_id) == OPENAI_KEY for actor, key_id in self.made)


@given(steps=STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_key_is_lost_in_any_order_of_things(alice: Person, steps: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        world = World(alice)
        for what, number in steps:
            world.step(what, number)
            world.all_open(DURING)
        world.rotate(killed_after=None)
        world.all_open(AFTER)
        assert all(len(entries(actor)) <= 1 for actor, _ in world.made)
        transaction.set_rollback(True)


# --- At once --------------------------------------------------------------------------------------------------


def _in_threads(*acts: Callable[[], object]) -> list[object]:
    """Run all at once, each on a connection of its own; their results, or what they raised."""
    results: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            results[number] = act()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.usefixtures("committed")
def test_two_rotations_at_once_share_the_work(alice: Person) -> None:
    made = [keyed(alice, BEFORE) for _ in range(12)]
    master_keys.promote(NEW)
    results = _in_threads(*[lambda: master_keys.rewrap_all(DURING, NEW)] * 2)
    assert sum(done.rewrapped for done in results if isinstance(done, Rotation)) == 12, results
    assert all(len(entries(actor)) == 1 and opened(AFTER, actor, key_id) == OPENAI_KEY for actor, key_id in made)


@pytest.mark.usefixtures("committed")
def test_a_data_key_that_is_being_made_is_waited_for(alice: Person) -> None:
    """It was to be under the old key: the new one comes into use after its transaction, and then moves it too."""
    actor = another_workspace(alice)
    with with_workspace(actor.workspace_id):
        ensure_data_key(actor, BEFORE)
        thread = threading.Thread(target=_in_threads, args=(lambda: master_keys.promote(NEW),))
        thread.start()
        with psycopg.connect(environment.superuser_url(), autocommit=True) as watcher:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
            while watcher.execute(waiting).fetchone() != (1,):
                assert thread.is_alive()
        assert MasterKeyInUse.objects.get().master_id == OLD.id
    thread.join()
    assert MasterKeyInUse.objects.get().master_id == NEW.id
    assert master_keys.rewrap_all(DURING, NEW).rewrapped == 1


def test_making_a_key_takes_the_oldest_one_when_several_are_given(alice: Person, settings: Settings) -> None:
    settings.MASTER_KEYS = DURING
    with alice.inside():
        make_key(alice)
        assert DataKey.objects.get().master_id == OLD.id
