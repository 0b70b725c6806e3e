"""Mentions: members by address or by the unmistakable part before its @, kept as ids, shown as they are called now."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from promptassay.prompts.mentions import GONE, as_typed, find_mentions, mentioned, pieces
from promptassay.workspaces.permissions import Role
from promptassay.workspaces.queries import Member

ADA, BOB, BOBBY, OTHER = (UUID(int=number) for number in range(1, 5))
PEOPLE = [
    Member(key, email, Role.MEMBER, datetime(2026, 1, 1, tzinfo=UTC))
    for key, email in (
        (ADA, "ada@example.com"),
        (BOB, "bob@example.com"),
        (BOBBY, "bobby.tables+x@example.org"),
        (OTHER, "bob@example.org"),
    )
]
EMAILS = {member.user_id: member.email for member in PEOPLE}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@ada@example.com", [ADA]),
        ("Look, @Ada@Example.com, please.", [ADA]),
        ("(@ada@example.com)", [ADA]),
        ("@ada", [ADA]),
        ("@ada's words", []),
        ("Is it so, @ada?", [ADA]),
        ("@ada@example.com.", [ADA]),
        ("@bob", []),  # two are called that
        ("@bob@example.org @bob@example.com", [OTHER, BOB]),
        ("@bobby.tables+x@example.org!", [BOBBY]),
        ("write to ada@example.com", []),
        ("@stranger@example.com", []),
        ("@@ada", []),
        ("@", []),
        ("@ada@example.com @ada@example.com", [ADA, ADA]),
        ("文@ada and\n@ada", [ADA]),
    ],
)
def test_who_is_named(body: str, named: list[UUID]) -> None:
    found = find_mentions(body, PEOPLE)
    assert [UUID(each["user_id"]) for each in found] == named
    assert all(body[each["at"]] == "@" and each["length"] > 1 for each in found)
    assert mentioned(found) == set(named)


def test_a_mention_is_shown_with_the_address_of_now() -> None:
    body = "Ask @ada, not @bob@example.com."
    found = find_mentions(body, PEOPLE)
    shown = pieces(body, found, EMAILS | {ADA: "ada@new.example"})
    assert "".join(piece.text for piece in shown) == "Ask @ada@new.example, not @bob@example.com."
    assert [piece.text for piece in shown if piece.mention] == ["@ada@new.example", "@bob@example.com"]
    assert as_typed(body, found, {}) == f"Ask @{GONE}, not @{GONE}."


def test_it_takes_time_in_proportion() -> None:
    body = "@a@b@c " * 20_000 + "@" * 50_000 + "a." * 50_000
    assert find_mentions(body, PEOPLE) == []
