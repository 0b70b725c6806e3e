"""Sessions in the database, read together with their person: every request of a signed-in person begins with it."""

from contextvars import ContextVar

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from promptassay.accounts.models import User
from promptassay.core.database import first_row, row_as

_SESSION, _PERSON = Session._meta.concrete_fields, User._meta.concrete_fields
# Whose session it is stands in its signed data; the list of open sessions says it in a column, which can be joined.
_READ = f"""
SELECT {", ".join(f"s.{field.column}" for field in _SESSION)}, {", ".join(f"u.{field.column}" for field in _PERSON)}
FROM django_session s LEFT JOIN {UserSession._meta.db_table} l ON l.session_key = s.session_key
LEFT JOIN accounts_user u ON u.id = l.user_id
WHERE s.session_key = $1 AND s.expire_date > $2
"""  # noqa: S608 - our own columns
_came_along: ContextVar[User | None] = ContextVar("promptassay_person_of_session", default=None)


class SessionStore(DatabaseSessions):
    """Django's own store but for the way a session is read."""

    def _get_session_from_db(self) -> Session | None:
        _came_along.set(None)
        row = first_row(_READ, [self.session_key, timezone.now()])
        if row is None:
            self._session_key = None
            return None
        person = row[len(_SESSION) :]
        if any(person):
            _came_along.set(row_as(User, _PERSON, person))
        return row_as(Session, _SESSION, row[: len(_SESSION)])


def take_person() -> User | None:
    """The person who came along when this request read its session: once, since Django asks right afterwards."""
    person = _came_along.get()
    _came_along.set(None)
    return person
