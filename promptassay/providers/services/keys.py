"""Adding, naming, rotating and deleting provider keys; the plain key is seen here once, to be sealed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.core.keyring import Keyring
from promptassay.core.secret import Secret
from promptassay.core.vault import MasterKey, seal
from promptassay.providers import queries
from promptassay.providers.connector import check_base_url, origin_of
from promptassay.providers.models import Provider, ProviderKey
from promptassay.providers.private_hosts import private_hosts
from promptassay.providers.references import MODEL_NAME_LIMIT
from promptassay.providers.services.opening import opened, sealed_key
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import DataKey
from promptassay.workspaces.permissions import Ability
from promptassay.workspaces.services import ensure_data_key, key_in_use, renew_data_key

NAME_LIMIT: Final = 60
SECRET_LIMIT: Final = 500
OWN_MODELS_KEPT: Final = 50

# How keys of other providers begin, to name the mistake before the provider does.
_PREFIXES = (("sk-ant-", Provider.ANTHROPIC), ("AIza", Provider.GOOGLE), ("sk-", Provider.OPENAI))


def add_key(actor: Actor, *, provider: str, name: str, secret: Secret, base_url: str = "") -> ProviderKey:
    """Seal a key for one origin and store it. The key itself is never returned again."""
    actor.require(Ability.KEYS_MANAGE)
    kind = _provider(provider)
    secret = _checked_secret(kind, secret)
    url = check_base_url(
        base_url if kind is Provider.COMPATIBLE else settings.PROVIDER_BASE_URLS[kind.value],
        private_hosts(),
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
    key = sealed_key(key_id)
    if key is None:
        raise NotFound("There is no such provider key.")
    opened(actor, key)  # a row that was led elsewhere must not get the new key
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
    wrapped, master = _data_key(actor, key)
    key.sealed = seal(master, bytes(wrapped.wrapped), str(actor.workspace_id), secret, key.seal_context)
    key.last4 = secret.last4


def _data_key(actor: Actor, key: ProviderKey) -> tuple[DataKey, MasterKey]:
    """The data key to seal `key` under, and its master key. One of a lost master key is replaced when nothing else
    depends on it.
    """
    keys: Keyring = settings.MASTER_KEYS
    found = ensure_data_key(actor, keys)
    master = keys.find(found.master_id)
    if master is not None:
        return found, master
    if ProviderKey.objects.exclude(pk=key.pk).exists():
        raise Conflict(
            "The key cannot be sealed.",
            why="This server's master key is another one than when the workspace's first key was saved.",
            next_step="Ask the operator to put the old master key back (`promptassay doctor`). If it is lost, delete "
            "the keys that no longer open, then enter them again.",
        )
    found = renew_data_key(actor, keys)
    return found, key_in_use(keys)
