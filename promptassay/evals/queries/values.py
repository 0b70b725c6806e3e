"""The cases of a prompt as sources of values: which there are, by suite."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from promptassay.evals.models import Case, Suite

CASES_OFFERED: Final = 200


@dataclass(frozen=True)
class SuiteCases:
    """The first cases of a suite, without their values; `more` were left out."""

    suite: Suite
    cases: list[Case]
    more: int


def cases_by_suite(prompt_id: UUID) -> list[SuiteCases]:
    """The suites in use of a prompt that have cases, at most 200 cases in all."""
    suites = list(Suite.objects.filter(prompt_id=prompt_id, archived_at=None).order_by("name"))
    left = CASES_OFFERED
    found = []
    for suite in suites:
        cases = Case.objects.filter(suite=suite).order_by("position", "id")
        shown = list(cases.only("id", "name", "position")[:left]) if left else []
        total = cases.count()
        left -= len(shown)
        if total:
            found.append(SuiteCases(suite, shown, total - len(shown)))
    return found
