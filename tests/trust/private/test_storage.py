"""The sums of what is stored are the database's own, for one workspace, whatever else is there."""

import psycopg
import pytest

from promptassay.core.stored import DataClass
from promptassay.core.stored import tables as declared
from promptassay.trust.private import storage
from promptassay.trust.private.storage import measure, storage_of
from tests import environment
from tests.estate import build, tenant_rows
from tests.people import Person


def test_sums_equal_the_databases(committed: None, alice: Person, bob: Person) -> None:
    build(alice, "alices")
    build(bob, "bobs-own")
    with alice.inside():
        found = measure(alice.workspace.id)
    rows = tenant_rows(alice.workspace.id)
    assert {each.table.name: each.rows for each in found.tables} == {name: len(each) for name, each in rows.items()}
    expected = dict.fromkeys(DataClass, 0)
    with psycopg.connect(environment.superuser_url()) as superuser:
        for table in declared():
            if table.name in rows:
                own = "id" if table.name == "workspaces_workspace" else "workspace_id"
                for name, column in table.columns.items():
                    size = f'SELECT coalesce(sum(pg_column_size("{name}")), 0) FROM {table.name} WHERE {own} = %s'
                    row = superuser.execute(size, [alice.workspace.id]).fetchone()
                    assert row is not None
                    expected[column.kind] += row[0]
    assert {each.kind: each.bytes for each in found.classes} == {kind: size for kind, size in expected.items() if size}
    assert found.bytes == sum(expected.values()) and found.unclassed == 0
    outputs = next(each for each in found.classes if each.kind is DataClass.OUTPUT)
    assert outputs.rows == len(rows["evals_output"])


def test_a_column_added_by_hand_has_no_class(committed: None, alice: Person) -> None:
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute("ALTER TABLE workspaces_membership ADD COLUMN note text DEFAULT 'a note by hand'")
        try:
            with alice.inside():
                assert measure(alice.workspace.id).unclassed == len("a note by hand") + 1
        finally:
            superuser.execute("ALTER TABLE workspaces_membership DROP COLUMN note")


def test_a_measurement_holds_for_a_minute(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_measured", type(storage._measured)())
    with alice.inside():
        first = storage_of(alice.workspace.id)
        assert storage_of(alice.workspace.id) is first
        monkeypatch.setattr(storage, "HOLDS", storage.HOLDS * 0)
        monkeypatch.setattr(storage, "TIMES", 1_000_000)
        assert storage_of(alice.workspace.id) is first
        monkeypatch.setattr(storage, "TIMES", 0)
        assert storage_of(alice.workspace.id) is not first
