"""Reading accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from promptassay.accounts.devices import device
from promptassay.accounts.models import User
from promptassay.core.database import first_row


def find_by_email(email: str) -> User | None:
    """The person with this address, without regard to case."""
    return User.objects.filter(email__iexact=email.strip()).first()


def is_canary(email: str) -> bool:
    """Whether the address is that of a canary."""
    return User.objects.filter(email__iexact=email.strip(), is_canary=True).exists()


def canary_names() -> set[str]:
    """The names of the canaries that were made."""
    addresses = User.objects.filter(is_canary=True).values_list("email", flat=True)
    return {address.partition(".")[0] for address in addresses}


def emails_of(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The addresses of these people, by id; ids of people who are gone are missing."""
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("pk", "email"))


def active_email(user_id: UUID) -> str | None:
    """The address of a person who may sign in; None for one who is locked or gone. Asked at every request by key."""
    row = first_row("SELECT email FROM accounts_user WHERE id = $1 AND is_active", [user_id])
    return None if row is None else row[0]


def any_account() -> bool:
    """Whether the instance has its operator yet."""
    return User.objects.filter(is_canary=False).exists()


@dataclass(frozen=True)
class SessionView:
    """A signed-in browser as its owner sees it."""

    id: int
    device: str
    address: str
    signed_in_at: datetime
    last_seen_at: datetime
    is_this: bool


def sessions_of(user_id: UUID, *, this_key: str) -> list[SessionView]:
    """The sessions of a person that can still be used: this one first, then the last seen."""
    rows = list(UserSession.objects.filter(user_id=user_id).order_by("-last_seen_at"))
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=datetime.now(UTC)
        ).values_list("session_key", flat=True)
    )
    views = [
        SessionView(
            id=row.pk,
            device=device(row.user_agent),
            address=row.ip,
            signed_in_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_this=row.session_key == this_key,
        )
        for row in rows
        if row.session_key in alive
    ]
    return sorted(views, key=lambda view: not view.is_this)


def account_ids(*, canaries: bool) -> list[UUID]:
    """Every person of the instance, the oldest account first; with or without the canaries, who are nobody."""
    found = User.objects.all() if canaries else User.objects.filter(is_canary=False)
    return list(found.order_by("pk").values_list("pk", flat=True))


def first_account() -> User | None:
    """The account that was made first: the operator's."""
    return User.objects.filter(is_canary=False).order_by("pk").first()
