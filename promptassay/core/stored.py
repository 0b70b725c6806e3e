"""What is stored: the class, the purpose and the readers of every column, and whether the database agrees.

Each app declares its tables beside its models, in `data_classes.py`. The build compares the declarations with
PostgreSQL's own catalogue and with the product's source; `promptassay doctor` and the page “What we store” ask
the live database the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, partial
from importlib import import_module
from typing import Any, Final

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from promptassay.core.catalogue import Cursor, tenant_tables


class DataClass(StrEnum):
    """What kind of thing a column holds. A column that holds several is of the class that stands first here."""

    SECRET = "secret"  # noqa: S105 - a word
    OUTPUT = "provider output"
    CONTENT = "content"
    IDENTITY = "identity"
    BILLING = "billing"
    TELEMETRY = "telemetry"
    STRUCTURE = "structure"


MEANING: Final[dict[DataClass, str]] = {
    DataClass.SECRET: "What opens something: provider keys and data keys, encrypted; passwords, hashed; sessions.",
    DataClass.OUTPUT: "What a model answered, and what was said of that answer.",
    DataClass.CONTENT: "What people write: prompts, values of variables, notes, and the names they give to things.",
    DataClass.IDENTITY: "Who somebody is and from where they came: addresses of mail and network, devices, roles.",
    DataClass.BILLING: "What is paid for, by whom and how.",
    DataClass.TELEMETRY: "Counts and measures of what happened: calls, tokens, cost, durations, verdicts, hosts.",
    DataClass.STRUCTURE: "What holds rows together: ids, references, order, states, dates, choices from a fixed list.",
}


@dataclass(frozen=True)
class Column:
    """One stored column. `holds` names what is inside a JSON value, by key; `*` stands for keys that people choose, and
    `[]` for the items of a list.

    `kept` and `readers` say where the column differs from its table.
    """

    kind: DataClass
    purpose: str
    holds: Mapping[str, str] = field(default_factory=dict)
    kept: str = ""
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: what it is for, how long its rows are kept, and the modules that may read it, each by its path
    below `promptassay` and with everything under it. `model` is the name of its class, empty where we import none.
    """

    name: str
    title: str
    purpose: str
    kept: str
    readers: tuple[str, ...]
    columns: Mapping[str, Column]
    model: str = ""


secret = partial(Column, DataClass.SECRET)
output = partial(Column, DataClass.OUTPUT)
content = partial(Column, DataClass.CONTENT)
identity = partial(Column, DataClass.IDENTITY)
billing = partial(Column, DataClass.BILLING)
telemetry = partial(Column, DataClass.TELEMETRY)
structure = partial(Column, DataClass.STRUCTURE)

# The columns that every row of a workspace has.
ROW: Final = {
    "id": structure("the row's own id"),
    "workspace_id": structure("the workspace it belongs to; the database shows the row to no other"),
}


@cache
def tables_by_app() -> dict[str, tuple[Table, ...]]:
    """The declared tables of each app that has any, in the order in which the apps are installed."""
    return {
        config.label: import_module(f"{config.name}.data_classes").TABLES
        for config in apps.get_app_configs()
        if config.module is not None and module_has_submodule(config.module, "data_classes")
    }


def tables() -> list[Table]:
    """Every declared table, app by app."""
    return [table for declared in tables_by_app().values() for table in declared]


_COLUMNS = """
SELECT c.relname, a.attname, a.atttypid IN ('json'::regtype, 'jsonb'::regtype)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'tenancy') AND c.relkind IN ('r', 'p', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, a.attnum
"""


def stored_columns(cursor: Cursor) -> dict[tuple[str, str], bool]:
    """Every column of the database by table and name, and whether it holds JSON; tables of extensions left out."""
    cursor.execute(_COLUMNS)
    return {(table, column): is_json for table, column, is_json in cursor.fetchall()}


def tenant_columns(cursor: Cursor) -> dict[str, list[str]]:
    """The columns of each table that holds rows of workspaces, by its name."""
    columns: dict[str, list[str]] = {name: [] for name in tenant_tables(cursor)}
    for table, column in stored_columns(cursor):
        if table in columns:
            columns[table].append(column)
    return columns


def owner_of(columns: Collection[str]) -> str:
    """Which of such a table's columns names the workspace: in the table of workspaces it is the id."""
    return "workspace_id" if "workspace_id" in columns else "id"


def unclassed(cursor: Cursor) -> list[str]:
    """The columns of the database that no declaration classes, as `table.column`."""
    return [f"{table}.{column}" for table, column in stored_columns(cursor) if (table, column) not in _declared()]


def problems(cursor: Cursor) -> list[str]:
    """Everything in which declarations and database differ, as sentences; an empty list is the proof."""
    stored, declared = stored_columns(cursor), _declared()
    found = [f"the column {name} has no data class" for name in unclassed(cursor)]
    for place, column in declared.items():
        name = ".".join(place)
        if place not in stored:
            found.append(f"the column {name} has a data class but does not exist")
        elif stored[place] and not column.holds:
            found.append(f"the column {name} holds JSON but does not name what is inside")
    return found


def undeclared_keys(column: Column, value: Any) -> set[str]:
    """The keys of a JSON value, or of the objects in its list, that the column's declaration does not name."""
    objects = value if isinstance(value, list) else [value]
    keys = {key for each in objects if isinstance(each, dict) for key in each}
    return set() if "*" in column.holds else keys - column.holds.keys()


def count_by_class(columns: Sequence[Column]) -> dict[DataClass, int]:
    """How many columns there are of each class, classes without one included."""
    return {kind: sum(column.kind is kind for column in columns) for kind in DataClass}


@cache
def _declared() -> dict[tuple[str, str], Column]:
    return {(table.name, name): column for table in tables() for name, column in table.columns.items()}
