"""Making, changing, archiving and deleting suites."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.evals import queries
from promptassay.evals.checks import parse_check
from promptassay.evals.limits import MAX_CHECKS, MAX_CONCURRENCY, MAX_NAME, MAX_REPEATS
from promptassay.evals.models import Case, Suite
from promptassay.evals.rubric import parse_rubric
from promptassay.prompts.models import Prompt
from promptassay.providers.queries import describe
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

MAX_MODELS = 20


def create_suite(actor: Actor, prompt: Prompt, *, name: str, model_refs: Sequence[str] = ()) -> Suite:
    """A suite without cases; ValidationFailed for a bad or taken name."""
    actor.require(Ability.CONTENT_WRITE)
    suite = Suite(workspace_id=actor.workspace_id, prompt=prompt, created_by=actor.user_id)
    suite.name = _free_name(suite, name)
    suite.model_refs = _checked_models(model_refs)
    suite.save(force_insert=True)
    record(
        actor,
        "suite.created",
        target=("suite", suite.id),
        data={"name": suite.name, "prompt": str(prompt.id)},
    )
    return suite


def change_settings(
    actor: Actor,
    suite: Suite,
    *,
    name: str,
    threshold: float,
    repeats: int,
    concurrency: int,
    model_refs: Sequence[str],
) -> Suite:
    """Set name, pass threshold (0 to 1), repeats, concurrency and default models."""
    actor.require(Ability.CONTENT_WRITE)
    for field, value, least, most in (
        ("threshold", threshold, 0, 1),
        ("repeats", repeats, 1, MAX_REPEATS),
        ("concurrency", concurrency, 1, MAX_CONCURRENCY),
    ):
        if not least <= value <= most:
            raise ValidationFailed(
                f"The {field} must be from {least} to {most}.", details={field: f"From {least} to {most}."}
            )
    with transaction.atomic():
        current = _locked(suite)
        current.name = _free_name(current, name)
        current.threshold, current.repeats, current.concurrency = threshold, repeats, concurrency
        current.model_refs = _checked_models(model_refs)
        current.save()
        record(
            actor,
            "suite.changed",
            target=("suite", suite.id),
            data={
                "name": current.name,
                "threshold": threshold,
                "repeats": repeats,
                "concurrency": concurrency,
            },
        )
    return current


def set_checks(
    actor: Actor, suite: Suite, *, checks: Sequence[Mapping[str, Any]], was: Sequence[Mapping[str, Any]]
) -> Suite:
    """Replace the checks of every case; Conflict when they are no longer what the person saw (`was`)."""
    actor.require(Ability.CONTENT_WRITE)
    with transaction.atomic():
        current = _locked(suite)
        _same(current.checks, was, "The checks of this suite")
        current.checks = checked_checks(checks)
        current.save(update_fields=["checks", "updated_at"])
        record(
            actor,
            "suite.checks_changed",
            target=("suite", suite.id),
            data={"kinds": [each["kind"] for each in current.checks]},
        )
    return current


def set_case_checks(
    actor: Actor, case: Case, *, checks: Sequence[Mapping[str, Any]], was: Sequence[Mapping[str, Any]]
) -> Case:
    """Replace the checks of one case, which come on top of the suite's."""
    actor.require(Ability.CONTENT_WRITE)
    with transaction.atomic():
        current = Case.objects.select_for_update().get(pk=case.pk)
        _same(current.checks, was, "The checks of this case")
        current.checks = checked_checks(checks)
        current.save(update_fields=["checks"])
        record(
            actor,
            "case.checks_changed",
            target=("case", case.id),
            data={"suite": str(case.suite_id), "kinds": [each["kind"] for each in current.checks]},
        )
    return current


