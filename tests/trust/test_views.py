"""The page that tells what is stored, and its JSON: for everybody, complete, and honest about the live database."""

import re
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError

from promptassay.core import stored
from promptassay.core.stored import DataClass, tables
from promptassay.trust import queries
from tests import environment
from tests.people import Person

PAGE, JSON = "/trust/data", "/trust/data.json"


@pytest.fixture(autouse=True)
def _look_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_last", None)


def test_page_shows_every_column_to_everybody(anonymous: Person, alice: Person) -> None:
    for who in (anonymous, alice):
        page = who.get(PAGE).content.decode()
        for table in tables():
            assert f'id="{table.name}"' in page
            assert all(f"<code>{name}</code>" in page for name in table.columns), table.name
    assert "● complete" in page and "no class" not in page
    assert "style=" not in page and "evals.engine.cells" in page


def test_page_of_one_class_shows_no_other(anonymous: Person) -> None:
    page = anonymous.get(f"{PAGE}?class=output").content.decode()
    assert "evals_output" in page and 'id="prompts_prompt"' not in page
    assert set(re.findall(r'<span class="chip[^"]*">([a-z ]+)</span>', page)) == {
        "provider output",
        "provider output only",
    }
    assert anonymous.get(f"{PAGE}?class=nothing").content.decode().count("<article") == len(tables())
    assert "None here" in anonymous.get(f"{PAGE}?class=billing").content.decode()


def test_json_holds_the_same(anonymous: Person) -> None:
    told = anonymous.get(JSON).json()
    columns = [(each["table"], column["column"]) for each in told["tables"] for column in each["columns"]]
    assert columns == [(table.name, name) for table in tables() for name in table.columns]
    assert told["database"]["columns"] == len(columns) and told["database"]["unclassed"] == 0
    assert {each["name"] for each in told["classes"]} == set(DataClass)
    sealed = next(c for t in told["tables"] for c in t["columns"] if c["column"] == "sealed")
    assert sealed["class"] == "secret" and "promptassay.providers.services" in sealed["readers"]


def test_other_methods_are_refused(anonymous: Person) -> None:
    for path in (PAGE, JSON):
        assert anonymous.post(path).status_code == 405


def test_a_column_added_by_hand_is_told_without_its_name(committed: None, anonymous: Person) -> None:
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute("ALTER TABLE usage_modelcall ADD COLUMN secret_plan text")
        try:
            page = anonymous.get(PAGE).content.decode()
        finally:
            superuser.execute("ALTER TABLE usage_modelcall DROP COLUMN secret_plan")
    assert "no class" in page and "● complete" not in page and "secret_plan" not in page


def test_the_page_reads_while_the_database_is_away(anonymous: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(stored, "stored_columns", away)
    page = anonymous.get(PAGE).content.decode()
    assert "◆ not looked at" in page and "evals_output" in page


def test_pages_lead_there(anonymous: Person, alice: Person) -> None:
    assert PAGE in anonymous.get("/accounts/login/").content.decode()
    assert PAGE in alice.get(alice.url("workspaces:settings-show")).content.decode()
