"""Tables are read by the modules that their declaration names: imports of models, and names of tables in SQL."""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.apps import apps

from promptassay.core.stored import Table, tables, tables_by_app
from tests.house.source import PACKAGE, modules

# These name tables without reading their rows, each with its reason.
NAMES_ONLY = {
    "core.rls": "which tables are global, and what the app role may do",
    "core.catalogue": "reads PostgreSQL's catalogue",
    "config.doctor_rights": "reads PostgreSQL's catalogue",
    "trust.private.retention": "says how long what is kept, from the declarations",
    "trust.canaries": "makes the rows of the canary workspaces, which are nobody's, and looks whether they are there",
    "trust.probes.addresses": "asks for the ids of the canaries' own rows, to put them into addresses",
    "trust.probes.traces": "counts rows in every table, whatever it is called",
}

ASKING = {"only", "values", "values_list", "F"}


def _module(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _may(module: str, readers: tuple[str, ...]) -> bool:
    return any(module == reader or module.startswith(f"{reader}.") for reader in readers)


@dataclass
class Reads:
    """What a module could get at tables by: classes imported from some `models`, attributes and arguments, strings,
    and those strings that a queryset is asked for.
    """

    models: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def of_table(self, table: Table) -> bool:
        """Whether the table's model is imported, or the table stands in a string, such as a statement."""
        return table.model in self.models or any(re.search(rf"\b{table.name}\b", text) for text in self.strings)

    def of_column(self, column: str) -> bool:
        """Whether a column is named, which no other thing is called like."""
        return column in self.attributes | self.asked or any(
            re.search(rf"\bSELECT\b.*\b{column}\b", text, re.DOTALL) for text in self.strings
        )


def reads_of(source: str) -> Reads:
    """What a module's source names."""
    found = Reads()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and "models" in (node.module or "").split("."):
            found.models |= {each.name for each in node.names}
        elif isinstance(node, ast.Attribute):
            found.attributes.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            found.attributes.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.strings.add(node.value)
        elif isinstance(node, ast.Call) and (node.func.attr if isinstance(node.func, ast.Attribute) else "") in ASKING:
            found.asked |= {str(each.value) for each in node.args if isinstance(each, ast.Constant)}
    return found


# A model's own module declares it; the registry itself speaks of every table.
MODULES = {
    _module(path): reads_of(path.read_text())
    for path in modules(PACKAGE)
    if path.stem != "data_classes" and _module(path).split(".")[1:2] != ["models"] and _module(path) not in NAMES_ONLY
}


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_a_table_is_read_by_those_it_names(table: Table) -> None:
    strangers = {name for name, reads in MODULES.items() if not _may(name, table.readers) and reads.of_table(table)}
    assert not strangers, f"name the module in the readers of {table.name}, or ask a query of its app"
    assert all(any(_may(name, (reader,)) for name in MODULES) for reader in table.readers), "a reader that is gone"


def test_a_secret_column_is_read_by_those_it_names() -> None:
    own = [(name, column) for table in tables() for name, column in table.columns.items() if column.readers]
    assert {name for name, _ in own} >= {"sealed", "wrapped"}
    for name, column in own:
        strangers = {who for who, reads in MODULES.items() if not _may(who, column.readers) and reads.of_column(name)}
        assert not strangers, f"{name} is a secret"


def test_declarations_name_the_models_that_there_are() -> None:
    """A model without its name in the declaration could be imported by anybody."""
    ours = {
        model._meta.db_table: model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("promptassay.")
    }
    declared = {table.name: table.model for table in tables()}
    assert {name: declared[name] for name in ours} == ours


def test_tables_are_declared_beside_their_models() -> None:
    names = [table.model for table in tables() if table.model]
    assert len(names) == len(set(names)), "imports are told apart by the model's name"
    for app, declared in tables_by_app().items():
        own = {model._meta.db_table for model in apps.get_app_config(app).get_models()}
        assert own <= {table.name for table in declared}, app


def test_a_reader_who_is_not_named_would_be_found() -> None:
    table = next(table for table in tables() if table.name == "evals_output")
    for source in (
        "from promptassay.evals.models import CellOutput",
        "SQL = 'SELECT output FROM evals_output'",
        "def f():\n    from promptassay.evals.models import CellOutput as X",
    ):
        assert reads_of(source).of_table(table), source
    assert not reads_of("from promptassay.evals.models import Run").of_table(table)
    assert not _may("prompts.queries", table.readers) and _may("evals.queries.results", table.readers)


def test_a_reader_of_a_secret_would_be_found() -> None:
    for source in ("key.sealed", "Key.objects.only('sealed')", "x = 'SELECT id, sealed FROM providers_key'"):
        assert reads_of(source).of_column("sealed"), source
    for source in ("Key.objects.defer('sealed')", "result = 'sealed'"):
        assert not reads_of(source).of_column("sealed"), source
