"""Checks of what the public pages promise in law: texts without gaps, and an address for reports that exists."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings

from promptassay.trust.legal import contacts, documents, publishing
from promptassay.trust.probes import Canaries, Outcome, progress

# What is left where somebody meant to fill in a detail later.
_GAP: Final = re.compile(
    r"\{+[a-z_]+\}+|\[[A-Z][\w ]*\]|<[a-z][^>\n]*>|\b(?:TODO|TBD|FIXME|XXX+|PLACEHOLDER)\b|\blorem ipsum\b",
    re.IGNORECASE,
)
EARLIEST, LATEST = timedelta(days=30), timedelta(days=365)


def documents_are_whole(canaries: Canaries) -> Outcome:
    """Each document is published without a gap or not at all, and each version's file is the one that was recorded."""
    published, held_back, found = 0, 0, list(_changed_files())
    for kind in documents.KINDS:
        try:
            text = publishing.publish(kind).text
        except publishing.NotPublished:
            held_back += 1
            progress.tell(f"{kind.title}: held back")
            continue
        published += 1
        gaps = sorted(set(_GAP.findall(text)))
        progress.tell(f"{kind.title}: published, {len(text):,} characters, {len(gaps)} gaps")
        found += [f"{kind.title} has the placeholder {gap}" for gap in gaps]
    counts = {"files": len(list(documents.files())), "published": published, "held back": held_back}
    if found:
        return Outcome("failed", counts, "; ".join(found[:5]))
    if not published:
        return Outcome("unset", counts, "No document is published here: the operator's details are not set.")
    return Outcome("held", counts)


def _changed_files() -> Iterator[str]:
    lines = (documents.TEXTS / "SHA256SUMS").read_text("utf-8").splitlines()
    recorded = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {
        path.relative_to(documents.TEXTS).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in documents.files()
    }
    for name in sorted(recorded.keys() | found.keys()):
        if recorded.get(name) != found.get(name):
            yield f"{name} is not the text that was recorded"


def security_contact(canaries: Canaries) -> Outcome:
    """security.txt as a reporter's program reads it: the operator's own address, and a day of expiry that makes sense.

    Without an address there must be no file either; that is honest, and proves nothing.
    """
    now = datetime.now(UTC)
    address, text = settings.OPERATOR.security_uri, contacts.security_txt(now)
    shown = next(each.uri for each in contacts.contacts() if each.id == "security")
    if not address:
        if text or shown:
            return Outcome("failed", {"addresses": 0}, "an address is shown that nobody has set")
        return Outcome("unset", {"addresses": 0}, "No address for reports is set: PROMPTASSAY_SECURITY_CONTACT.")
    for line in text.splitlines():
        progress.tell(line)
    found = list(_wrong(text, address, now))
    if shown != address:
        found.append("the page of contacts names another address")
    return Outcome("failed" if found else "held", {"addresses": 1, "fields": text.count("\n")}, "; ".join(found))


def _wrong(text: str, address: str, now: datetime) -> Iterator[str]:
    """What does not hold of a security.txt, by RFC 9116."""
    pairs = [line.partition(": ") for line in text.splitlines() if line and not line.startswith("#")]
    fields = [(name, value) for name, mark, value in pairs if mark and value]
    if len(fields) != len(pairs):
        yield "security.txt has a line that is no field"
    if [value for name, value in fields if name == "Contact"] != [address]:
        yield "security.txt names another contact than the operator set"
    if not address.startswith(("mailto:", "https://", "tel:")):
        yield "the contact is no address that a program could use"
    expiries = [value for name, value in fields if name == "Expires"]
    try:
        (expiry,) = (datetime.fromisoformat(value) - now for value in expiries)
    except (ValueError, TypeError):
        yield "security.txt has no readable day of expiry"
        return
    if not EARLIEST <= expiry <= LATEST:
        yield f"security.txt runs out in {expiry.days} days, not in 30 to 365"
