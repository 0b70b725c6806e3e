"""Writing drafts: each person's unsaved copy, saved as they type, so without audit records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.prompts import queries
from promptassay.prompts.content import (
    JSON_BYTES,
    PromptContent,
    check_content,
    content_of,
    hash_of,
    text_problem,
)
from promptassay.prompts.merging import Choice, Merge, merge_contents
from promptassay.prompts.models import Branch, Draft, Prompt
from promptassay.workspaces.actor import Actor

UNFINISHED_CHARACTERS: Final = 2 * JSON_BYTES
TAB_LENGTH: Final = 32


class DraftConflict(Conflict):
    """Another tab of the same person saved a newer draft; `newer` is that draft. Nothing was written."""

    def __init__(self, newer: Draft) -> None:
        super().__init__(
            "A newer draft of this prompt was saved in another tab of yours.",
            why="This page does not have its changes.",
            next_step="Load the newer draft, or keep this one.",
            details={"revision": newer.revision},
        )
        self.newer = newer


@dataclass(frozen=True)
class DraftState:
    """Where a draft stands after it was saved. Without differences from the latest version there is none:
    revision 0.
    """

    revision: int
    base_version: int
    kept: bool


def save_draft(
    actor: Actor,
    prompt: Prompt,
    *,
    content: PromptContent,
    base_version: int,
    revision: int,
    tab: str = "",
    unfinished: Mapping[str, str] | None = None,
    fixes: Sequence[Sequence[Any]] = (),
    force: bool = False,
    branch: Branch | None = None,
) -> DraftState:
    """Keep the actor's working copy of the main line, or of a branch, which has its own.

    `revision` is the last one that this page knows of, `tab` the page's own name, `fixes` the steps of the lint that
    it made (`lint_fixes.Step`).

    Raises DraftConflict when another tab saved since (unless `force`), ValidationFailed when it cannot be
    stored.
    """
    check_content(content, complete=False)
    rest = _checked_unfinished(unfinished or {})
    _require_live(prompt)
    now = datetime.now(UTC)
    held = _held_draft(actor, prompt, branch, now)
    digest = hash_of(content)
    newer = held.revision > revision and held.tab != tab[:TAB_LENGTH]
    if newer and not force and (hash_of(content_of(held)) != digest or held.unfinished != rest):
        raise DraftConflict(held)
    latest = queries.latest_version(prompt, branch)
    if latest is not None and latest.content_hash == digest and not rest:
        held.delete()
        return DraftState(0, latest.number, kept=False)
    held.messages, held.settings = content.messages, content.settings
    held.response_schema, held.tools = content.response_schema, content.tools
    held.unfinished, held.tab = rest, tab[:TAB_LENGTH]
    held.fixes = [list(step) for step in fixes] or None
    held.base_version = min(max(base_version, 0), queries.head_number(prompt, branch))
    held.revision = max(held.revision, revision) + 1
    held.updated_at = now
    held.save()
    return DraftState(held.revision, held.base_version, kept=True)


def plan_both(
    prompt: Prompt, newer: Draft, content: PromptContent, base_version: int, choices: Mapping[str, Choice]
) -> Merge:
    """What the newer draft (`ours`) and a page's content (`theirs`) together make of the version both come from."""
    base = queries.content_at(prompt, min(newer.base_version, base_version))
    return merge_contents(base, content_of(newer), content, choices)


def discard_draft(actor: Actor, prompt: Prompt, branch: Branch | None = None) -> None:
    """Throw the actor's draft away; the latest version of the line is what they see then."""
    Draft.objects.filter(prompt=prompt, user_id=actor.user_id, branch=branch).delete()


def _held_draft(actor: Actor, prompt: Prompt, branch: Branch | None, now: datetime) -> Draft:
    """The actor's draft, made if need be, its row locked so that two tabs take turns."""
    blank = Draft(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        prompt=prompt,
        branch=branch,
        user_id=actor.user_id,
        revision=0,
        updated_at=now,
    )
    Draft.objects.bulk_create([blank], ignore_conflicts=True)
    return Draft.objects.select_for_update().get(prompt=prompt, user_id=actor.user_id, branch=branch)


def _require_live(prompt: Prompt) -> None:
    if prompt.archived_at is not None:
        raise Conflict(
            "This prompt is archived, so it cannot be changed.",
            next_step="Take it out of the archive first; what you typed stays on your page until then.",
        )


def _checked_unfinished(unfinished: Mapping[str, str]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for name, text in unfinished.items():
        if len(text) > UNFINISHED_CHARACTERS:
            problems[name] = f"It has {len(text):,} characters; {UNFINISHED_CHARACTERS:,} fit."
        elif problem := text_problem(text):
            problems[name] = f"It {problem}"
    if problems:
        raise ValidationFailed(
            "The draft cannot be kept as it is.", why=next(iter(problems.values())), details=problems
        )
    return dict(unfinished)
