"""Every stored column is classed, and the sweep over PostgreSQL's catalogue notices when one is not."""

from typing import Any

import psycopg
import pytest

from promptassay.core import stored
from promptassay.core.stored import Column, DataClass, problems, stored_columns, tables, unclassed, undeclared_keys
from promptassay.evals.models import CellOutput
from tests import gates
from tests.estate import build, tenant_rows
from tests.evals.factories import finish_run, make_run
from tests.people import Person

Super = psycopg.Cursor[tuple[Any, ...]]


def test_every_column_is_classed_and_every_class_has_its_column(superuser: Super) -> None:
    assert problems(superuser) == []
    gates.tried("columns", len(stored_columns(superuser)))
    assert len(stored_columns(superuser)) == sum(len(table.columns) for table in tables()) >= 401


def test_declarations_say_what_a_person_wants_to_know() -> None:
    names = [table.name for table in tables()]
    assert len(names) == len(set(names))
    for table in tables():
        assert table.title and table.kept and table.purpose.endswith("."), table.name
        assert all(column.purpose for column in table.columns.values()), table.name
    assert set(stored.MEANING) == set(DataClass)


def test_answers_of_models_are_kept_in_one_table() -> None:
    places = {table.name for table in tables() for column in table.columns.values() if column.kind is DataClass.OUTPUT}
    assert places == {CellOutput._meta.db_table}


def test_json_holds_what_its_declaration_names(committed: None, alice: Person) -> None:
    estate = build(alice, "mark")
    with alice.inside():
        finish_run(make_run(alice.actor, estate.suite), {}, output="answer")
    rows = tenant_rows(alice.workspace.id)
    looked = 0
    for table in tables():
        for row in rows.get(table.name, []):
            for name, column in table.columns.items():
                if column.holds:
                    looked += 1
                    assert undeclared_keys(column, row[name]) == set(), f"{table.name}.{name}"
    assert looked > 50


def test_a_key_that_is_not_named_is_noticed() -> None:
    column = Column(DataClass.CONTENT, "x", {"role": "who"})
    assert undeclared_keys(column, [{"role": "user"}, {"role": "user", "answer": "x"}]) == {"answer"}
    assert undeclared_keys(column, {"answer": 1}) == {"answer"}
    assert undeclared_keys(column, None) == set()


SABOTAGE = {
    "a column without a class": (
        "ALTER TABLE usage_modelcall ADD COLUMN answer text",
        "the column usage_modelcall.answer has no data class",
    ),
    "a table without a class": (
        "CREATE TABLE diary (words text)",
        "the column diary.words has no data class",
    ),
    "a table in our other schema": (
        "CREATE TABLE tenancy.diary (words text)",
        "the column diary.words has no data class",
    ),
    "a stored view": (
        "CREATE MATERIALIZED VIEW answers AS SELECT output FROM evals_output",
        "the column answers.output has no data class",
    ),
    "a column that went": (
        "ALTER TABLE prompts_prompt DROP COLUMN intent",
        "the column prompts_prompt.intent has a data class but does not exist",
    ),
    "JSON in a column that says nothing of it": (
        "ALTER TABLE prompts_prompt ALTER COLUMN intent TYPE jsonb USING to_jsonb(intent)",
        "the column prompts_prompt.intent holds JSON but does not name what is inside",
    ),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_each_gap_is_noticed(superuser: Super, name: str) -> None:
    statement, sentence = SABOTAGE[name]
    superuser.execute(statement)
    assert problems(superuser) == [sentence]
    assert bool(unclassed(superuser)) == ("no data class" in sentence)
