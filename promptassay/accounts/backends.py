"""Who a session belongs to: mostly known from reading the session, so not asked for again."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend

from promptassay.accounts.models import User
from promptassay.accounts.sessions import take_person


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]
    """allauth's own but for the way the signed-in person is read."""

    def user_can_authenticate(self, user: User) -> bool:
        """Nobody signs in as a canary: not even with a password that somebody wrote into the database."""
        return not user.is_canary and bool(super().user_can_authenticate(user))

    def get_user(self, user_id: Any) -> User | None:
        """The person, unless the account is gone or switched off."""
        person = take_person()
        if person is None or str(person.pk) != str(user_id):
            person = User.objects.filter(pk=user_id).first()
        return person if person is not None and person.is_active else None
