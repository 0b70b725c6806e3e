"""Reading provider keys: facts and choices, never the key itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Max, Q, Sum
from django.db.models.fields.json import KeyTransform

from promptassay.core.errors import NotFound, ProviderKeyMissing
from promptassay.providers.catalogue import ModelFacts, facts
from promptassay.providers.demo import MODELS
from promptassay.providers.listed import Listed, read
from promptassay.providers.models import KeyUse, ProviderKey
from promptassay.providers.references import DEMO, DEMO_MODELS, parse_reference

_DEMO_LISTED = {each.id: Listed(each.id, each.title, each.context_tokens, each.max_output_tokens) for each in MODELS}
DEMO_HOST = "inside PromptAssay"
DEMO_NAME = "Demo, not a language model"


@dataclass(frozen=True)
class ModelChoice:
    """A model that can be chosen. `known` says that the provider listed it when the key was last asked.

    `listed` is what that list said of it, None where nobody looked.
    """

    reference: str
    model: str
    key_name: str
    provider: str
    host: str
    base_url: str = ""
    known: bool = True
    listed: Listed | None = None

    @property
    def is_demo(self) -> bool:
        """Whether the built-in demo provider answers, which is not a language model."""
        return self.provider == DEMO


@dataclass(frozen=True)
class KeyActivity:
    """When a key was last used, and for how many calls in all."""

    last_used: datetime | None
    calls: int


def list_keys() -> list[ProviderKey]:
    """The workspace's keys by name; neither the sealed bytes nor what providers listed are loaded."""
    return list(ProviderKey.objects.defer("sealed", "listed").order_by("name"))


def list_keys_with_models(ids: Collection[UUID] | None = None) -> list[ProviderKey]:
    """The same keys with what their providers listed; only these if given."""
    keys = ProviderKey.objects.defer("sealed").order_by("name")
    return list(keys if ids is None else keys.filter(pk__in=ids))


def get_key(key_id: UUID) -> ProviderKey:
    """One key's facts; NotFound when there is none."""
    return _one(ProviderKey.objects.defer("sealed", "listed").filter(pk=key_id).first())


def get_key_to_list(key_id: UUID) -> ProviderKey:
    """The same with what its provider listed, locked until the transaction ends."""
    return _one(ProviderKey.objects.select_for_update(of=("self",)).defer("sealed").filter(pk=key_id).first())


def _one(found: ProviderKey | None) -> ProviderKey:
    if found is None:
        raise NotFound("There is no such provider key.")
    return found


def keys_to_ask(*, older_than: timedelta) -> list[UUID]:
    """The keys whose provider was not asked for its models for so long, or never."""
    stale = Q(tested_at=None) | Q(tested_at__lt=datetime.now(UTC) - older_than)
    return list(ProviderKey.objects.filter(stale).order_by("id").values_list("id", flat=True))


def providers_of_keys() -> set[str]:
    """The kinds of the workspace's keys."""
    return set(ProviderKey.objects.values_list("provider", flat=True).distinct())


def host_of(key: ProviderKey) -> str:
    """The host (and port, if unusual) that this key is sent to."""
    return urlsplit(key.base_url).netloc


def demo_choices() -> list[ModelChoice]:
    """The demo provider's models, which every workspace has."""
    return [demo_choice(model) for model in DEMO_MODELS]


def demo_choice(model: str) -> ModelChoice:
    """A model of the demo provider, as a choice."""
    return ModelChoice(f"{DEMO}/{model}", model, DEMO_NAME, DEMO, DEMO_HOST, listed=_DEMO_LISTED.get(model))


def model_choices() -> list[ModelChoice]:
    """Every model that the workspace can call: those its keys listed, then the demo's."""
    choices = [choice_of(key, model) for key in list_keys() for model in key.all_models]
    return choices + demo_choices()


def describe(reference: str) -> ModelChoice:
    """The choice behind a reference; ProviderKeyMissing when its key is gone, ValidationFailed when it is none."""
    parsed = parse_reference(reference)
    if parsed.key_id is None:
        return demo_choice(parsed.model)
    keys = ProviderKey.objects.defer("sealed", "listed").annotate(entry=KeyTransform(parsed.model, "listed"))
    key = keys.filter(pk=parsed.key_id).first()
    if key is None:
        raise ProviderKeyMissing(
            f"The provider key for “{parsed.model}” is gone.",
            why="It was deleted, or it belongs to another workspace.",
            next_step="Choose another model, or add a key under Settings, Provider keys.",
        )
    return choice_of(key, parsed.model, read(parsed.model, key.entry))


def facts_of(choice: ModelChoice) -> ModelFacts:
    """What is known of a model: what its provider's own list says, then the catalogue."""
    listed = choice.listed or Listed(choice.model)
    return facts(
        choice.provider,
        choice.model,
        base_url=choice.base_url,
        context_tokens=listed.context_tokens,
        max_output_tokens=listed.max_output_tokens,
    )


def choice_of(key: ProviderKey, model: str, listed: Listed | None = None) -> ModelChoice:
    """A model of a key, as a choice."""
    return ModelChoice(
        reference=f"{key.id}/{model}",
        model=model,
        key_name=key.name,
        provider=key.provider,
        host=host_of(key),
        base_url=key.base_url,
        known=model in key.all_models,
        listed=listed,
    )


def activity() -> dict[UUID, KeyActivity]:
    """Last use and number of calls of each key that was ever used, by key id."""
    rows = KeyUse.objects.values("key_id").annotate(last=Max("at"), total=Sum("calls"))
    return {row["key_id"]: KeyActivity(row["last"], row["total"]) for row in rows}


def ledger(*, key_id: UUID | None = None, user_id: UUID | None = None, limit: int = 100) -> list[KeyUse]:
    """The newest uses of keys, newest first, of one key or one person if given."""
    uses = KeyUse.objects.order_by("-at", "-id")
    if key_id is not None:
        uses = uses.filter(key_id=key_id)
    if user_id is not None:
        uses = uses.filter(user_id=user_id)
    return list(uses[:limit])
