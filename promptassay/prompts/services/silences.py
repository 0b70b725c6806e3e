"""Silencing rules of the lint, in a prompt or in the whole workspace, each with a reason, and hearing them again."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from promptassay.audit.services import record
from promptassay.core.errors import NotFound, ValidationFailed
from promptassay.language.lint import RULES
from promptassay.prompts.models import LintSilence, Prompt
from promptassay.prompts.services.versions import lock
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

REASON_LIMIT: Final = 300


def silence_rule(actor: Actor, *, rule: str, reason: str, prompt: Prompt | None = None) -> LintSilence:
    """Let a rule be silent in a prompt, or without one in the whole workspace; again gives it another reason.

    NotFound for a rule that does not exist, ValidationFailed without a reason.
    """
    place = _place(actor, rule, prompt)
    reason = _checked_reason(reason)
    found, made = LintSilence.objects.select_for_update().get_or_create(
        prompt=place,
        rule=rule,
        defaults={
            "workspace_id": actor.workspace_id,
            "reason": reason,
            "silenced_by": actor.user_id,
            "silenced_at": datetime.now(UTC),
        },
    )
    if not made:
        if found.reason == reason:
            return found
        found.reason, found.silenced_by, found.silenced_at = reason, actor.user_id, datetime.now(UTC)
        found.save(update_fields=["reason", "silenced_by", "silenced_at"])
    _record(actor, "silenced", place, {"rule": rule, "reason": reason})
    return found


def hear_rule(actor: Actor, *, rule: str, prompt: Prompt | None = None) -> None:
    """Let a silenced rule speak again, in a prompt or in the whole workspace; nothing happens if it already does."""
    place = _place(actor, rule, prompt)
    gone, _ = LintSilence.objects.filter(prompt=place, rule=rule).delete()
    if gone:
        _record(actor, "heard", place, {"rule": rule})


def _place(actor: Actor, rule: str, prompt: Prompt | None) -> Prompt | None:
    """The prompt, locked; after a look at what the actor may do there."""
    actor.require(Ability.CONTENT_WRITE if prompt else Ability.WORKSPACE_SETTINGS)
    if rule not in RULES:
        raise NotFound()
    return lock(prompt) if prompt else None


def _record(actor: Actor, verb: str, prompt: Prompt | None, data: dict[str, Any]) -> None:
    target: tuple[str, UUID] = ("prompt", prompt.id) if prompt else ("workspace", actor.workspace_id)
    record(actor, f"rule.{verb}" if prompt else f"rule.{verb}_everywhere", target=target, data=data)


def _checked_reason(reason: str) -> str:
    reason = " ".join(reason.replace("\x00", " ").split())
    if reason and len(reason) <= REASON_LIMIT:
        return reason
    problem = f"It has {len(reason):,} characters; {REASON_LIMIT} fit." if reason else "Write one sentence."
    raise ValidationFailed(
        "The rule is not silenced: it needs a reason.",
        why=problem,
        next_step="Say why it does not hold here; whoever comes after you will ask.",
        details={"reason": problem},
    )
