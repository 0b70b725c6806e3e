"""Reading provider keys: facts and choices, never the key itself."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce

from promptassay.core.errors import NotFound, ProviderKeyMissing
from promptassay.providers.catalogue import ModelFacts, facts
from promptassay.providers.demo import MODELS
from promptassay.providers.listed import Listed, read
from promptassay.providers.models import KeyUse, ProviderKey
from promptassay.providers.references import DEMO, DEMO_MODELS, parse_reference
from promptassay.usage.models import ModelCall
from promptassay.usage.purposes import WITHOUT_TEXT

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


@dataclass(frozen=True)
class UseFilter:
    """Which entries of the key-use ledger: None and empty leave a field open.

    `failed` keeps those of which a counted call did not end well.
    """

    key_id: UUID | None = None
    user_id: UUID | None = None
    purpose: str = ""
    origin: str = ""
    failed: bool = False


@dataclass(frozen=True)
class UseChoices:
    """What stands in a ledger: key names by id, the newest name of each, then people, purposes and hosts."""

    keys: dict[UUID, str]
    people: set[UUID | None]
    purposes: list[str]
    origins: list[str]


def uses(which: UseFilter) -> QuerySet[KeyUse]:
    """Entries of the key-use ledger, newest first."""
    fields = {name: value for name, value in vars(which).items() if value and name != "failed"}
    found = KeyUse.objects.filter(**fields).order_by("-at", "-id")
    if which.failed:
        calls = ModelCall.objects.filter(use_id=OuterRef("id")).exclude(status="ok")
        found = found.filter(Exists(calls))
    return found


def use_choices(*, user_id: UUID | None = None) -> UseChoices:
    """What the ledger, or one person's part of it, can be narrowed to."""
    rows = (
        uses(UseFilter(user_id=user_id))
        .values("key_id", "key_name", "user_id", "purpose", "origin")
        .annotate(last=Max("at"))
        .order_by("last")
    )
    found = list(rows)
    return UseChoices(
        keys={row["key_id"]: row["key_name"] for row in found},
        people={row["user_id"] for row in found},
        purposes=sorted({row["purpose"] for row in found}),
        origins=sorted({row["origin"] for row in found}),
    )


@dataclass(frozen=True)
class KeyReach:
    """What left for one host on one key: calls with text, and without (tests, lists of models); and when."""

    origin: str
    key_id: UUID
    key_name: str
    with_text: int
    without_text: int
    first: datetime
    last: datetime


def reach(*, user_id: UUID | None = None) -> list[KeyReach]:
    """Every host that the ledger names, by key and by the names that it had, the last used last; one person's if
    `user_id` is given.
    """
    text = ~Q(purpose__in=WITHOUT_TEXT)
    rows = (
        uses(UseFilter(user_id=user_id))
        .order_by()
        .values("origin", "key_id", "key_name")
        .annotate(
            with_text=Coalesce(Sum("calls", filter=text), 0),
            without_text=Coalesce(Sum("calls", filter=~text), 0),
            first=Min("at"),
            last=Max("at"),
        )
    )
    return sorted((KeyReach(**row) for row in rows), key=lambda each: each.last)


def outcomes_of(use_ids: Collection[UUID]) -> dict[UUID, Counter[str]]:
    """How the counted calls of each use ended: how many with which status."""
    rows = ModelCall.objects.filter(use_id__in=use_ids).values_list("use_id", "status").annotate(Count("id"))
    found: dict[UUID, Counter[str]] = {}
    for use_id, status, number in rows:
        found.setdefault(use_id, Counter())[status] = number
    return found
