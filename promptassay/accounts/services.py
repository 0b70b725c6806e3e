"""Making accounts, the same way for the sign-up page and for `promptassay bootstrap`; ending sessions; canaries."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from promptassay.accounts.events import AccountCreated
from promptassay.accounts.models import User
from promptassay.accounts.queries import any_account, find_by_email
from promptassay.accounts.sessions import SessionStore
from promptassay.core.errors import NotFound, ValidationFailed
from promptassay.core.events import emit
from promptassay.core.secret import Secret

_FIRST_ACCOUNT_LOCK = 7_262_001
# No mail can reach an address there (RFC 2606).
CANARY_DOMAIN: Final = "canary.invalid"


@transaction.atomic
def complete_sign_up(user: User) -> User:
    """Store a new person, make the very first one the operator, and tell the apps above."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST_ACCOUNT_LOCK])
    user.is_operator = not any_account()
    user.save()
    emit(AccountCreated(user_id=user.pk, email=user.email))
    return user


@transaction.atomic
def ensure_account(email: str, password: Secret) -> tuple[User, bool]:
    """The account with this address, made if it is not there; returns (user, created).

    An existing account keeps its password unless `password` differs, in which case it is set: running
    `bootstrap` twice, or with a new password, ends in the state that was asked for.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationFailed(f"“{email}” is not an e-mail address.", details={"email": "not an address"}) from None
    user = find_by_email(email)
    if user is not None and user.is_canary:
        raise ValidationFailed(
            f"“{email}” belongs to nobody.",
            why="The product's own probes act as this account.",
            next_step="Choose another address.",
        )
    if user is not None and user.check_password(password.reveal()):
        return user, False
    person = user or User(email=email)
    try:
        validate_password(password.reveal(), person)
    except ValidationError as error:
        raise ValidationFailed(
            "The password is too weak.", why=" ".join(error.messages), next_step="Choose a longer one."
        ) from None
    person.set_password(password.reveal())
    if user is not None:
        person.save(update_fields=["password"])
        return person, False
    complete_sign_up(person)
    _confirm_address(person)
    return person, True


@transaction.atomic
def end_session(user: User, session_id: int) -> str:
    """Sign one browser of this person out at once; returns its session key. NotFound for anybody else's."""
    session = UserSession.objects.filter(user_id=user.pk, pk=session_id).first()
    if session is None:
        raise NotFound("There is no such session.", why="It may have ended already.")
    session.end()
    return str(session.session_key)


@transaction.atomic
def end_other_sessions(user: User, *, except_key: str | None) -> int:
    """Sign every browser of this person out but the one with this session key; returns how many."""
    sessions = list(UserSession.objects.filter(user_id=user.pk).exclude(session_key=except_key or ""))
    for session in sessions:
        session.end()
    return len(sessions)


def _confirm_address(user: User) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=user.email, verified=settings.MAIL_CONFIGURED, primary=True)


def ensure_canary(name: str) -> User:
    """The canary of that name, made at its first use. The caller sees to it that two do not make one at once.

    Without a password and never the operator; whoever takes a similar address by signing up is in nobody's way.
    """
    found = User.objects.filter(is_canary=True, email__startswith=f"{name}.").first()
    if found is not None:
        return found
    canary = User(email=f"{name}.{secrets.token_hex(8)}@{CANARY_DOMAIN}", is_canary=True)
    canary.set_unusable_password()
    canary.save(force_insert=True)
    return canary


@contextmanager
def canary_session(canary: User, *, seconds: int) -> Iterator[str]:
    """The key of a session of this canary, as a browser's cookie would carry it. It ends with the block.

    Should this process die before that, the session opens nothing after `seconds`, and the next one clears it away.
    """
    assert canary.is_canary
    _clear_left_canary_sessions()
    store = SessionStore()
    store[SESSION_KEY] = str(canary.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = canary.get_session_auth_hash()
    store.set_expiry(seconds)
    with transaction.atomic():
        store.create()
        key = str(store.session_key)
        UserSession.objects.create(user=canary, session_key=key, ip="127.0.0.1", user_agent="the product's own probes")
    try:
        yield key
    finally:
        _forget_sessions([key])


def _clear_left_canary_sessions() -> None:
    """What a process left behind that died in the middle of a probe; one that is at work is left alone."""
    keys = set(UserSession.objects.filter(user__is_canary=True).values_list("session_key", flat=True))
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=datetime.now(UTC))
    _forget_sessions(keys - set(live.values_list("session_key", flat=True)))


@transaction.atomic
def _forget_sessions(keys: Iterable[str]) -> None:
    Session.objects.filter(session_key__in=list(keys)).delete()
    UserSession.objects.filter(session_key__in=list(keys)).delete()
