"""Writing provider keys, opening them for a call, and counting the call afterwards."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from promptassay.audit.services import record
from promptassay.core.database import first_row, row_as
from promptassay.core.errors import Conflict, NotFound, ProviderFailure, ProviderKeyMissing, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.core.secret import Secret
from promptassay.core.vault import VaultError, seal, unseal
from promptassay.providers import queries
from promptassay.providers.connector import check_base_url, is_allowed, origin_of
from promptassay.providers.models import Provider, ProviderKey
from promptassay.providers.prices import cost_usd
from promptassay.providers.queries import ModelChoice
from promptassay.providers.references import MODEL_NAME_LIMIT, parse_reference
from promptassay.providers.wire import Completion, ProviderName, Target, Usage
from promptassay.usage.models import ModelCall
from promptassay.usage.services import Count
from promptassay.usage.services import count_call as append_count
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import DataKey
from promptassay.workspaces.permissions import Ability
from promptassay.workspaces.services import ensure_data_key, renew_data_key

NAME_LIMIT = 60
SECRET_LIMIT = 500
MODELS_KEPT = 1000
OWN_MODELS_KEPT = 50

# How keys of other providers begin, to name the mistake before the provider does.
_PREFIXES = (("sk-ant-", Provider.ANTHROPIC), ("AIza", Provider.GOOGLE), ("sk-", Provider.OPENAI))


def add_key(actor: Actor, *, provider: str, name: str, secret: Secret, base_url: str = "") -> ProviderKey:
    """Seal a key for one origin and store it. The key itself is never returned again."""
    actor.require(Ability.KEYS_MANAGE)
    kind = _provider(provider)
    secret = _checked_secret(kind, secret)
    url = check_base_url(
        base_url if kind is Provider.COMPATIBLE else settings.PROVIDER_BASE_URLS[kind.value],
        settings.PRIVATE_PROVIDER_HOSTS,
    )
    key = ProviderKey(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        name=_free_name(name, except_id=None),
        provider=kind,
        base_url=url,
        origin=origin_of(url),
        created_by=actor.user_id,
    )
    _put_secret(actor, key, secret)
    _save_named(key, force_insert=True)
    record(
        actor,
        "key.added",
        target=("provider_key", key.id),
        data={"name": key.name, "provider": key.provider, "origin": key.origin},
    )
    return key


def rename_key(actor: Actor, key_id: UUID, *, name: str) -> ProviderKey:
    """Give a key another name."""
    actor.require(Ability.KEYS_MANAGE)
    key = queries.get_key(key_id)
    before, key.name = key.name, _free_name(name, except_id=key_id)
    _save_named(key, update_fields=["name"])
    record(actor, "key.renamed", target=("provider_key", key.id), data={"from": before, "to": key.name})
    return key


def rotate_key(actor: Actor, key_id: UUID, *, secret: Secret) -> ProviderKey:
    """Replace the key in place: whatever refers to it uses the new one from the next call on.

    Raises ProviderKeyMissing when the old one does not open, and ValidationFailed when the new one is no key.
    """
    actor.require(Ability.KEYS_MANAGE)
    key = _sealed_key(key_id)
    if key is None:
        raise NotFound("There is no such provider key.")
    _opened(actor, key)  # a row that was led elsewhere must not get the new key
    _put_secret(actor, key, _checked_secret(Provider(key.provider), secret))
    key.rotated_at = datetime.now(UTC)
    key.tested_at, key.test_result = None, ""
    key.save(update_fields=["sealed", "last4", "rotated_at", "tested_at", "test_result"])
    record(actor, "key.rotated", target=("provider_key", key.id), data={"name": key.name})
    return key


def delete_key(actor: Actor, key_id: UUID) -> None:
    """Remove a key; its entries in the ledger stay."""
    actor.require(Ability.KEYS_MANAGE)
    key = queries.get_key(key_id)
    key.delete()
    record(actor, "key.deleted", target=("provider_key", key_id), data={"name": key.name, "origin": key.origin})


def record_test(actor: Actor, key_id: UUID, *, result: str, models: Sequence[str] | None = None) -> ProviderKey:
    """Store how a test call ended: `ok` or the failure's kind, and the models that the provider listed."""
    actor.require(Ability.KEYS_MANAGE)
    key = queries.get_key(key_id)
    key.tested_at, key.test_result = datetime.now(UTC), result
    if models is not None:
        key.model_names = sorted(set(models))[:MODELS_KEPT]
    key.save(update_fields=["tested_at", "test_result", "model_names"])
    record(actor, "key.tested", target=("provider_key", key.id), data={"name": key.name, "result": result})
    return key


