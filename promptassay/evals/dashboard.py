"""What suites and runs add to the dashboard: runs at work, suites that regressed, and their words for the activity."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from promptassay.evals.models import Run, Suite
from promptassay.evals.queries.compare import Comparison, compare_sides, sides_of
from promptassay.evals.queries.runs import live_lines
from promptassay.evals.retiring import threatened
from promptassay.prompts.activity import describe
from promptassay.prompts.dashboard import Card, contribute
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

LIVE_SHOWN: Final = 5
REGRESSED_SHOWN: Final = 5
RETIRING_SHOWN: Final = 6
_SUITES_READ: Final = 200

SUITE_PHRASES: Final = {
    "suite.created": ("created the suite", ""),
    "suite.changed": ("changed the settings of the suite", ""),
    "suite.cases_imported": ("brought cases into the suite", ""),
    "suite.cases_changed": ("changed cases of the suite", ""),
    "suite.checks_changed": ("changed the checks of the suite", ""),
    "suite.rubric_changed": ("changed the rubric of the suite", ""),
    "suite.archived": ("archived the suite", ""),
    "suite.restored": ("took the suite", "out of the archive"),
    "suite.deleted": ("deleted the suite", ""),
}
RUN_PHRASES: Final = {
    "run.started": ("started run", "with {cells} cells"),
    "run.cancelled": ("cancelled run", ""),
    "run.deleted": ("deleted run r{number}", ""),
}
CASE_PHRASES: Final = {"case.checks_changed": ("changed the checks of a case", "")}


@dataclass(frozen=True)
class Regressed:
    """A suite whose newest finished run did worse than the one before it, on the cases of both."""

    suite: Suite
    comparison: Comparison


def register() -> None:
    """Tell the dashboard what this app has to show; done once, when the app is ready."""
    contribute("live", live_card, order=10)
    contribute("regressed", regressed_card, order=20)
    contribute("retiring", retiring_card, order=30)
    describe("suite", page="evals:suite-show", names=_suite_names, phrases=SUITE_PHRASES)
    describe("run", page="evals:run-show", names=_run_names, phrases=RUN_PHRASES)
    describe("case", page="", names=lambda ids: {}, phrases=CASE_PHRASES)


def live_card(actor: Actor) -> Card | None:
    """The runs that wait or go on right now."""
    lines = live_lines(limit=LIVE_SHOWN)
    return Card("Runs now", "evals/card_live.html", {"lines": lines}) if lines else None


def regressed_card(actor: Actor) -> Card | None:
    """The suites that regressed, the latest first."""
    found = regressed_suites(limit=REGRESSED_SHOWN)
    return Card("Suites that regressed", "evals/card_regressed.html", {"suites": found}) if found else None


def retiring_card(actor: Actor) -> Card | None:
    """The prompts whose model is retired or about to be, with the way to try its replacement."""
    lines = threatened()
    shown = {"lines": lines[:RETIRING_SHOWN], "more": max(0, len(lines) - RETIRING_SHOWN)}
    shown["may_run"] = actor.can(Ability.AI_USE)
    return Card("Models that retire", "evals/card_retiring.html", shown) if lines else None


def regressed_suites(*, limit: int) -> list[Regressed]:
    """Live suites whose last finished run is worse than the one before, by the exact test on paired cases."""
    found: list[Regressed] = []
    for newer, older in _last_two():
        if len(found) == limit:
            break
        comparison = compare_sides(sides_of(older, [])[0], sides_of(newer, [])[0])
        if comparison.paired.conclusion == "worse":
            found.append(Regressed(newer.suite, comparison))
    return found


def _last_two() -> list[tuple[Run, Run]]:
    """The last two finished runs of each live suite where the later one passed less often. One statement."""
    runs = Run.objects.filter(status=Run.Status.FINISHED, suite__archived_at=None).select_related("suite")
    pairs: dict[object, list[Run]] = defaultdict(list)
    for run in runs.order_by("-created_at")[:_SUITES_READ]:
        pairs[run.suite_id].append(run)
    return [(each[0], each[1]) for each in pairs.values() if len(each) > 1 and _share(each[0]) < _share(each[1])]


def _share(run: Run) -> float:
    judged = run.done - run.errors
    return run.passed / judged if judged > 0 else 0.0


def _suite_names(ids: Collection[str]) -> Mapping[str, str]:
    return {str(key): name for key, name in Suite.objects.filter(pk__in=ids).values_list("pk", "name")}


def _run_names(ids: Collection[str]) -> Mapping[str, str]:
    rows = Run.objects.filter(pk__in=ids).values_list("pk", "number", "suite__name")
    return {str(key): f"r{number} of {name}" for key, number, name in rows}
