"""Reading accounts."""

from collections.abc import Iterable
from uuid import UUID

from promptassay.accounts.models import User


def find_by_email(email: str) -> User | None:
    """The person with this address, without regard to case."""
    return User.objects.filter(email__iexact=email.strip()).first()


def emails_of(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The addresses of these people, by id; ids of people who are gone are missing."""
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("pk", "email"))


def any_account() -> bool:
    """Whether the instance has its operator yet."""
    return User.objects.exists()