def set_rubric(actor: Actor, suite: Suite, *, rubric: Mapping[str, Any] | None, judge: str) -> Suite:
    """Set or remove the rubric, and the judge that scores by it: a model reference, or empty for none."""
    actor.require(Ability.CONTENT_WRITE)
    parsed = None if rubric is None else parse_rubric(rubric).to_dict()
    if judge:
        describe(judge)
    with transaction.atomic():
        current = _locked(suite)
        current.rubric, current.judge = parsed, judge
        current.save(update_fields=["rubric", "judge", "updated_at"])
        names = [each["name"] for each in parsed["criteria"]] if parsed else []
        record(
            actor,
            "suite.rubric_changed",
            target=("suite", suite.id),
            data={"criteria": names, "judge": judge},
        )
    return current


def archive_suite(actor: Actor, suite: Suite) -> Suite:
    """Take a suite out of the lists; its runs stay readable. A member only archives their own."""
    return _set_archived(actor, suite, datetime.now(UTC))


def restore_suite(actor: Actor, suite: Suite) -> Suite:
    """Bring an archived suite back."""
    return _set_archived(actor, suite, None)


def delete_suite(actor: Actor, suite: Suite) -> None:
    """Delete a suite that never ran, with its cases; one with runs is history and can only be archived."""
    _require_own(actor, suite)
    with transaction.atomic():
        current = _locked(suite)
        if current.runs.exists():
            raise Conflict(
                f"The suite “{current.name}” has runs, so it is not deleted.",
                why="Deleting it would remove their results too.",
                next_step="Archive it instead, or delete its runs first.",
            )
        record(actor, "suite.deleted", target=("suite", suite.id), data={"name": current.name})
        current.delete()


def checked_checks(checks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Checks in their full JSON form; ValidationFailed for the first that cannot be used."""
    if len(checks) > MAX_CHECKS:
        raise ValidationFailed(
            f"There are {len(checks)} checks; {MAX_CHECKS} fit.", next_step="Remove some, or join them."
        )
    return [parse_check(each).to_dict() for each in checks]


def _locked(suite: Suite) -> Suite:
    return Suite.objects.select_for_update(of=("self",)).select_related("prompt").get(pk=suite.pk)


def _same(now: Sequence[Any], was: Sequence[Any], what: str) -> None:
    if list(now) != list(was):
        raise Conflict(
            f"{what} changed since you opened this page.",
            why="Somebody else saved meanwhile; nothing of theirs was overwritten.",
            next_step="Look at the checks as they are now, then make your change again.",
        )


def _set_archived(actor: Actor, suite: Suite, moment: datetime | None) -> Suite:
    _require_own(actor, suite)
    with transaction.atomic():
        current = _locked(suite)
        current.archived_at = moment
        current.save(update_fields=["archived_at", "updated_at"])
        action = "suite.archived" if moment else "suite.restored"
        record(actor, action, target=("suite", suite.id), data={"name": current.name})
    return current


def _require_own(actor: Actor, suite: Suite) -> None:
    actor.require(Ability.CONTENT_WRITE if suite.created_by == actor.user_id else Ability.CONTENT_MANAGE)


def _free_name(suite: Suite, name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        problem = f"A name has 1 to {MAX_NAME} characters."
        raise ValidationFailed("The suite needs another name.", why=problem, details={"name": problem})
    taken = queries.suite_named(suite.prompt_id, name)
    if taken is not None and taken.pk != suite.pk:
        where = " It is archived." if taken.archived_at else ""
        raise ValidationFailed(
            f"The prompt already has a suite “{taken.name}”.{where}",
            next_step="Choose another name.",
            details={"name": f"This name is taken.{where}"},
        )
    return name


def _checked_models(references: Sequence[str]) -> list[str]:
    """Models by reference, once each; one whose key is gone is refused by name."""
    if len(references) > MAX_MODELS:
        raise ValidationFailed(f"Choose at most {MAX_MODELS} models.", details={"model_refs": "Too many."})
    return [describe(each).reference for each in dict.fromkeys(references)]
