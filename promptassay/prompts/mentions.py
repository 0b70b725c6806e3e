"""Mentions in a comment: which members it names, kept as their ids, and the comment as it is read and edited."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from promptassay.workspaces.queries import Member

GONE: Final = "somebody who left"
# An @ that is no part of a word, and what follows: an address, or its part before the second @.
_MENTION: Final = re.compile(r"(?<![\w.@+-])@([^\s@,;:()<>\[\]{}\"“”]+(?:@[^\s@,;:()<>\[\]{}\"“”]+)?)")
_TRAILING: Final = ".-!?'’*_"


@dataclass(frozen=True)
class Piece:
    """A stretch of a comment; `mention` says that it names a member."""

    text: str
    mention: bool = False


def find_mentions(body: str, members: Iterable[Member]) -> list[dict[str, Any]]:
    """The stretches of a text that name members: `@` and an address, or the part before its @ if no other has it.

    Returns `[{at, length, user_id}]` in order; offsets in code points, the @ included.
    """
    people = list(members)
    known = {member.email: member.user_id for member in people}
    short = Counter(member.email.partition("@")[0] for member in people)
    known |= {name: member.user_id for member in people if short[name := member.email.partition("@")[0]] == 1}
    found = []
    for match in _MENTION.finditer(body):
        name = match[1]
        while name and name.lower() not in known and name[-1] in _TRAILING:
            name = name[:-1]
        if user_id := known.get(name.lower()):
            found.append({"at": match.start(), "length": len(name) + 1, "user_id": str(user_id)})
    return found


def mentioned(mentions: Iterable[Mapping[str, Any]]) -> set[UUID]:
    """Who is named."""
    return {UUID(each["user_id"]) for each in mentions}


def pieces(body: str, mentions: Iterable[Mapping[str, Any]], emails: Mapping[UUID, str]) -> list[Piece]:
    """A comment in pieces, its mentions with the addresses that people have now."""
    return [Piece(text, mention) for text, mention in _parts(body, mentions, emails) if text]


def as_typed(body: str, mentions: Iterable[Mapping[str, Any]], emails: Mapping[UUID, str]) -> str:
    """A comment as its author would type it now."""
    return "".join(text for text, _ in _parts(body, mentions, emails))


def _parts(body: str, mentions: Iterable[Mapping[str, Any]], emails: Mapping[UUID, str]) -> Iterator[tuple[str, bool]]:
    at = 0
    for each in mentions:
        yield body[at : each["at"]], False
        yield f"@{emails.get(UUID(each['user_id']), GONE)}", True
        at = each["at"] + each["length"]
    yield body[at:], False
