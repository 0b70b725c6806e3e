"""Prompts and suites whose model stops answering, and the runs that try its replacement before it does."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef

from promptassay.evals.models import Case, Suite
from promptassay.prompts.models import Prompt, Version
from promptassay.providers.retirements import Retirement, retiring

SUITES_SHOWN: Final = 4


@dataclass(frozen=True)
class Trial:
    """A suite that can try the replacement; `query` chooses version and models in the form of a run."""

    suite: Suite
    query: str


@dataclass(frozen=True)
class Threatened:
    """A prompt that aims at a retiring model (`is_target`), or has `suites` that run on it or are judged by it.

    `trials` are its suites with cases; there is nothing to try without a replacement.
    """

    prompt: Prompt
    retirement: Retirement
    is_target: bool
    suites: list[Suite]
    trials: list[Trial]


def threatened(prompt_ids: Collection[UUID] | None = None) -> list[Threatened]:
    """The prompts in use that a retirement touches, the first to happen first; of these prompts if given."""
    prompts = Prompt.objects.filter(archived_at=None)
    suites = Suite.objects.filter(archived_at=None, prompt__archived_at=None).order_by("name", "id")
    if prompt_ids is not None:
        prompts, suites = prompts.filter(pk__in=prompt_ids), suites.filter(prompt__in=prompt_ids)
    targets = dict(prompts.exclude(target_model="").values_list("id", "target_model"))
    named: dict[tuple[UUID, str], set[UUID]] = defaultdict(set)
    for suite_id, prompt_id, models, judge in suites.values_list("id", "prompt_id", "model_refs", "judge"):
        for reference in (*models, judge):
            named[prompt_id, reference].add(suite_id)
    found = retiring({*targets.values(), *(reference for _, reference in named)})
    pairs = {(prompt_id, reference) for prompt_id, reference in (*targets.items(), *named) if reference in found}
    if not pairs:
        return []
    return _lines(pairs, found, targets, named)


def trials_of(prompt: Prompt, retirement: Retirement) -> list[Trial]:
    """The suites of one prompt that can try the replacement of a model, by name."""
    has_cases = Exists(Case.objects.filter(suite=OuterRef("pk")))
    suites = list(Suite.objects.filter(has_cases, archived_at=None, prompt=prompt).order_by("name"))
    latest = Version.objects.filter(prompt=prompt, number=prompt.current_version).values_list("id", flat=True).first()
    return _trials(suites, latest, retirement)


def _lines(
    pairs: set[tuple[UUID, str]],
    found: dict[str, Retirement],
    targets: dict[UUID, str],
    named: dict[tuple[UUID, str], set[UUID]],
) -> list[Threatened]:
    ids = {prompt_id for prompt_id, _ in pairs}
    prompts = Prompt.objects.in_bulk(ids)
    by_prompt: dict[UUID, list[Suite]] = defaultdict(list)
    has_cases = Exists(Case.objects.filter(suite=OuterRef("pk")))
    for suite in Suite.objects.filter(archived_at=None, prompt__in=ids).annotate(filled=has_cases).order_by("name"):
        by_prompt[suite.prompt_id].append(suite)
    latest = {
        prompt_id: version_id
        for prompt_id, number, version_id in Version.objects.filter(prompt__in=ids)
        .order_by("number")
        .values_list("prompt_id", "number", "id")
        if number == prompts[prompt_id].current_version
    }
    lines = []
    for prompt_id, reference in pairs:
        retirement = found[reference]
        suites = by_prompt[prompt_id]
        using = named.get((prompt_id, reference), set())
        # Suites that run on the model come first: they are what its retirement breaks.
        ordered = sorted((each for each in suites if each.filled), key=lambda each: each.id not in using)  # type: ignore[attr-defined]
        lines.append(
            Threatened(
                prompts[prompt_id],
                retirement,
                targets.get(prompt_id) == reference,
                [each for each in suites if each.id in using],
                _trials(ordered[:SUITES_SHOWN], latest.get(prompt_id), retirement),
            )
        )
    return sorted(lines, key=lambda line: (line.retirement.on, line.prompt.title.casefold(), line.prompt.id))


def _trials(suites: list[Suite], version_id: UUID | None, retirement: Retirement) -> list[Trial]:
    if retirement.replacement is None or version_id is None:
        return []
    # A model that answers no more cannot be run beside its replacement.
    old = [] if retirement.is_over else [retirement.choice.reference]
    models = [*old, retirement.replacement.reference]
    query = urlencode([("versions", str(version_id)), *(("models", each) for each in models)])
    return [Trial(suite, query) for suite in suites]
