"""Django's PostgreSQL backend with a short way for the few statements that every request asks."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import BinaryField, Field, JSONField, Model

M = TypeVar("M", bound=Model)


def first_row(statement: str, values: Sequence[object] = ()) -> tuple[str | None, ...] | None:
    """`DatabaseWrapper.first_row` of this thread's connection: the first row as text, or None."""
    found = connection.first_row(statement, values)  # type: ignore[attr-defined]
    return cast("tuple[str | None, ...] | None", found)


def row_as(model: type[M], fields: "Sequence[Field[Any, Any]]", texts: Sequence[str | None]) -> M:
    """A stored object from the texts of its columns; fields that are left out load when they are asked for."""
    values = [_decoded(field, text) for field, text in zip(fields, texts, strict=True)]
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def _decoded(field: "Field[Any, Any]", text: str | None) -> Any:
    if text is None:
        return None
    if isinstance(field, BinaryField):
        return bytes.fromhex(text.removeprefix("\\x"))
    if isinstance(field, JSONField):
        return json.loads(text)
    return field.to_python(text)