def set_own_models(actor: Actor, key_id: UUID, *, names: Sequence[str]) -> ProviderKey:
    """Name models that the provider does not list, such as a deployment's; in the order given, without repeats."""
    actor.require(Ability.KEYS_MANAGE)
    key = queries.get_key(key_id)
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    long = next((name for name in wanted if len(name) > MODEL_NAME_LIMIT or not name.isprintable()), None)
    if long is not None or len(wanted) > OWN_MODELS_KEPT:
        raise ValidationFailed(
            "These model names cannot be saved.",
            why=f"At most {OWN_MODELS_KEPT} names fit, each of 1 to {MODEL_NAME_LIMIT} printable characters.",
            next_step="Write one name a line, as the provider spells it.",
            details={"names": "too many or too long"},
        )
    key.own_models = wanted
    key.save(update_fields=["own_models"])
    record(actor, "key.models_named", target=("provider_key", key.id), data={"name": key.name, "models": len(wanted)})
    return key


def open_target(
    actor: Actor, reference: str, *, purpose: str, subject_id: UUID | None = None, calls: int = 1
) -> Target:
    """Decrypt the key behind a reference for `calls` calls, and write that into the key-use ledger first.

    Raises ProviderKeyMissing when the key is gone or does not open, ValidationFailed for a bad reference,
    Forbidden for a role that may not call models.
    """
    parsed = parse_reference(reference)
    if parsed.key_id is None:
        return Target(provider="demo", key_id="demo")
    return open_key(actor, parsed.key_id, purpose=purpose, subject_id=subject_id, calls=calls)


def open_choice(
    actor: Actor, reference: str, *, purpose: str, subject_id: UUID | None = None
) -> tuple[ModelChoice, Target]:
    """As `open_target` for one call, together with what can be said of the model; the key is read once."""
    parsed = parse_reference(reference)
    if parsed.key_id is None:
        return queries.demo_choice(parsed.model), Target(provider="demo", key_id="demo")
    key = _require_key(actor, parsed.key_id)
    target = _noted_target(actor, key, purpose=purpose, subject_id=subject_id, calls=1)
    return queries.choice_of(key, parsed.model), target


def open_key(actor: Actor, key_id: UUID, *, purpose: str, subject_id: UUID | None = None, calls: int = 1) -> Target:
    """As `open_target`, for a call that names no model."""
    key = _require_key(actor, key_id)
    return _noted_target(actor, key, purpose=purpose, subject_id=subject_id, calls=calls)


def count_call(
    actor: Actor,
    choice: ModelChoice,
    *,
    purpose: str,
    outcome: Completion | ProviderFailure | str,
    subject_id: UUID | None = None,
    usage: Usage | None = None,
    total_ms: int | None = None,
) -> ModelCall:
    """Count one model call in the usage ledger; `outcome` is its completion, its failure, or a status word."""
    key_id = parse_reference(choice.reference).key_id
    first_ms = None
    attempts = 1
    status = outcome if isinstance(outcome, str) else "ok"
    if isinstance(outcome, Completion):
        usage, attempts = outcome.usage, outcome.attempts
        first_ms, total_ms = round(outcome.first_token_s * 1000), round(outcome.total_s * 1000)
    elif isinstance(outcome, ProviderFailure):
        status = outcome.kind
    usage = usage or Usage()
    return append_count(
        Count(
            workspace_id=actor.workspace_id,
            user_id=actor.user_id,
            purpose=purpose,
            provider=choice.provider,
            model=choice.model,
            status=status,
            subject_id=subject_id,
            key_id=key_id,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost_usd=cost_usd(choice.provider, choice.model, usage, base_url=choice.base_url),
            first_token_ms=first_ms,
            total_ms=total_ms,
            attempts=attempts,
        )
    )


