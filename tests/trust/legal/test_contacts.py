"""security.txt keeps to RFC 9116; an address that nobody set is not made up."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from promptassay.trust.legal import contacts
from promptassay.trust.legal.operator import Operator
from tests.people import Person
from tests.trust.legal.conftest import OPERATOR

FILE, PAGE = "/.well-known/security.txt", "/trust/contacts"


def _fields(text: str) -> dict[str, str]:
    """Strictly: each line is one field, none is repeated, the file ends with a line feed."""
    assert text.endswith("\n") and "\r" not in text
    pairs = [line.split(": ", 1) for line in text.splitlines()]
    assert len({name for name, _ in pairs}) == len(pairs)
    return {name: value for name, value in pairs}  # noqa: C416 - the pairs are lists


@pytest.mark.parametrize("day", [datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, tzinfo=UTC)])
def test_the_file_names_an_address_and_expires_in_time(operator: Operator, day: datetime) -> None:
    fields = _fields(contacts.security_txt(day))
    assert fields["Contact"] == "mailto:security@northwind-assay.test"
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=30) <= expires - day <= timedelta(days=365)
    assert fields["Canonical"].endswith(FILE) and fields["Policy"].endswith("/legal/disclosure")


def test_it_is_served_as_plain_text(operator: Operator, anonymous: Person) -> None:
    response = anonymous.get(FILE)
    assert response.status_code == 200 and response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert _fields(response.content.decode())["Contact"]
    assert anonymous.post(FILE).status_code == 405


def test_without_an_address_there_are_words_and_no_file(nobody: None, anonymous: Person) -> None:
    response = anonymous.get(FILE)
    assert response.status_code == 404 and b"PROMPTASSAY_SECURITY_CONTACT" in response.content
    assert b"Contact:" not in response.content
    page = anonymous.get(PAGE).content.decode()
    assert page.count("◆ not configured") == 2 and "mailto:" not in page
    assert [each["uri"] for each in anonymous.get(f"{PAGE}.json").json()["contacts"]] == [None, None]


def test_a_placeholder_is_no_address(settings: Settings, anonymous: Person) -> None:
    settings.OPERATOR = Operator(security_contact="security@example.com")
    assert anonymous.get(FILE).status_code == 404


def test_the_page_shows_what_is_set(operator: Operator, anonymous: Person, alice: Person) -> None:
    for who in (anonymous, alice):
        page = who.get(PAGE).content.decode()
        assert f"mailto:{OPERATOR.security_contact}" in page and "/legal/disclosure" in page
    assert anonymous.post(PAGE).status_code == 405


def test_without_a_published_policy_the_file_names_none(settings: Settings) -> None:
    settings.OPERATOR = Operator(security_contact="https://northwind.test/report")
    assert "Policy" not in _fields(contacts.security_txt())
