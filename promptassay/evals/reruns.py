"""What fragments learn of suites: which to run again for versions whose resolved text changes, and their start."""

from collections.abc import Collection, Iterator
from uuid import UUID

from promptassay.core.errors import AppError
from promptassay.evals.estimates import estimate
from promptassay.evals.models import Suite
from promptassay.evals.services.plan import plan_run
from promptassay.evals.services.runs import start_run
from promptassay.fragments.queries import WorkspaceFragments
from promptassay.fragments.reruns import Rerun, register
from promptassay.fragments.users import VersionKey
from promptassay.prompts.models import Version
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability


class Runs:
    """Answers what fragments ask, for the current workspace."""

    def offer(self, versions: Collection[VersionKey], fragments: WorkspaceFragments) -> list[Rerun]:
        """Follow `Runner.offer`."""
        return [_offered(suite, version, fragments) for suite, version in _pairs(versions)]

    def start(
        self, actor: Actor, suites: Collection[UUID], versions: Collection[VersionKey], *, slug: str, number: int
    ) -> int:
        """Follow `Runner.start`."""
        actor.require(Ability.AI_USE)
        reason = {"fragment": slug, "number": number}
        started = 0
        for suite, version in _pairs(versions):
            if suite.id not in suites:
                continue
            try:
                start_run(actor, suite, versions=[version], models=suite.model_refs, reason=reason)
            except AppError:  # a key that went meanwhile: the page of the suite says what is wrong
                continue
            started += 1
        return started


def connect() -> None:
    """Answer from now on; done once, when the app is ready."""
    register(Runs())


def _pairs(versions: Collection[VersionKey]) -> Iterator[tuple[Suite, Version]]:
    """Each suite with cases of the prompts, by prompt and name, and the newest of the versions of its prompt."""
    newest: dict[UUID, int] = {}
    for prompt_id, number in versions:
        newest[prompt_id] = max(number, newest.get(prompt_id, 0))
    suites = Suite.objects.filter(archived_at=None, prompt__in=newest, cases__isnull=False).select_related("prompt")
    found = {
        (version.prompt_id, version.number): version
        for version in Version.objects.filter(prompt__in=newest, number__in=set(newest.values()))
    }
    for suite in suites.distinct().order_by("prompt__title", "prompt_id", "name"):
        version = found.get((suite.prompt_id, newest[suite.prompt_id]))
        if version is not None:
            yield suite, version


def _offered(suite: Suite, version: Version, fragments: WorkspaceFragments) -> Rerun:
    named = (suite.id, suite.name, suite.prompt_id, suite.prompt.title, version.number)
    try:
        plan = plan_run(suite, versions=[version], models=suite.model_refs, fragments=fragments)
        expected = estimate(plan, fragments)
    except AppError as problem:
        return Rerun(*named, problem=f"{problem.message} {problem.next_step}".strip())
    return Rerun(
        *named,
        models=tuple(each.model for each in plan.models),
        cases=plan.cases,
        calls=plan.calls,
        cost=expected.cost,
        cost_is_whole=expected.cost_is_whole and not expected.unpriced,
    )
