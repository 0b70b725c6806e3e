"""Finding suites and runs by a few words, for the command palette; what is not there is None or left out."""

from uuid import UUID

from promptassay.evals.models import Run, Suite

_WORDS = 8


def find_suite(suite_id: UUID) -> Suite | None:
    """A suite, if it is there."""
    return Suite.objects.filter(pk=suite_id).first()


def find_run(run_id: UUID) -> Run | None:
    """A run with its suite, if it is there."""
    return Run.objects.select_related("suite").defer("config").filter(pk=run_id).first()


def suites_to_run(prompt_id: UUID, *, limit: int) -> list[Suite]:
    """A prompt's suites in use, by name."""
    return list(Suite.objects.filter(prompt_id=prompt_id, archived_at=None).order_by("name", "id")[:limit])


def suites_like(words: str, *, limit: int) -> list[Suite]:
    """Suites in use with every word in their name, with their prompts, the latest changed first."""
    found = Suite.objects.select_related("prompt").filter(archived_at=None)
    for word in words.split()[:_WORDS]:
        found = found.filter(name__icontains=word)
    return list(found.order_by("-updated_at", "id")[:limit])


def runs_like(words: str, *, number: int | None = None, limit: int) -> list[Run]:
    """Runs of suites with every word in their name, with this number if given, newest first; none for neither."""
    wanted = words.split()[:_WORDS]
    if not wanted and number is None:
        return []
    found = Run.objects.select_related("suite").defer("config")
    if number is not None:
        found = found.filter(number=number)
    for word in wanted:
        found = found.filter(suite__name__icontains=word)
    return list(found.order_by("-created_at", "-id")[:limit])
