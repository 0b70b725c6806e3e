"""Making accounts, the same way for the sign-up page and for `promptassay bootstrap`; ending sessions."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from promptassay.accounts.events import AccountCreated
from promptassay.accounts.models import User
from promptassay.accounts.queries import find_by_email
from promptassay.core.errors import NotFound, ValidationFailed
from promptassay.core.events import emit
from promptassay.core.secret import Secret

_FIRST_ACCOUNT_LOCK = 7_262_001


@transaction.atomic
def complete_sign_up(user: User) -> User:
    """Store a new person, make the very first one the operator, and tell the apps above."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST_ACCOUNT_LOCK])
    user.is_operator = not User.objects.exists()
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
