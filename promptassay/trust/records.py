"""Dated human facts behind claims: which text was read when, and until when that counts. Records run out."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

from promptassay.trust.legal import documents

LONGEST_DAYS: Final = 366


@dataclass(frozen=True)
class Record:
    """Somebody read one version of a legal text against what it must hold. `sha256` is of that version's file.

    It counts from `made` to the day before `expires`, at most a year; then somebody reads the text again.
    """

    id: str
    document: str
    version: date
    sha256: str
    words: str
    made: date
    expires: date

    def is_in_force(self, on: date) -> bool:
        return self.made <= on < self.expires


# Renewed by reading the text again, and by nothing else.
RECORDS: Final[tuple[Record, ...]] = (
    Record(
        id="record-dpa",
        document="dpa",
        version=date(2026, 11, 24),
        sha256="a9482a756109f0f7d49319f54dcc25a2ed2b2a714fd843242948fcd507c33fc9",
        words="Read against Article 28(3) GDPR, points (a) to (h), and against the features that it names.",
        made=date(2026, 11, 24),
        expires=date(2027, 11, 24),
    ),
    Record(
        id="record-subprocessors",
        document="subprocessors",
        version=date(2026, 11, 24),
        sha256="4128e31bc01ae828f004fb4d43fa0dde9714b3715da09c167aa4932e6b2d1c3e",
        words="Read against the hosts that the product can reach, as its settings allow them.",
        made=date(2026, 11, 24),
        expires=date(2027, 11, 24),
    ),
)


def record(record_id: str, records: tuple[Record, ...] | None = None) -> Record | None:
    """The record of that id, if there is one."""
    return next((each for each in (RECORDS if records is None else records) if each.id == record_id), None)


def problems(record_id: str, on: date) -> list[str]:
    """Why a record does not count on a day: there is none, it ran out, or it is about another text than is in force."""
    found = record(record_id)
    if found is None:
        return ["there is no record"]
    said = []
    if on < found.made:
        said.append(f"the record is dated ahead, {found.made}")
    elif not found.is_in_force(on):
        said.append(f"the record ran out on {found.expires}")
    in_force = documents.versions(documents.kind_named(found.document), on)
    if not in_force or in_force[0] != found.version:
        said.append(f"the record is about the version of {found.version}, which is not the one in force")
    elif file_hash(found) != found.sha256:
        said.append(f"the text of {found.version} is not the one that was read")
    return said


def file_hash(of: Record) -> str:
    """The SHA-256 of the text's file as it is installed."""
    return hashlib.sha256((documents.TEXTS / of.document / f"{of.version}.md").read_bytes()).hexdigest()
