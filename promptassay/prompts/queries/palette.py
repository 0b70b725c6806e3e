"""Finding prompts, versions and labels for the command palette; what is not there is None or left out."""

from uuid import UUID

from promptassay.prompts.models import Prompt, Version
from promptassay.prompts.queries.prompts import SEARCH_WORDS, holds


def find_prompt(prompt_id: UUID) -> Prompt | None:
    """A prompt, archived or not, if it is there."""
    return Prompt.objects.defer("search_text").filter(pk=prompt_id).first()


def prompts_like(words: str, *, limit: int) -> list[Prompt]:
    """Live prompts with every word in their title, the latest changed first; then those with them in their text."""
    wanted = words.split()[:SEARCH_WORDS]
    live = Prompt.objects.defer("search_text").filter(archived_at=None).order_by("-updated_at", "id")
    titled = live
    for word in wanted:
        titled = titled.filter(title__icontains=word)
    found = list(titled[:limit])
    if len(found) < limit:
        for word in wanted:
            live = live.filter(holds(word))
        found += live.exclude(pk__in=[each.pk for each in found])[: limit - len(found)]
    return found


def newest_versions(prompt: Prompt, *, limit: int) -> list[tuple[int, str]]:
    """The newest versions' numbers and summaries, newest first."""
    rows = Version.objects.filter(prompt=prompt).order_by("-number").values_list("number", "summary")
    return list(rows[:limit])


def numbers_among(prompt: Prompt, numbers: set[int]) -> set[int]:
    """Those of these version numbers that the prompt has."""
    return set(Version.objects.filter(prompt=prompt, number__in=numbers).values_list("number", flat=True))
