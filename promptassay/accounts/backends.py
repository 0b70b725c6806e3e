"""Who a session belongs to, read by one plain statement: every request of a signed-in person asks it."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.db import connection

from promptassay.accounts.models import User

_FIELDS = tuple(field.attname for field in User._meta.concrete_fields)
_READ = f"SELECT {', '.join(_FIELDS)} FROM accounts_user WHERE id = %s AND is_active"  # noqa: S608 - our own columns


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]
    """allauth's own but for the way the signed-in person is read."""

    def get_user(self, user_id: Any) -> User | None:
        """The person, unless the account is gone or switched off."""
        with connection.cursor() as cursor:
            cursor.execute(_READ, [user_id])
            row = cursor.fetchone()
        return None if row is None else User.from_db(connection.alias, _FIELDS, row)
