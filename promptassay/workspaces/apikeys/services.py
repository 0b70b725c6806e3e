"""Making and revoking API keys, and letting a request in by one."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from promptassay.accounts.queries import active_email
from promptassay.audit.services import record
from promptassay.core.database import first_row
from promptassay.core.errors import Conflict, NotFound, RateLimited, Unauthorized, ValidationFailed
from promptassay.core.names import name_problem
from promptassay.core.secret import Secret
from promptassay.core.tenancy import with_api_key, with_workspace
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.apikeys import queries
from promptassay.workspaces.apikeys.caller import Allowance, Caller, KeyActor
from promptassay.workspaces.apikeys.keys import digest_of, draw
from promptassay.workspaces.apikeys.models import ApiKey, ApiKeyMeter
from promptassay.workspaces.apikeys.queries import Presented
from promptassay.workspaces.permissions import Ability, Scope
from promptassay.workspaces.queries import belonging

NAME_LIMIT: Final = 60
LIVE_LIMIT: Final = 100
LONGEST: Final = timedelta(days=5 * 366)


def create_key(
    actor: Actor, *, name: str, scopes: Iterable[Scope], lasts: timedelta | None = None
) -> tuple[ApiKey, Secret]:
    """A new key of the actor's, and its text, which nobody can see again. `lasts` is None for a key without an end."""
    actor.require(Ability.APIKEYS_OWN)
    wanted = _checked_scopes(scopes)
    if lasts is not None and not timedelta(0) < lasts <= LONGEST:
        raise ValidationFailed("A key lasts between a moment and five years.", details={"lasts": "out of range"})
    now = datetime.now(UTC)
    text = draw()
    key = ApiKey(
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        name=_free_name(name),
        key_hash=digest_of(text.reveal()),
        last4=text.last4,
        scopes=wanted,
        created_at=now,
        expires_at=now + lasts if lasts else None,
    )
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:  # somebody else took the name in the same moment
        raise _name_taken(key.name) from None
    ApiKeyMeter.objects.create(workspace_id=actor.workspace_id, key=key)
    ends = key.expires_at.date().isoformat() if key.expires_at else "never"
    record(
        actor, "api_key.created", target=("api_key", key.id), data={"name": key.name, "scopes": wanted, "ends": ends}
    )
    return key, text


def revoke_key(actor: Actor, key: ApiKey) -> ApiKey:
    """End a key: its next request is refused. One's own, or anybody's with APIKEYS_MANAGE; again changes nothing."""
    actor.require(Ability.APIKEYS_OWN if key.user_id == actor.user_id else Ability.APIKEYS_MANAGE)
    held = ApiKey.objects.select_for_update().filter(pk=key.pk).first()
    if held is None:
        raise NotFound()
    if held.revoked_at is None:
        held.revoked_at, held.revoked_by = datetime.now(UTC), actor.user_id
        held.save(update_fields=["revoked_at", "revoked_by"])
        record(actor, "api_key.revoked", target=("api_key", held.id), data={"name": held.name})
    return held


def admit(text: str, *, per_minute: int, address: str = "", request_id: str = "") -> Caller:
    """Let a request in by its key: who acts now, in which role, and what is left of the key's minute.

    Raises Unauthorized, the same for every kind of key that opens nothing, and RateLimited. Two short transactions of
    their own, so that no request holds the meter's row while it works.
    """
    digest = digest_of(text)
    if not digest:
        raise Unauthorized()
    with with_api_key(digest):
        key = queries.presented(digest)
    if key is None:
        raise Unauthorized()
    with with_workspace(key.workspace_id, person_id=key.user_id):
        email = active_email(key.user_id)
        try:
            role = belonging(key.workspace_id, key.user_id).role
        except NotFound:
            raise Unauthorized() from None
        if email is None:
            raise Unauthorized()
        allowance = _count(key, per_minute)
    if allowance.left < 0:
        raise RateLimited(
            f"This key has made its {per_minute} requests of this minute.", retry_after=allowance.resets_in
        )
    actor = KeyActor(
        user_id=key.user_id,
        workspace_id=key.workspace_id,
        role=role,
        label=f"{email} by API key {key.name}"[:254],
        address=address,
        request_id=request_id,
        key_id=key.id,
        scopes=key.scopes,
    )
    return Caller(actor, allowance)


# One row, one statement, all processes. What is lost of it in a crash is a count, so the commit does not wait for the
# disk. A refused request adds nothing beyond one: no flood makes the wait longer.
_COUNT = """
UPDATE workspaces_apikeymeter SET
  used = CASE WHEN began > clock_timestamp() - interval '60 seconds' THEN least(used + 1, $2::int + 1) ELSE 1 END,
  began = CASE WHEN began > clock_timestamp() - interval '60 seconds' THEN began ELSE clock_timestamp() END
WHERE key_id = $1
RETURNING used, greatest(1, ceil(extract(epoch FROM began + interval '60 seconds' - clock_timestamp())))::int,
  set_config('synchronous_commit', 'off', true)
"""


def _count(key: Presented, per_minute: int) -> Allowance:
    row = first_row(_COUNT, [key.id, per_minute])
    if row is None:  # the key was deleted with its workspace in this moment
        raise Unauthorized()
    return Allowance(per_minute, per_minute - int(row[0] or 0), int(row[1] or 0))


def _checked_scopes(scopes: Iterable[Scope]) -> list[str]:
    wanted = [scope.value for scope in Scope if scope in set(scopes)]
    if not wanted:
        raise ValidationFailed(
            "The key has no scope, so it could do nothing.",
            next_step="Choose at least one.",
            details={"scopes": "missing"},
        )
    return wanted


def _free_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_LIMIT:
        raise ValidationFailed(
            "The name is missing or too long.",
            why=f"It has {len(name)} characters; 1 to {NAME_LIMIT} fit.",
            details={"name": "length"},
        )
    if problem := name_problem(name):
        raise ValidationFailed("This cannot be a name.", why=problem, details={"name": "characters"})
    if queries.name_is_taken(name):
        raise _name_taken(name)
    if queries.live_count() >= LIVE_LIMIT:
        raise Conflict(
            f"This workspace has {LIVE_LIMIT} API keys already.",
            next_step="Revoke those that nothing uses any more: the list says when each was last used.",
        )
    return name


def _name_taken(name: str) -> Conflict:
    return Conflict(
        f"There is an API key “{name}” already.",
        next_step="Choose another name, or revoke that key first.",
        details={"name": "taken"},
    )
