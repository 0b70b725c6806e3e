"""The keys under which a browser seals what it keeps of texts: derived for a live session each time, stored nowhere."""

import secrets
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import receiver

from promptassay.accounts.models import User
from promptassay.core.doors import SignedOut

SEED = "browser_seed"
KEY_BYTES = 32
_STORE, _DRAFT = b"promptassay browser store 1", b"promptassay draft copy 1"


def store_key(session: SessionBase, person_id: UUID, workspace_id: UUID) -> bytes:
    """The 32 bytes of this session, person and workspace.

    They come from the instance's secret key, which is not in the database, and from a seed in the session's own
    data, which goes with the session: neither is enough. A change of the session's id keeps the seed. Raises
    SignedOut when the session ended meanwhile.
    """
    return _derive(_seed_of(session), _STORE, person_id, workspace_id)


def draft_key(person: AbstractBaseUser | AnonymousUser, workspace_id: UUID) -> bytes:
    """The 32 bytes of this person and workspace, in each of their sessions, until the password changes.

    For a text that nobody has saved yet: who was signed out while writing gets it back after signing in again. It
    comes from the instance's secret key and the salted hash of the password: neither is enough.
    """
    assert isinstance(person, User)
    return _derive(person.password, _DRAFT, person.pk, workspace_id)


def _derive(salt: str, purpose: bytes, person_id: UUID, workspace_id: UUID) -> bytes:
    # Each id has 16 bytes, so the parts cannot run into each other.
    info = purpose + person_id.bytes + workspace_id.bytes
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt.encode(), info=info).derive(
        settings.SECRET_KEY.encode()
    )


@receiver(user_logged_in, dispatch_uid="browser_seed")
def sow(request: Any, **_: Any) -> None:
    """Give each sign-in a seed of its own, before anything else could write the session beside it."""
    request.session[SEED] = secrets.token_urlsafe(32)


def _seed_of(session: SessionBase) -> str:
    if SEED not in session:
        _sow_late(session)
    return str(session[SEED])


@transaction.atomic
def _sow_late(session: SessionBase) -> None:
    """For a session from before there were seeds: two tabs that ask at once get the same one."""
    row = Session.objects.select_for_update().filter(pk=session.session_key).first()
    if row is None:
        raise SignedOut("You are signed out.", why="The session has just ended.", next_step="Sign in again.")
    session[SEED] = row.get_decoded().get(SEED) or secrets.token_urlsafe(32)
    session.save()
