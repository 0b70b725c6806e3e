"""What a run would do: checked in full before anything is written, and frozen as the run's config."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from promptassay.core.errors import ValidationFailed
from promptassay.evals import queries
from promptassay.evals.checks import parse_check
from promptassay.evals.limits import MAX_CELLS, MAX_CONCURRENCY, MAX_REPEATS
from promptassay.evals.models import Suite
from promptassay.evals.rubric import parse_rubric
from promptassay.fragments.queries import WorkspaceFragments, source
from promptassay.prompts.calls import compile_content
from promptassay.prompts.models import Version
from promptassay.providers.queries import ModelChoice, describe

_SHOWN_CASES = 20


@dataclass(frozen=True)
class Plan:
    """A run that can start: `total` is its number of cells, `calls` that of model calls without retries.

    `fragments` is what it freezes of them: under `newest` which number stands for each reference without a pin, under
    `used` the slugs and numbers that take part in each version, by its id. `reason` is what set the run off, empty
    for a person's wish.
    """

    suite: Suite
    versions: tuple[Version, ...]
    models: tuple[ModelChoice, ...]
    judge: ModelChoice | None
    cases: int
    repeats: int
    threshold: float
    concurrency: int
    fragments: dict[str, Any] = field(default_factory=dict)
    reason: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Cells: cases x versions x models x repeats."""
        return self.cases * len(self.versions) * len(self.models) * self.repeats

    @property
    def calls(self) -> int:
        """Model calls: one for each cell, and one more when a judge scores it."""
        return self.total * (2 if self.judge else 1)

    def config(self) -> dict[str, Any]:
        """The JSON form that a run keeps for ever."""
        return {
            "suite_name": self.suite.name,
            "prompt_title": self.suite.prompt.title,
            "versions": [{"id": str(each.id), "number": each.number} for each in self.versions],
            "models": [_model(each) for each in self.models],
            "judge": _model(self.judge) if self.judge else None,
            "checks": self.suite.checks,
            "rubric": self.suite.rubric,
            "repeats": self.repeats,
            "threshold": self.threshold,
            "concurrency": self.concurrency,
            "fragments": self.fragments,
            **({"reason": self.reason} if self.reason else {}),
        }


def plan_run(
    suite: Suite,
    *,
    versions: Sequence[Version],
    models: Sequence[str],
    repeats: int | None = None,
    threshold: float | None = None,
    concurrency: int | None = None,
    fragments: WorkspaceFragments | None = None,
) -> Plan:
    """Check everything that a run needs; what is not given comes from the suite.

    models: model references. fragments: those to resolve with, by default the workspace's own. Raises
    ValidationFailed or ProviderKeyMissing with what to do next.
    """
    plan = Plan(
        suite=suite,
        versions=tuple(sorted({each.id: each for each in versions}.values(), key=lambda each: each.number)),
        models=tuple(describe(reference) for reference in dict.fromkeys(models)),
        judge=_judge(suite),
        cases=queries.case_count(suite.id),
        repeats=suite.repeats if repeats is None else repeats,
        threshold=suite.threshold if threshold is None else threshold,
        concurrency=suite.concurrency if concurrency is None else concurrency,
    )
    _check_choice(plan)
    _check_size(plan)
    for raw in suite.checks:
        parse_check(raw)
    read = fragments or source()
    used = {str(each.id): _check_version(suite, each, read) for each in plan.versions}
    return replace(plan, fragments={"newest": read.newest_used, "used": used})


def bad_choice(problem: str) -> ValidationFailed:
    """The refusal of a choice that cannot even be read."""
    return ValidationFailed("The run cannot start like this.", why=problem, next_step="Correct it and try again.")


def _check_choice(plan: Plan) -> None:
    if plan.suite.archived_at is not None:
        raise ValidationFailed("An archived suite does not run.", next_step="Restore the suite first.")
    if plan.cases == 0:
        raise ValidationFailed(
            f"The suite “{plan.suite.name}” has no cases yet.",
            next_step="Add a case, or paste or upload a table of them, then run again.",
            details={"cases": "There are none."},
        )
    if not plan.versions:
        raise ValidationFailed(
            "No version was chosen.",
            next_step="Choose one or more versions of the prompt; a draft is saved as a version first.",
            details={"versions": "Choose at least one."},
        )
    if any(version.prompt_id != plan.suite.prompt_id for version in plan.versions):
        raise ValidationFailed(
            "A chosen version belongs to another prompt.",
            next_step=f"Choose versions of “{plan.suite.prompt.title}”.",
            details={"versions": "Not a version of this prompt."},
        )
    if not plan.models:
        raise ValidationFailed(
            "No model was chosen.",
            next_step="Choose one or more models; the demo needs no key.",
            details={"models": "Choose at least one."},
        )


def _check_size(plan: Plan) -> None:
    limits = (
        ("repeats", plan.repeats, 1, MAX_REPEATS),
        ("concurrency", plan.concurrency, 1, MAX_CONCURRENCY),
        ("threshold", plan.threshold, 0, 1),
    )
    for name, value, least, most in limits:
        if not least <= value <= most:
            raise ValidationFailed(
                f"The {name} must be from {least} to {most}.", details={name: f"From {least} to {most}."}
            )
    if plan.total > MAX_CELLS:
        raise ValidationFailed(
            f"This run would have {plan.total:,} cells; the limit is {MAX_CELLS:,}.",
            why=f"{plan.cases:,} cases x {len(plan.versions)} versions x {len(plan.models)} models "
            f"x {plan.repeats} repeats.",
            next_step="Choose fewer versions, models or repeats, or split the suite.",
            details={"cells": plan.total},
        )


def _judge(suite: Suite) -> ModelChoice | None:
    if suite.rubric is None:
        return None
    parse_rubric(suite.rubric)
    if not suite.judge:
        raise ValidationFailed(
            "The suite has a rubric but no judge.",
            why="A judge model scores the rubric's criteria.",
            next_step="Choose a judge under §3 Rubric, or take the rubric away.",
            details={"judge": "Choose a model."},
        )
    return describe(suite.judge)


def _check_version(suite: Suite, version: Version, fragments: WorkspaceFragments) -> list[dict[str, Any]]:
    """Refuse a version that cannot be resolved, or needs a variable that some case has no value for.

    Returns the fragments that take part in it.
    """
    fragments.read_ahead(message["content"] for message in version.messages)
    try:
        compiled = compile_content(version, fragments)
        needed = compiled.missing({})
    except ValidationFailed as problem:
        raise ValidationFailed(
            f"v{version.number} cannot run. {problem.message}",
            why=problem.why,
            next_step=problem.next_step,
            details=problem.details,
        ) from None
    absent = queries.missing_values(suite.id, needed, limit=_SHOWN_CASES + 1)
    if not absent:
        return [{"slug": each.slug, "number": each.number} for each in compiled.fragments_used]
    shown = "; ".join(f"“{case}” lacks {', '.join(names)}" for case, names in absent[:3])
    more = len(absent) - 3
    many = f"; and {'many' if len(absent) > _SHOWN_CASES else more} more" if more > 0 else ""
    raise ValidationFailed(
        f"Some cases have no value for a variable of v{version.number}.",
        why=f"{shown}{many}.",
        next_step="Fill the cells under §1 Cases, or give the variable a default: {{name|text}}.",
        details={"missing": [{"case": case, "variables": names} for case, names in absent[:_SHOWN_CASES]]},
    )


def _model(choice: ModelChoice) -> dict[str, str]:
    return {
        "reference": choice.reference,
        "model": choice.model,
        "key_name": choice.key_name,
        "provider": choice.provider,
        "host": choice.host,
    }
