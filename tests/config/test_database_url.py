"""PostgreSQL addresses: what goes in comes out, and a refusal never repeats a password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.config.database_url import DatabaseUrlError, parse_database_url, socket_url
from promptassay.core.secret import Secret

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


@given(user=_TEXT, password=_TEXT, directory=_TEXT, database=_TEXT)
def test_any_name_and_password_survive(user: str, password: str, directory: str, database: str) -> None:
    found = parse_database_url(socket_url(user, Secret(password), f"/{directory}", database))
    assert (found["USER"], found["PASSWORD"]) == (user, password)
    assert (found["HOST"], found["NAME"], found["PORT"]) == (f"/{directory}", database, "5432")


def test_options_of_the_driver_are_kept() -> None:
    found = parse_database_url("postgres://u:p@db.example.com:6432/d?sslmode=verify-full&sslrootcert=%2Fca.pem")
    assert found["HOST"] == "db.example.com" and found["PORT"] == "6432"
    assert found["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hunter2@db/d",
        "hunter2",
        "postgresql://u:hunter2@db",
        "postgresql://:hunter2@db/d",
        "postgresql://u:hunter2@db/d?nonsense=1",
        "postgresql://u:hunter2@db:port:5/d",
    ],
)
def test_an_unfit_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as caught:
        parse_database_url(url, setting="DATABASE_OWNER_URL")
    assert "DATABASE_OWNER_URL" in caught.value.message
    assert "hunter2" not in str(caught.value) and "hunter2" not in repr(caught.value.__cause__)
