"""The chain shows every change: of a field, of the order, of what is missing or was put in."""

from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from promptassay.audit.chain import entry_hash, find_break
from promptassay.audit.models import Entry
from promptassay.audit.queries import verify
from promptassay.audit.services import record
from tests import environment
from tests.people import Person


def entries(alice: Person, count: int = 4) -> list[Entry]:
    with alice.inside():
        for number in range(count):
            record(alice.actor, "prompt.renamed", target=("prompt", uuid4()), data={"to": f"name {number} – ü"})
        return list(Entry.objects.order_by("number"))


def test_untouched_chain_holds(alice: Person) -> None:
    assert find_break(entries(alice)) is None


def _relabel(chain: list[Entry]) -> None:
    chain[2].actor_label = "somebody else"


def _redate(chain: list[Entry]) -> None:
    chain[2].at = chain[1].at


def _rewrite_data(chain: list[Entry]) -> None:
    chain[2].data = {"to": "innocent"}


def _rehash(chain: list[Entry]) -> None:
    chain[2].action = "prompt.deleted"
    chain[2].hash = entry_hash(chain[2])


def _remove(chain: list[Entry]) -> None:
    del chain[2]


def _cut_the_beginning(chain: list[Entry]) -> None:
    del chain[0]


def _swap(chain: list[Entry]) -> None:
    chain[2], chain[3] = chain[3], chain[2]


def _move_to_another_workspace(chain: list[Entry]) -> None:
    chain[2].workspace_id = uuid4()


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (_relabel, 3),
        (_redate, 3),
        (_rewrite_data, 3),
        (_rehash, 4),
        (_remove, 3),
        (_cut_the_beginning, 1),
        (_swap, 3),
        (_move_to_another_workspace, 3),
    ],
)
def test_every_change_is_found_where_it_was_made(
    alice: Person, change: Callable[[list[Entry]], None], number: int
) -> None:
    chain = entries(alice)
    change(chain)
    broken = find_break(chain)
    assert broken is not None
    assert broken.number == number
    assert broken.reason


def test_change_in_the_database_is_shown_on_the_page(committed: None, alice: Person) -> None:
    entries(alice)
    with psycopg.connect(environment.superuser_url(), autocommit=True) as owner:
        owner.execute("UPDATE audit_entry SET actor_label = 'somebody else' WHERE number = 2")
    with alice.inside():
        broken = verify()
    assert broken is not None
    assert broken.number == 2
    page = alice.post(alice.url("workspaces:audit-verify")).content.decode()
    assert "The chain does not hold at entry 2: its contents were changed" in page


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor_label = ''", "DELETE FROM audit_entry"])
def test_application_cannot_change_the_log(alice: Person, statement: str) -> None:
    with alice.inside():
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert verify() is None
