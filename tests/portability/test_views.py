"""An export holds every row of its workspace and nothing else, no secret, and says itself whether it is whole."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import psycopg
import pytest
from django.db import DatabaseError, connection

from promptassay.audit.queries import latest
from promptassay.core.catalogue import tenant_tables
from promptassay.core.stored import DataClass, tables
from promptassay.portability import exporting
from promptassay.portability.exporting import stream
from promptassay.portability.services import begin_export
from promptassay.portability.tables import Exported, exported_tables, rows_of
from promptassay.workspaces.permissions import Role
from tests import environment
from tests.estate import build, tenant_rows
from tests.people import Person
from tests.providers.factories import OPENAI_KEY, leaked

PAGE = "portability:export-show"
SECRETS = {
    (table.name, name)
    for table in tables()
    for name, column in table.columns.items()
    if column.kind is DataClass.SECRET
}


def export(person: Person) -> dict[str, bytes]:
    """The files of an export by their path, from the address that a browser posts to."""
    response = person.post(person.url(PAGE))
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/zip")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="promptassay-')
    with ZipFile(BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows_in(files: dict[str, bytes]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table by id."""
    return {
        path.removeprefix("tables/").removesuffix(".jsonl"): sorted(
            (json.loads(line) for line in data.splitlines()), key=lambda row: str(row["id"])
        )
        for path, data in files.items()
        if path.startswith("tables/")
    }


