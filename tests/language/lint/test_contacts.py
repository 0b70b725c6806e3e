"""Addresses and numbers: those of people are found, those of desks, examples and films are not."""

import pytest

from promptassay.language.lint.contacts import find_emails, find_phones, is_personal


def at(local: str, domain: str) -> str:
    """An address that stands in no file."""
    return f"{local}@{domain}"


PEOPLE = [("maren.holt", "lindenau-werke.de"), ("p.o_neill+x", "mail.harbour.co.uk"), ("k", "q-firm.io")]


@pytest.mark.parametrize(("local", "domain"), PEOPLE)
def test_addresses_of_people_are_found(local: str, domain: str) -> None:
    address = at(local, domain)
    for text in (f"Ask {address}.", f"<{address}>", f"mailto:{address}"):
        assert [text[hit.start : hit.end] for hit in find_emails(text)] == [address]


@pytest.mark.parametrize(
    "text",
    [
        "jo@example.com",
        "jo@mail.example.org",
        "jo@shop.test",
        "jo@company.com",
        "support@harbour.co.uk",
        "jane.doe@harbour.co.uk",
        "your.name@harbour.co.uk",
        "info+x@harbour.co.uk",
        "a@b",
        "@handle",
        "pkg@1.2.3",
        "x@y.z1",
        "git@github.com",
    ],
)
def test_addresses_of_nobody_are_not(text: str) -> None:
    assert not list(find_emails(f"See {text} here"))


def test_a_person_is_neither_desk_nor_example() -> None:
    assert is_personal("maren", "lindenau.de")
    assert not is_personal("maren", "lindenau.invalid")
    assert not is_personal("sales", "lindenau.de")


@pytest.mark.parametrize(
    "number",
    [
        "+49 341 " + "5582 917",
        "+44 (0)161 " + "221 9083",
        "+1-212-" + "736-4098",
        "(212) " + "736-4098",
        "212-" + "736-4098",
        "1 212." + "736.4098",
    ],
)
def test_phone_numbers_are_found(number: str) -> None:
    text = f"Call {number}, now"
    assert [text[hit.start : hit.end] for hit in find_phones(text)] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "555-0142",
        "(212) 555-0142",
        "+1 212 555 0147",
        "+12125550147",
        "1-800-356-9377",
        "123-456-7890",
        "+44 20 7946 0991",
        "+44 7700 900123",
        "+49 30 23125 123",
        "2026-03-04",
        "12:30-14:00",
        "978-3-16-148410-0",
        "192.168.100.2000",
        "+1",
        "+1000000",
        "3.141.592.6535",
        "000-000-0000",
        "x212-736-4098",
    ],
)
def test_numbers_of_nobody_are_not(text: str) -> None:
    assert not list(find_phones(f"See {text} here"))
