"""The words of each claim, version by version, as files: what the page said before, and since when.

A file holds a claim's title and statement, byte for byte what evidence names by its hash; the name of the file begins
with its number and date, and ends with that hash. `python -m promptassay.trust.wordings` adds what is missing.
"""

import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final, cast

from promptassay.language.folding import Comparison, compare_messages
from promptassay.language.messages import Message, Role
from promptassay.trust.claims import CLAIMS, Claim
from promptassay.trust.evidence import hash_of_words

FOLDER: Final = Path(__file__).parent / "texts"
_NAME: Final = re.compile(r"(\d{3})-(\d{4}-\d{2}-\d{2})-([0-9a-f]{12})\.md")


@dataclass(frozen=True)
class Version:
    """One wording of a claim: its number, counted from 1, and the day it was written."""

    number: int
    since: date
    words: str

    @property
    def hash(self) -> str:
        return hash_of_words(self.words)

    @property
    def title(self) -> str:
        return self.words.partition("\n")[0]

    @property
    def statement(self) -> str:
        return self.words.partition("\n")[2]


@cache
def versions(claim_id: str) -> tuple[Version, ...]:
    """Every wording of a claim, newest first. Raises ValueError for a file that is not what its name says."""
    found = []
    for path in sorted((FOLDER / claim_id).glob("*.md"), reverse=True):
        name = _NAME.fullmatch(path.name)
        words = path.read_bytes().decode()
        if name is None or hash_of_words(words)[:12] != name[3]:
            raise ValueError(f"{path.name} is not the wording that it was")
        found.append(Version(int(name[1]), date.fromisoformat(name[2]), words))
    return tuple(found)


def compare(older: Version, newer: Version) -> Comparison:
    """What differs between two wordings, as the comparison of prompts shows it."""
    sides = [
        [Message(cast("Role", "title"), each.title), Message(cast("Role", "statement"), each.statement)]
        for each in (older, newer)
    ]
    return Comparison(compare_messages(*sides), [])


def add(claim: Claim, on: date) -> Path | None:
    """Write down a claim's words unless they are its latest; returns the new file."""
    known = versions(claim.id)
    if known and known[0].words == claim.words:
        return None
    path = FOLDER / claim.id / f"{len(known) + 1:03}-{on}-{claim.words_hash[:12]}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(claim.words.encode())
    return path


if __name__ == "__main__":
    today = datetime.now(UTC).date()
    for added in filter(None, (add(each, today) for each in CLAIMS)):
        sys.stdout.write(f"Added {added.relative_to(FOLDER)}.\n")