# Between a person's click and the first word of the answer: one statement reads the key, one notes its use.
# The note commits without waiting for the disk: it survives the crash of any process of ours, and a crash of the
# database's machine may lose its last half second. It is worth less than the milliseconds a person would wait.
_NOTE_USE = """
INSERT INTO providers_keyuse (id, workspace_id, at, key_id, key_name, origin, user_id, purpose, subject_id, calls)
VALUES ($1, $2, clock_timestamp(), $3, $4, $5, $6, $7, $8, $9)
RETURNING set_config('synchronous_commit', 'off', true)
"""


def _require_key(actor: Actor, key_id: UUID) -> ProviderKey:
    actor.require(Ability.AI_USE)
    key = _sealed_key(key_id)
    if key is None:
        raise ProviderKeyMissing(
            "The provider key is gone.",
            why="It was deleted, or it belongs to another workspace.",
            next_step="Choose another model, or add a key under Settings, Provider keys.",
        )
    return key


def _noted_target(actor: Actor, key: ProviderKey, *, purpose: str, subject_id: UUID | None, calls: int) -> Target:
    """The opened key, once its use stands in the ledger."""
    secret = _opened(actor, key)
    values: list[Any] = [uuid7(), actor.workspace_id, key.id, key.name, key.origin, actor.user_id]
    first_row(_NOTE_USE, [*values, purpose, subject_id, calls])
    return Target(
        provider=cast(ProviderName, key.provider),
        base_url=key.base_url,
        secret=secret,
        key_id=str(key.id),
        private_allowed=is_allowed(key.base_url, settings.PRIVATE_PROVIDER_HOSTS),
    )


def _provider(text: str) -> Provider:
    try:
        return Provider(text)
    except ValueError:
        raise ValidationFailed(
            f"“{text}” is not a provider.", next_step=f"Choose one of {', '.join(Provider.labels)}."
        ) from None


def _free_name(name: str, *, except_id: UUID | None) -> str:
    name = name.strip()
    if not 1 <= len(name) <= NAME_LIMIT:
        raise ValidationFailed(
            "The key needs a name.", why=f"1 to {NAME_LIMIT} characters.", details={"name": "missing or too long"}
        )
    same = ProviderKey.objects.filter(name=name)
    if (same if except_id is None else same.exclude(pk=except_id)).exists():
        raise _taken(name)
    return name


def _taken(name: str) -> Conflict:
    return Conflict(
        f"A key named “{name}” exists already.", next_step="Choose another name.", details={"name": "taken"}
    )


def _save_named(key: ProviderKey, **how: Any) -> None:
    try:
        with transaction.atomic():
            key.save(**how)
    except IntegrityError:  # somebody else took the name in the same moment
        raise _taken(key.name) from None


def _checked_secret(provider: Provider, secret: Secret) -> Secret:
    """The key without spaces around it. No variable here is the plain key: a traceback may show variables."""
    secret = Secret(secret.reveal().strip())
    if not secret and provider is Provider.COMPATIBLE:
        return secret  # local servers such as Ollama need no key
    if not _is_key_shaped(secret):
        raise ValidationFailed(
            "This is not a key.",
            why=f"A key is 1 to {SECRET_LIMIT} letters, digits and signs, without spaces or line breaks.",
            next_step="Copy it again from the provider's page.",
            details={"secret": "not a key"},
        )
    likely = next((owner for prefix, owner in _PREFIXES if secret.reveal().startswith(prefix)), None)
    if likely is not None and likely is not provider and provider is not Provider.COMPATIBLE:
        raise ValidationFailed(
            f"This looks like a key of {likely.label}, not of {provider.label}.",
            why="Keys of each provider begin in their own way.",
            next_step=f"Choose {likely.label} as the provider, or paste a key of {provider.label}.",
            details={"secret": "another provider's key"},
        )
    return secret


