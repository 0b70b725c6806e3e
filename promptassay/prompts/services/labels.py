"""Writing labels: made, moved, protected, deleted; each move is kept in the label's history for ever."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.prompts import gates, queries
from promptassay.prompts.models import Label, LabelMove, Prompt, Version
from promptassay.prompts.services.versions import lock
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

NAME_LIMIT: Final = 40
REASON_LIMIT: Final = 300
LABELS_MAX: Final = 50
RESERVED: Final = frozenset({"latest", "draft", "main"})
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class GateClosed(Conflict):
    """A protected label stays: its suite has not passed on the version's content. Nothing was written.

    `evidence` is what there is, None for a suite that never finished a run on that content or is gone.
    """

    def __init__(self, label: Label, version: Version, suite: gates.GateSuite | None, evidence: Any) -> None:
        name = f"“{suite.name}”" if suite else "the suite that guards it"
        super().__init__(
            f"{label.name} stays at v{label.version_number}: v{version.number} has not passed {name}.",
            why=_missing(version, suite, evidence),
            next_step="Run the suite on this version, then move the label." if suite else "Choose another suite.",
            details={"label": label.name, "number": version.number},
        )
        self.label, self.version, self.suite, self.evidence = label, version, suite, evidence


@dataclass(frozen=True)
class Moved:
    """The label where it now is; `move` is None when it already was there."""

    label: Label
    move: LabelMove | None


def move_label(
    actor: Actor,
    prompt: Prompt,
    *,
    name: str,
    number: int,
    seen: int | None = None,
    reason: str = "",
    override: bool = False,
) -> Moved:
    """Point a label at a version; a name that does not exist yet is made.

    `seen` is the version that the person saw it at, 0 for none: Conflict when somebody moved it since. A protected
    label needs LABEL_MOVE_PROTECTED and, with a suite, evidence on that very content: GateClosed without.
    `override` moves it all the same, with the reason kept in history and audit log.
    """
    actor.require(Ability.LABEL_MOVE)
    name, reason = checked_name(name), _checked_reason(reason)
    locked = lock(prompt)
    version = queries.get_version(locked, number)
    label = Label.objects.select_for_update().filter(prompt=locked, name=name).first()
    at = label.version_number if label else 0
    if seen is not None and at != seen:
        raise _moved_meanwhile(name, at)
    if label is None:
        label = _new_label(actor, locked, name)
    elif at == number:
        return Moved(label, None)
    evidence, overrode = _through_gate(actor, label, version, reason, override)
    label.version_number, label.updated_by, label.updated_at = number, actor.user_id, datetime.now(UTC)
    label.save()
    move = _keep(actor, label, at or None, number, reason, overrode=overrode, evidence=evidence)
    data: dict[str, Any] = {
        "label": name,
        "from": at or None,
        "to": number,
        "hash": version.content_hash,
        "reason": reason,
    }
    if overrode:
        data |= {"overrode": True, "suite": str(label.suite_id)}
    elif evidence:
        data |= {"evidence": evidence}
    record(actor, "label.overridden" if overrode else "label.moved", target=("prompt", locked.id), data=data)
    return Moved(label, move)


def protect_label(actor: Actor, prompt: Prompt, *, name: str, suite_id: UUID | None = None) -> Label:
    """Let only admins move a label; with a suite of this prompt, only to content that passed it.

    Protecting asks nothing of the version that the label is at. Protecting again changes the suite.
    """
    actor.require(Ability.LABEL_PROTECT)
    if suite_id is not None and suite_id not in {suite.id for suite in gates.suites_for(prompt.id)}:
        raise ValidationFailed(
            "The label was not protected.",
            why="The suite is none of this prompt, or it is archived.",
            next_step="Choose a suite of this prompt, or none.",
            details={"suite": "Choose a suite of this prompt."},
        )
    label = _locked_label(prompt, name)
    if label.protected and label.suite_id == suite_id:
        return label
    label.protected, label.suite_id = True, suite_id
    label.save(update_fields=["protected", "suite_id"])
    data = {"label": label.name, "suite": str(suite_id) if suite_id else None}
    record(actor, "label.protected", target=("prompt", prompt.id), data=data)
    return label


def unprotect_label(actor: Actor, prompt: Prompt, *, name: str) -> Label:
    """Let every member move a label again, without evidence."""
    actor.require(Ability.LABEL_PROTECT)
    label = _locked_label(prompt, name)
    if label.protected:
        label.protected, label.suite_id = False, None
        label.save(update_fields=["protected", "suite_id"])
        record(actor, "label.unprotected", target=("prompt", prompt.id), data={"label": label.name})
    return label


def delete_label(actor: Actor, prompt: Prompt, *, name: str, reason: str = "") -> None:
    """Take a label away; its history stays. Conflict while it is protected."""
    actor.require(Ability.LABEL_MOVE)
    reason = _checked_reason(reason)
    label = _locked_label(prompt, name)
    if label.protected:
        raise Conflict(
            f"{label.name} is protected, so it cannot be deleted.",
            why="Programs rely on where a protected label points.",
            next_step="An admin lifts the protection first.",
        )
    label.delete()
    _keep(actor, label, label.version_number, None, reason)
    data = {"label": label.name, "from": label.version_number, "reason": reason}
    record(actor, "label.deleted", target=("prompt", prompt.id), data=data)


def checked_name(name: str) -> str:
    """A label's or branch's name: small letters, digits and single dashes; ValidationFailed otherwise."""
    name = name.strip()
    problem = ""
    if not _NAME.fullmatch(name):
        problem = "A name has small letters, digits and dashes between them, such as production or eu-staging."
    elif len(name) > NAME_LIMIT:
        problem = f"It has {len(name)} characters; {NAME_LIMIT} fit."
    elif name.isdecimal():
        problem = "A name of digits alone reads like a version number."
    elif name in RESERVED:
        problem = "latest always is the newest version." if name == "latest" else f"{name} means something else here."
    if problem:
        raise ValidationFailed(
            "This name cannot be used.", why=problem, next_step="Choose another name.", details={"name": problem}
        )
    return name


def _through_gate(
    actor: Actor, label: Label, version: Version, reason: str, override: bool
) -> tuple[dict[str, Any] | None, bool]:
    """The evidence that lets a label move, and whether it moves without."""
    if not label.protected:
        return None, False
    actor.require(Ability.LABEL_MOVE_PROTECTED)
    if label.suite_id is None:
        return None, False
    evidence = gates.evidence_for(label.suite_id, version.content_hash)
    if evidence is not None and evidence.passed:
        return evidence.to_json(label.suite_id), False
    if not override:
        suites = {suite.id: suite for suite in gates.suites_for(version.prompt_id)}
        raise GateClosed(label, version, suites.get(label.suite_id), evidence)
    if not reason:
        raise ValidationFailed(
            "Moving a protected label without evidence needs a reason.",
            why="The reason is kept in the label's history and in the audit log.",
            next_step="Write one sentence, then move it again.",
            details={"reason": "Say why it moves without evidence."},
        )
    return None, True


def _missing(version: Version, suite: gates.GateSuite | None, evidence: gates.Evidence | None) -> str:
    if suite is None:
        return "The suite is archived or gone, so it cannot vouch for anything."
    if evidence is None:
        return f"No finished run of it holds the content of v{version.number}."
    return f"Run r{evidence.run_number} does not vouch for it. {evidence.problem}"


def _new_label(actor: Actor, prompt: Prompt, name: str) -> Label:
    if queries.labels_of(prompt).count() >= LABELS_MAX:
        raise Conflict(
            f"A prompt has at most {LABELS_MAX} labels.", next_step="Move an existing one, or delete one first."
        )
    return Label(workspace_id=actor.workspace_id, prompt=prompt, name=name)


def _locked_label(prompt: Prompt, name: str) -> Label:
    label = Label.objects.select_for_update().filter(prompt=lock(prompt), name=name).first()
    if label is None:
        raise NotFound()
    return label


def _keep(
    actor: Actor,
    label: Label,
    before: int | None,
    after: int | None,
    reason: str,
    *,
    overrode: bool = False,
    evidence: dict[str, Any] | None = None,
) -> LabelMove:
    return LabelMove.objects.create(
        workspace_id=actor.workspace_id,
        prompt_id=label.prompt_id,
        name=label.name,
        from_number=before,
        to_number=after,
        moved_by=actor.user_id,
        moved_at=datetime.now(UTC),
        reason=reason,
        overrode=overrode,
        evidence=evidence,
    )


def _checked_reason(reason: str) -> str:
    reason = " ".join(reason.replace("\x00", " ").split())
    if len(reason) > REASON_LIMIT:
        problem = f"It has {len(reason):,} characters; {REASON_LIMIT} fit."
        raise ValidationFailed("The reason is too long.", why=problem, details={"reason": problem})
    return reason


def _moved_meanwhile(name: str, at: int) -> Conflict:
    where = f"It is at v{at} now." if at else "It was deleted."
    return Conflict(
        f"Somebody moved {name} while you were choosing.",
        why=where,
        next_step="Look at where it is, then move it if you still want to.",
    )
