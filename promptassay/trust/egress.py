"""Every place outside to which this instance sends anything by itself or for a workspace, from its settings.

Connections are opened by the gateway of providers, by Django's mail and by the database driver, and by nothing else:
the import contract “gateway” and a test of the source hold that.
"""

import ipaddress
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from django.conf import settings

from promptassay.providers.models import Provider

_LOCAL: Final = ("localhost", ".local", ".internal", ".lan", ".localdomain", ".home.arpa")


@dataclass(frozen=True)
class Destination:
    """A receiver. Public pages name `host` only when `is_public`: the operator's own network is nobody's business."""

    kind: Literal["provider", "mail", "database"]
    host: str
    title: str
    purpose: str
    receives: str

    @property
    def is_public(self) -> bool:
        """Whether the host is a name or an address of the open internet."""
        return is_public(self.host)


def destinations() -> list[Destination]:
    """The allow-list: providers, then mail, then a database on another machine."""
    found = [
        Destination(
            "provider",
            host_of(url),
            Provider(name).label,
            "answers the calls that people of a workspace start, on the workspace’s own key",
            "the text of the call, its settings, the key",
        )
        for name, url in settings.PROVIDER_BASE_URLS.items()
    ]
    if settings.MAIL_CONFIGURED:
        found.append(
            Destination(
                "mail",
                settings.EMAIL_HOST.lower(),
                "Mail",
                "delivers confirmations of addresses and links for a new password",
                "the address of mail and the link",
            )
        )
    if host := database_host():
        found.append(
            Destination("database", host, "Database", "stores what the instance keeps", "everything that is stored")
        )
    if settings.SUPABASE_URL:
        found.append(
            Destination(
                "database",
                host_of(settings.SUPABASE_URL),
                "Supabase",
                "is asked once a minute whether it answers, for the status page",
                "nothing: a request without a key and without content",
            )
        )
    return found


def database_host() -> str:
    """The database's host; empty when it is reached by a socket of this machine."""
    host = str(settings.DATABASES["default"].get("HOST") or "")
    return "" if host.startswith("/") else host.lower()


def host_of(url: str) -> str:
    """The host of a base URL."""
    return urlsplit(url).hostname or ""


def is_public(host: str) -> bool:
    """Whether a host belongs to the open internet, judged by its name alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." in host and not host.endswith(_LOCAL)
