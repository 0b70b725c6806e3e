"""Whom to write to, and the file security.txt (RFC 9116)."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings

from promptassay.trust.legal.operator import BY_KEY, Operator, value_of
from promptassay.trust.legal.publishing import is_published

# RFC 9116 asks for less than a year; the day is counted anew at each request, so that the file never runs out while
# the instance runs, and does run out when it no longer does.
VALID_FOR: Final = timedelta(days=180)


@dataclass(frozen=True)
class Contact:
    """One address, what it is for, and what the operator sets to have it. `uri` is empty while it is not set."""

    id: str
    title: str
    what: str
    uri: str
    setting: str

    @property
    def shown(self) -> str:
        """The address as people write it."""
        return self.uri.removeprefix("mailto:")


def contacts() -> list[Contact]:
    """Every address that the operator could give; none is made up."""
    operator: Operator = settings.OPERATOR
    mail = value_of(operator, BY_KEY["email"])
    return [
        Contact(
            "security",
            "Weaknesses",
            "If you found a way to break a promise of this instance.",
            operator.security_uri,
            "PROMPTASSAY_SECURITY_CONTACT",
        ),
        Contact(
            "privacy",
            "Privacy, contracts, misuse",
            "About your data and your rights, about the terms, and about what others do with the instance.",
            f"mailto:{mail}" if mail else "",
            "PROMPTASSAY_OPERATOR_EMAIL",
        ),
    ]


def security_txt(now: datetime | None = None) -> str:
    """The file's text; empty when no security contact is set."""
    contact = contacts()[0]
    if not contact.uri:
        return ""
    day = (now or datetime.now(UTC)).astimezone(UTC).date()
    expires = datetime.combine(day + VALID_FOR, time(), UTC)
    lines = [
        f"Contact: {contact.uri}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
    ]
    if is_published("disclosure"):
        lines.append(f"Policy: {settings.PUBLIC_URL}/legal/disclosure")
    return "".join(f"{line}\n" for line in lines)


def as_json() -> dict[str, Any]:
    """The contacts for programs; an address that is not set is null."""
    return {"contacts": [{"id": each.id, "title": each.title, "uri": each.uri or None} for each in contacts()]}
