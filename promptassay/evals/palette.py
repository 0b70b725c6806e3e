"""What suites and runs add to the command palette: running a suite of this prompt, and finding suites and runs."""

import re
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.urls import reverse

from promptassay.evals import queries
from promptassay.evals.models import Run, Suite
from promptassay.prompts.palette import HERE as THIS_PROMPT
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.palette import FOUND_IN_A_GROUP, GO_TO, Command, Place, contribute
from promptassay.workspaces.permissions import Ability

_RUN: Final = re.compile(r"(?:run\s+)?r(\d{1,6})(?:\s+(.*))?")


def register() -> None:
    """Done once, when the app is ready."""
    contribute("suite", _here, order=12)
    contribute("suites-of-prompt", _of_prompt, order=16)
    contribute("suites-found", _found, order=44)
    contribute("suites", _pages, order=76)


def _to(actor: Actor, name: str, *ids: Any) -> str:
    return reverse(f"evals:{name}", args=[actor.workspace_id, *ids])


def _here(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    """On a suite's or a run's page: run it, its cases, its prompt."""
    suite = _suite_at(place)
    if suite is None:
        return
    title = "This suite"
    if actor.can(Ability.AI_USE) and suite.archived_at is None:
        yield title, Command("Run this suite…", _to(actor, "run-create", suite.id), words="start execute")
    yield title, Command("Cases, checks and rubric", _to(actor, "suite-show", suite.id), words="edit open suite")
    prompt = reverse("prompts:prompt-show", args=[actor.workspace_id, suite.prompt_id])
    yield title, Command("Open its prompt", prompt, words="edit workbench")


def _suite_at(place: Place) -> Suite | None:
    if (suite_id := place.ids.get("suite_id")) is not None:
        return queries.find_suite(suite_id)
    if (run_id := place.ids.get("run_id")) is not None:
        run = queries.find_run(run_id)
        return run.suite if run else None
    return None


def _of_prompt(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    """On a prompt's pages: run each of its suites, or make one."""
    prompt_id: UUID | None = place.ids.get("prompt_id")
    if prompt_id is None:
        return
    if actor.can(Ability.AI_USE):
        for each in queries.suites_to_run(prompt_id, limit=8):
            url = _to(actor, "run-create", each.id)
            yield THIS_PROMPT, Command(f"Run suite “{each.name}”…", url, words=f"test evaluate {each.name}")
    if actor.can(Ability.CONTENT_WRITE):
        url = f"{_to(actor, 'suite-create')}?prompt={prompt_id}"
        yield THIS_PROMPT, Command("New suite for this prompt", url, words="create test cases")


def _found(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    if not query:
        return
    for suite in queries.suites_like(query, limit=FOUND_IN_A_GROUP):
        yield "Suites", Command(suite.name, _to(actor, "suite-show", suite.id), note=suite.prompt.title, found=True)
    numbered = _RUN.fullmatch(query)
    number = int(numbered[1]) if numbered else None
    words = (numbered[2] or "") if numbered else query.removeprefix("run ")
    for run in queries.runs_like(words, number=number, limit=FOUND_IN_A_GROUP):
        yield "Runs", _run(actor, run)


def _run(actor: Actor, run: Run) -> Command:
    judged = run.done - run.errors
    state = f"{run.passed} of {judged} passed" if judged else run.get_status_display().lower()
    return Command(f"Run r{run.number} of {run.suite.name}", _to(actor, "run-show", run.id), note=state, found=True)


def _pages(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    yield GO_TO, Command("Suites", _to(actor, "suite-list"), words="tests evaluation")
    if actor.can(Ability.CONTENT_WRITE):
        yield GO_TO, Command("New suite", _to(actor, "suite-create"), words="create tests add make")
    yield GO_TO, Command("Runs", _to(actor, "run-list"), words="results evaluation")
