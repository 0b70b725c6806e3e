"""What the tests of the ground floor share."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests import environment


@pytest.fixture
def superuser() -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """A superuser's cursor in a transaction that is always rolled back."""
    with psycopg.connect(environment.superuser_url()) as connection:
        try:
            yield connection.cursor()
        finally:
            connection.rollback()