def _is_key_shaped(secret: Secret) -> bool:
    text = secret.reveal()
    return 1 <= len(text) <= SECRET_LIMIT and text.isascii() and text.isprintable() and " " not in text


def _put_secret(actor: Actor, key: ProviderKey, secret: Secret) -> None:
    wrapped = _data_key(actor, key)
    key.sealed = seal(settings.MASTER_KEY, bytes(wrapped.wrapped), str(actor.workspace_id), secret, key.seal_context)
    key.last4 = secret.last4


def _data_key(actor: Actor, key: ProviderKey) -> DataKey:
    """The data key to seal `key` under. One of a lost master key is replaced when nothing else depends on it."""
    found = ensure_data_key(actor, settings.MASTER_KEY)
    if found.master_id == settings.MASTER_KEY.id:
        return found
    if ProviderKey.objects.exclude(pk=key.pk).exists():
        raise Conflict(
            "The key cannot be sealed.",
            why="This server's master key is another one than when the workspace's first key was saved.",
            next_step="Ask the operator to put the old master key back (`promptassay doctor`). If it is lost, delete "
            "the keys that no longer open, then enter them again.",
        )
    return renew_data_key(actor, settings.MASTER_KEY)


_KEY_FIELDS = ProviderKey._meta.concrete_fields
_BESIDE = [DataKey._meta.get_field("wrapped"), DataKey._meta.get_field("master_id")]
_KEY_WITH_DATA_KEY = f"""
SELECT d.wrapped, d.master_id, {", ".join(f"k.{field.column}" for field in _KEY_FIELDS)}
FROM providers_key k LEFT JOIN workspaces_datakey d ON d.workspace_id = k.workspace_id WHERE k.id = $1
"""  # noqa: S608 - our own columns


def _sealed_key(key_id: UUID) -> ProviderKey | None:
    """A key with its workspace's data key beside it, as `_opened` takes it."""
    row = first_row(_KEY_WITH_DATA_KEY, [key_id])
    if row is None:
        return None
    key = row_as(ProviderKey, _KEY_FIELDS, row[len(_BESIDE) :])
    beside = row_as(DataKey, _BESIDE, row[: len(_BESIDE)])
    vars(key).update(wrapped=beside.wrapped, master_id=beside.master_id)
    return key


def _opened(actor: Actor, key: ProviderKey) -> Secret:
    """The key itself; ProviderKeyMissing unless the row is what was sealed and leads where it led then."""
    wrapped: bytes | None = getattr(key, "wrapped", None)
    master_id: str | None = getattr(key, "master_id", None)
    if wrapped is not None and _leads_where_it_says(key):
        with suppress(VaultError):
            return unseal(
                settings.MASTER_KEY, bytes(wrapped), str(actor.workspace_id), bytes(key.sealed), key.seal_context
            )
    if wrapped is not None and master_id != settings.MASTER_KEY.id:
        raise ProviderKeyMissing(
            f"The provider key “{key.name}” does not open.",
            why="This server's master key is another one than when the key was saved.",
            next_step="Ask the operator to put the old master key back: `promptassay doctor` tells which.",
        )
    raise ProviderKeyMissing(
        f"The provider key “{key.name}” does not open.",
        why="Its row in the database is not as it was saved.",
        next_step="Delete it under Settings, Provider keys, and add it again; tell the operator.",
    )


def _leads_where_it_says(key: ProviderKey) -> bool:
    """Calls go to `base_url`, the seal is bound to `origin`: the two must name one place."""
    try:
        return origin_of(key.base_url) == key.origin
    except ValueError:
        return False
