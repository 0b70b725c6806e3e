"""Reading suites and their cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from promptassay.core.errors import NotFound
from promptassay.evals.models import Case, Run, Suite
from promptassay.prompts.models import Prompt, Version

_MISSING = """
    SELECT c.name, c.position, array_agg(wanted.name ORDER BY wanted.place)
    FROM evals_case c CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS wanted(name, place)
    WHERE c.suite_id = %s AND NOT c.variables ? wanted.name
    GROUP BY c.id, c.name, c.position ORDER BY c.position LIMIT %s
"""
_NAMES = """
    SELECT DISTINCT key FROM evals_case c, LATERAL jsonb_object_keys(c.variables) AS key
    WHERE c.suite_id = %s ORDER BY key
"""


@dataclass(frozen=True)
class SuiteLine:
    """A suite as a list shows it: its prompt's title, its size, and its newest run that is over."""

    suite: Suite
    prompt_title: str
    cases: int
    runs: int
    last: Run | None

    @property
    def last_rate(self) -> float | None:
        """The share of cells with a verdict that passed in that run; None without one."""
        if self.last is None or self.last.done <= self.last.errors:
            return None
        if not (self.last.passed or self.suite.checks or self.suite.rubric):
            return None  # nothing was judged, which is no failure
        return self.last.passed / (self.last.done - self.last.errors)


def suite_count() -> int:
    """How many suites are in use; for the rail of every page."""
    return Suite.objects.filter(archived_at=None).count()


def get_suite(suite_id: UUID) -> Suite:
    """One suite with its prompt; NotFound when there is none."""
    suite = Suite.objects.select_related("prompt").filter(pk=suite_id).first()
    if suite is None:
        raise NotFound()
    return suite


def suite_named(prompt_id: UUID, name: str) -> Suite | None:
    """A prompt's suite of this name, archived or not, without regard to case."""
    return Suite.objects.filter(prompt_id=prompt_id, name__iexact=name).first()


def prompt_of(prompt_id: UUID) -> Prompt:
    """The prompt that a suite tests; NotFound when there is none."""
    prompt = Prompt.objects.filter(pk=prompt_id).first()
    if prompt is None:
        raise NotFound()
    return prompt


def prompts_to_test(limit: int = 200) -> list[Prompt]:
    """The prompts that a new suite can be made for: those with a version, the latest changed first."""
    found = Prompt.objects.filter(archived_at=None, current_version__gt=0).order_by("-updated_at")
    return list(found[:limit])


def list_suites(*, prompt_id: UUID | None = None, archived: bool = False, search: str = "") -> list[SuiteLine]:
    """Suites by name, of one prompt if given, with their size and last result; at most 500."""
    suites = Suite.objects.select_related("prompt").filter(archived_at__isnull=not archived)
    if prompt_id is not None:
        suites = suites.filter(prompt_id=prompt_id)
    if search:
        suites = suites.filter(name__icontains=search) | suites.filter(prompt__title__icontains=search)
    newest = Run.objects.filter(suite=OuterRef("pk"), finished_at__isnull=False).order_by("-number")
    rows: QuerySet[Any] = suites.order_by("name", "id").annotate(
        case_total=_counted(Case), run_total=_counted(Run), last_id=Subquery(newest.values("id")[:1])
    )
    found = list(rows[:500])
    last = Run.objects.defer("config").in_bulk([each.last_id for each in found if each.last_id])
    return [
        SuiteLine(each, each.prompt.title, each.case_total, each.run_total, last.get(each.last_id)) for each in found
    ]


def _counted(model: type[Case] | type[Run]) -> Coalesce:
    """How many rows of a model a suite has, as a subquery: two joins would multiply each other."""
    rows: QuerySet[Any] = model.objects.filter(suite=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("suite").annotate(total=Count("pk")).values("total")), 0)


def cases_of(suite_id: UUID, *, offset: int = 0, limit: int | None = None) -> list[Case]:
    """A suite's cases in order, or a part of them."""
    cases = Case.objects.filter(suite_id=suite_id).order_by("position", "id")
    return list(cases[offset : None if limit is None else offset + limit])


def cases_spread(suite_id: UUID, number: int) -> list[Case]:
    """About `number` of a suite's cases, evenly from the first to the last."""
    ids = list(Case.objects.filter(suite_id=suite_id).order_by("position", "id").values_list("id", flat=True))
    step = max(1, -(-len(ids) // number))
    return list(Case.objects.filter(pk__in=ids[::step]).order_by("position", "id"))


def case_count(suite_id: UUID) -> int:
    """How many cases a suite has."""
    return Case.objects.filter(suite_id=suite_id).count()


def get_case(suite_id: UUID, case_id: UUID) -> Case:
    """One case of a suite; NotFound when there is none."""
    case = Case.objects.filter(suite_id=suite_id, pk=case_id).first()
    if case is None:
        raise NotFound()
    return case


def case_names(suite_id: UUID) -> set[str]:
    """The names of a suite's cases."""
    return set(Case.objects.filter(suite_id=suite_id).values_list("name", flat=True))


def variable_names(suite_id: UUID) -> list[str]:
    """The names of all variables that any case of a suite gives a value for, in alphabetical order."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [suite_id])
        return [row[0] for row in cursor.fetchall()]


def missing_values(suite_id: UUID, names: Sequence[str], limit: int = 20) -> list[tuple[str, list[str]]]:
    """The cases, by name or “case N”, that lack a value for some of `names`, with those; at most `limit`."""
    if not names:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [list(names), suite_id, limit])
        return [(name or f"case {position + 1}", list(absent)) for name, position, absent in cursor.fetchall()]


def versions_of(prompt_id: UUID, limit: int = 100) -> list[Version]:
    """A prompt's newest versions, newest first."""
    return list(Version.objects.filter(prompt_id=prompt_id).order_by("-number")[:limit])