def without_secrets(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What the database holds, as an export may tell it."""
    return {
        table: [{name: value for name, value in row.items() if (table, name) not in SECRETS} for row in found]
        for table, found in rows.items()
    }


def test_an_export_holds_every_row_and_nothing_else(committed: None, alice: Person, bob: Person) -> None:
    build(alice, "alices-own")
    build(bob, "bobs-own")
    files = export(alice)
    stored = tenant_rows(alice.workspace.id)
    assert rows_in(files) == without_secrets(stored)
    assert all(stored[table] for table in ("prompts_version", "evals_output", "providers_key", "audit_entry"))
    whole = b"".join(files.values())
    assert b"alices-own" in whole
    strangers = {str(row["id"]) for rows in tenant_rows(bob.workspace.id).values() for row in rows}
    assert not [each for each in ("bobs-own", "bob@example.com", *strangers) if each.encode() in whole]


def test_an_export_holds_no_secret(committed: None, alice: Person) -> None:
    build(alice, "alices-own")
    whole = b"".join(export(alice).values()).decode()
    assert not leaked(OPENAI_KEY, whole)
    stored = tenant_rows(alice.workspace.id)
    values = {str(row[name]).removeprefix("\\x") for table, name in SECRETS if table in stored for row in stored[table]}
    assert len(values) >= 3 and not [each for each in values if len(each) > 4 and each in whole]


@pytest.mark.parametrize("sabotage", ["a table left out", "a secret let through", "a row of somebody else"])
def test_an_export_that_is_wrong_is_noticed(
    committed: None, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, sabotage: str
) -> None:
    """The tripwire: the comparison above fails as soon as the export is another than it should be."""
    build(alice, "alices-own")
    build(bob, "bobs-own")

    def changed() -> list[Exported]:
        found = [each for each in exported_tables() if sabotage != "a table left out" or each.name != "prompts_comment"]
        if sabotage == "a secret let through":
            found = [replace(each, columns=(*each.columns, *each.left_out)) for each in found]
        return found

    def rows(exported: Exported, workspace_id: UUID) -> Iterator[tuple[bytes, int]]:
        yield from rows_of(exported, workspace_id)
        if sabotage == "a row of somebody else" and exported.name == "prompts_tag":
            with bob.inside():
                yield from rows_of(exported, bob.workspace.id)

    monkeypatch.setattr(exporting, "exported_tables", changed)
    monkeypatch.setattr(exporting, "rows_of", rows)
    assert rows_in(export(alice)) != without_secrets(tenant_rows(alice.workspace.id))


def test_the_manifest_says_what_is_there(committed: None, alice: Person) -> None:
    build(alice, "alices-own")
    files = export(alice)
    manifest = json.loads(files["manifest.json"])
    assert (manifest["format"], manifest["version"]) == ("promptassay-workspace", 1)
    assert manifest["workspace"] == {"id": str(alice.workspace.id), "name": "alices-own workspace"}
    assert manifest["exported_by"] == "alice@example.com"
    told = {each["path"]: each for each in manifest["files"]}
    assert told.keys() == files.keys() - {"manifest.json"}
    for path, each in told.items():
        assert (each["sha256"], each["bytes"]) == (hashlib.sha256(files[path]).hexdigest(), len(files[path]))
        assert each["rows"] == (files[path].count(b"\n") if path.endswith(".jsonl") else 0)
    assert manifest["rows"] == sum(len(rows) for rows in tenant_rows(alice.workspace.id).values())
    left_out = {(each["table"], each["column"]) for each in manifest["left_out"]}
    assert left_out == {each for each in SECRETS if each[0] in rows_in(files)}
    columns = json.loads(files["columns.json"])
    assert {name: set(each["columns"]) for name, each in columns.items() if name == "prompts_tag"} == {
        "prompts_tag": set(rows_in(files)["prompts_tag"][0])
    }
    assert [json.loads(line)["email"] for line in files["people.jsonl"].splitlines()] == ["alice@example.com"]


@pytest.mark.django_db
def test_every_table_comes_before_those_that_it_refers_to() -> None:
    with connection.cursor() as cursor:
        expected = set(tenant_tables(cursor))
    order = [each.name for each in exported_tables()]
    assert set(order) == expected and len(order) == len(expected)
    for child, parent in (
        ("evals_output", "evals_cell"),
        ("evals_case", "evals_suite"),
        ("prompts_tag", "workspaces_workspace"),
    ):
        assert order.index(child) < order.index(parent)


def test_a_column_that_nobody_classed_does_not_leave(committed: None, alice: Person) -> None:
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute("ALTER TABLE workspaces_membership ADD COLUMN note text DEFAULT 'a secret by hand'")
        try:
            files = export(alice)
        finally:
            superuser.execute("ALTER TABLE workspaces_membership DROP COLUMN note")
    assert b"a secret by hand" not in b"".join(files.values())
    assert [each["column"] for each in json.loads(files["manifest.json"])["left_out"] if "no data class" in each["why"]]


def test_it_leaves_in_pieces_and_whoever_goes_away_frees_the_database(
    committed: None, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(alice, "alices-own")
    monkeypatch.setattr(exporting, "CHUNK", 1)
    with alice.inside():
        order = begin_export(alice.actor, workspace_name=alice.workspace.name)

    async def leave() -> int:
        pieces = stream(order)
        first = await anext(pieces)
        inside = _open_transactions()
        await pieces.aclose()  # type: ignore[attr-defined]
        for _ in range(200):
            if not _open_transactions():
                break
            await asyncio.sleep(0.01)
        assert first.startswith(b"PK") and inside == 1 and not exporting._under_way
        return _open_transactions()

    assert asyncio.run(leave()) == 0


def test_whoever_stops_taking_it_loses_it(committed: None, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    build(alice, "alices-own")
    monkeypatch.setattr(exporting, "CHUNK", 1)
    monkeypatch.setattr(exporting, "_PATIENCE", exporting._PATIENCE.replace("60s", "50ms"))
    with alice.inside():
        order = begin_export(alice.actor, workspace_name=alice.workspace.name)

    async def dawdle() -> None:
        async for _ in stream(order):
            await asyncio.sleep(0.2)

    with pytest.raises(DatabaseError):
        asyncio.run(dawdle())
    assert _open_transactions() == 0


def _open_transactions() -> int:
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        row = superuser.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
        ).fetchone()
    assert row
    return int(row[0])


def test_a_process_makes_a_few_at_a_time(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    response = alice.post(alice.url(PAGE))
    assert response.status_code == 409 and "Several exports are being made" in response.content.decode()
    with alice.inside():
        assert "workspace.exported" not in {entry.action for entry in latest()}


def test_owners_and_admins_export_and_the_log_says_so(committed: None, alice: Person, bob: Person) -> None:
    admin = bob.join(alice, Role.ADMIN)
    assert "Download everything" in admin.get(admin.url(PAGE)).content.decode()
    log = rows_in(export(admin))["audit_entry"]
    with alice.inside():
        entry = latest(1)[0]
    assert (entry.action, entry.actor_label) == ("workspace.exported", "bob@example.com")
    # The entry is in the export itself: the chain in it can be checked to its end.
    assert str(entry.id) in {row["id"] for row in log}


def test_members_are_refused_and_strangers_find_nothing(alice: Person, bob: Person, anonymous: Person) -> None:
    stranger, path = bob, alice.url(PAGE)
    assert stranger.get(path).status_code == stranger.post(path).status_code == 404
    assert anonymous.get(path).status_code == anonymous.post(path).status_code == 302
    assert alice.client.put(path).status_code == 405
    member = bob.join(alice, Role.MEMBER)
    assert "workspace.export" in member.post(path).content.decode() and member.get(path).status_code == 403
    assert path not in member.get(member.url("private:workspace-show")).content.decode()
    for page in ("private:workspace-show", "workspaces:settings-show"):
        assert path in alice.get(alice.url(page)).content.decode()
