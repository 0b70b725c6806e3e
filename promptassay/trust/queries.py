"""What is stored, as the page and its JSON tell it: the declarations, and what the live database says of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, connection

from promptassay import __version__
from promptassay.core import stored
from promptassay.core.stored import MEANING, Column, DataClass, Table

# How long a look at the live database holds: the page is public.
LOOK_FOR: Final = timedelta(seconds=60)
_AREAS: Final = {
    "prompts": "Prompts",
    "fragments": "Fragments",
    "evals": "Suites and runs",
    "assist": "Panels",
    "providers": "Provider keys",
    "usage": "Usage",
    "workspaces": "Workspaces",
    "accounts": "People",
    "audit": "Audit log",
    "trust": "Status",
    "core": "Queue and frame",
}


@dataclass(frozen=True)
class Stored:
    """One column with its name."""

    name: str
    column: Column


@dataclass(frozen=True)
class Shown:
    """A table with the columns to show: those that say something by themselves, and those that hold rows together."""

    table: Table
    telling: list[Stored]
    structure: list[Stored]


@dataclass(frozen=True)
class Area:
    """The tables of one part of the product."""

    id: str
    title: str
    tables: list[Shown] = field(default_factory=list)


@dataclass(frozen=True)
class Count:
    """A class of data, what it means, and how many columns are of it."""

    kind: DataClass
    id: str
    meaning: str
    columns: int


@dataclass(frozen=True)
class Look:
    """What the live database holds: its columns, and how many of them no declaration classes."""

    at: datetime
    columns: int
    unclassed: int


def areas(only: DataClass | None = None) -> list[Area]:
    """The tables by part of the product, those nearest to people's work first; `only` leaves one class of columns."""
    found = []
    declared = stored.tables_by_app()
    for app in sorted(declared, key=lambda app: [*_AREAS, app].index(app)):
        shown = [_shown(table, only) for table in declared[app]]
        kept = [each for each in shown if each.telling or each.structure]
        if kept:
            found.append(Area(app, _AREAS.get(app, app.capitalize()), kept))
    return found


def counts() -> list[Count]:
    """Every class, with the number of its columns."""
    columns = [column for table in stored.tables() for column in table.columns.values()]
    return [
        Count(kind, kind.name.lower(), MEANING[kind], number) for kind, number in stored.count_by_class(columns).items()
    ]


def class_named(name: str) -> DataClass | None:
    """The class that an address names, or None."""
    return next((kind for kind in DataClass if kind.name.lower() == name), None)


def output_tables() -> list[Table]:
    """The tables that hold answers of models."""
    return [
        table for table in stored.tables() if any(column.kind is DataClass.OUTPUT for column in table.columns.values())
    ]


_last: Look | None = None


def look() -> Look | None:
    """What the live database holds, at most a minute old; None when it does not answer."""
    global _last
    now = datetime.now(UTC)
    if _last is None or now - _last.at >= LOOK_FOR:
        try:
            with connection.cursor() as cursor:
                _last = Look(now, len(stored.stored_columns(cursor)), len(stored.unclassed(cursor)))
        except DatabaseError:
            return None
    return _last


def as_json() -> dict[str, Any]:
    """Everything on the page, for programs."""
    seen = look()
    return {
        "version": __version__,
        "classes": [
            {"id": each.id, "name": each.kind.value, "meaning": each.meaning, "columns": each.columns}
            for each in counts()
        ],
        "tables": [_table_json(table) for table in stored.tables()],
        "database": seen and {"at": seen.at, "columns": seen.columns, "unclassed": seen.unclassed},
    }


def _shown(table: Table, only: DataClass | None) -> Shown:
    columns = [Stored(*pair) for pair in table.columns.items() if only in (None, pair[1].kind)]
    plain = [each for each in columns if each.column.kind is DataClass.STRUCTURE and not each.column.holds]
    return Shown(table, [each for each in columns if each not in plain], plain)


def _table_json(table: Table) -> dict[str, Any]:
    return {
        "table": table.name,
        "title": table.title,
        "purpose": table.purpose,
        "kept": table.kept,
        "readers": [f"promptassay.{reader}" for reader in table.readers],
        "columns": list(_columns_json(table)),
    }


def _columns_json(table: Table) -> Iterator[dict[str, Any]]:
    for name, column in table.columns.items():
        yield {
            "column": name,
            "class": column.kind.value,
            "purpose": column.purpose,
            "kept": column.kept or table.kept,
            "readers": [f"promptassay.{reader}" for reader in column.readers or table.readers],
            "holds": dict(column.holds),
        }
