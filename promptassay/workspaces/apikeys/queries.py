"""Reading API keys: the list of a workspace, and the one that a request presents."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from promptassay.core.database import first_row
from promptassay.core.errors import NotFound
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.apikeys.models import ApiKey, ApiKeyMeter
from promptassay.workspaces.permissions import Ability, Scope


@dataclass(frozen=True)
class Presented:
    """A live key as its own text opens it, before anything of its workspace is known."""

    id: UUID
    workspace_id: UUID
    user_id: UUID
    name: str
    scopes: frozenset[Scope]


@dataclass(frozen=True)
class KeyLine:
    """A key in the list. `used_at` is when the last minute of use began; `state` is live, expired, revoked or gone.

    A key is gone while its person is no member: it opens nothing, and would again if they came back.
    """

    key: ApiKey
    state: str
    used_at: datetime | None


_PRESENTED = """
SELECT id, workspace_id, user_id, name, array_to_string(scopes, ',') FROM workspaces_apikey
WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())
"""


def presented(digest: str) -> Presented | None:
    """The live key with this hash, inside `with_api_key(digest)`."""
    row = first_row(_PRESENTED, [digest])
    if row is None:
        return None
    key_id, workspace_id, user_id, name, scopes = (str(value) for value in row)
    return Presented(UUID(key_id), UUID(workspace_id), UUID(user_id), name, frozenset(map(Scope, scopes.split(","))))


def list_keys(actor: Actor, *, members: set[UUID]) -> list[KeyLine]:
    """The keys that the actor may see, live ones first, then by name: their own, or all with APIKEYS_MANAGE."""
    keys = ApiKey.objects.all()
    if not actor.can(Ability.APIKEYS_MANAGE):
        keys = keys.filter(user_id=actor.user_id)
    used = dict(ApiKeyMeter.objects.values_list("key_id", "began"))
    lines = [KeyLine(key, state_of(key, members), used.get(key.id)) for key in keys]
    return sorted(lines, key=lambda line: (line.state in ("revoked", "expired"), line.key.name.lower(), line.key.id))


def state_of(key: ApiKey, members: set[UUID]) -> str:
    """Whether the key opens anything, in one word: live, expired, revoked or gone."""
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
        return "expired"
    return "live" if key.user_id in members else "gone"


def get_key(actor: Actor, key_id: UUID) -> ApiKey:
    """One key; NotFound unless it is the actor's own or they may manage all."""
    found = ApiKey.objects.filter(pk=key_id).first()
    if found is None or (found.user_id != actor.user_id and not actor.can(Ability.APIKEYS_MANAGE)):
        raise NotFound()
    return found


def live_count() -> int:
    """How many keys of the current workspace are not revoked."""
    return ApiKey.objects.filter(revoked_at=None).count()


def name_is_taken(name: str) -> bool:
    """Whether a key of the workspace that is not revoked has the name."""
    return ApiKey.objects.filter(name=name, revoked_at=None).exists()
