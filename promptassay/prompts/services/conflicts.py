"""Bringing a draft together with the version that somebody saved meanwhile: three ways, nothing overwritten."""

from collections.abc import Mapping
from typing import Final

from promptassay.core.errors import Conflict
from promptassay.prompts import queries
from promptassay.prompts.content import content_of
from promptassay.prompts.merging import Choice, Merge, merge_contents
from promptassay.prompts.models import Branch, ChangeSource, Draft, Prompt
from promptassay.prompts.services.branches import MergeOpen
from promptassay.prompts.services.drafts import discard_draft, save_draft
from promptassay.prompts.services.versions import Saved, StaleBase, lock, lock_branch, save_version
from promptassay.workspaces.actor import Actor

_TAB: Final = "merge"  # the page where the choices are made, as the draft names the page that wrote it


class DraftMoved(Conflict):
    """The draft was changed in another tab since the person looked at the merge. Nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "Your draft went on in another tab while you were choosing.",
            why="Your choices were made for the draft as it was before.",
            next_step="Look at the merge as it is now, then save it.",
        )


def plan_draft_merge(prompt: Prompt, branch: Branch | None, draft: Draft, choices: Mapping[str, Choice]) -> Merge:
    """What the line's newest version (`ours`) and the draft (`theirs`) together make of what the draft started from."""
    base = queries.content_at(prompt, draft.base_version)
    latest = queries.content_at(prompt, queries.head_number(prompt, branch))
    return merge_contents(base, latest, content_of(draft), choices)


def merge_draft(
    actor: Actor,
    prompt: Prompt,
    *,
    branch: Branch | None,
    seen: int,
    revision: int,
    choices: Mapping[str, Choice],
    summary: str = "",
    as_draft: bool = False,
) -> Saved | None:
    """Make the next version of the line's newest and the actor's draft, or with `as_draft` the next draft: then None.

    The choices belong to the version and the revision of the draft that the person saw: StaleBase or DraftMoved when
    either went on, MergeOpen when a conflict has no choice. Settings that cannot be read yet stay out: Conflict.
    """
    locked = lock(prompt)
    line = lock_branch(branch) if branch else None
    head = queries.head_number(locked, line)
    if seen != head:
        raise StaleBase(seen, head)
    draft = Draft.objects.select_for_update().filter(prompt=locked, user_id=actor.user_id, branch=line).first()
    if draft is None or draft.revision != revision:
        raise DraftMoved()
    require_finished(draft)
    merge = plan_draft_merge(locked, line, draft, choices)
    if merge.open:
        raise MergeOpen(merge)
    if as_draft:
        save_draft(actor, locked, content=merge.content, base_version=head, revision=revision, tab=_TAB, branch=line)
        return None
    saved = save_version(
        actor,
        locked,
        content=merge.content,
        base_version=head,
        summary=summary or f"Brings v{head} and a draft from v{draft.base_version} together",
        change_source=ChangeSource.MERGE,
        branch=line,
    )
    discard_draft(actor, locked, line)
    return saved


def require_finished(draft: Draft) -> None:
    """Conflict when the draft holds a setting that cannot be read yet."""
    if draft.unfinished:
        raise Conflict(
            "The draft has a setting that cannot be read yet.",
            why=f"It is in {', '.join(name.replace('_', ' ') for name in draft.unfinished)}.",
            next_step="Correct it in the workbench, then save.",
        )
