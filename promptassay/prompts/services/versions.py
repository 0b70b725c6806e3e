"""Writing versions: numbered, immutable, never on top of one that the writer has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.prompts import queries
from promptassay.prompts.content import PromptContent, check_content, content_of, hash_of, length_of
from promptassay.prompts.models import Branch, ChangeSource, Draft, Prompt, Version
from promptassay.prompts.services.following import follow
from promptassay.workspaces.actor import Actor

SUMMARY_LIMIT: Final = 300
# Characters of the latest text that the list searches in; longer texts are found by their beginning.
SEARCHED_CHARACTERS: Final = 50_000


class StaleBase(Conflict):
    """Somebody saved a version since the writer's `base`; `latest` is its number. Nothing was written."""

    def __init__(self, base: int, latest: int) -> None:
        super().__init__(
            f"Version {latest} was saved while you were editing.",
            why=f"Your text started from {f'version {base}' if base else 'a prompt without versions'}.",
            next_step="Look at both changes, then save yours on top or take theirs.",
            details={"base": base, "latest": latest},
        )
        self.base = base
        self.latest = latest


@dataclass(frozen=True)
class Saved:
    """The version that now holds the content; `created` is False when the latest one already did."""

    version: Version
    created: bool


def save_version(
    actor: Actor,
    prompt: Prompt,
    *,
    content: PromptContent,
    base_version: int,
    summary: str = "",
    change_source: str = ChangeSource.MANUAL,
    provenance: Mapping[str, Any] | None = None,
    tab: str = "",
    revision: int = 0,
    branch: Branch | None = None,
    again: bool = False,
) -> Saved:
    """Make the next version of a prompt, or of a branch of it, unless its content is that of the latest one there.

    Numbers run on over all branches; `current_version` stays the main line's latest. `again` makes a version of the
    same content too: a merge is worth a record even if it changes nothing.
    `base_version` is the number the content started from, 0 for none. `tab` names the page it was written in and
    `revision` the draft which that page holds: that draft is done with then. Raises StaleBase when there is a newer
    version, ValidationFailed for content that cannot be saved. Malformed placeholders can: a version that cannot run
    yet is still worth keeping.
    """
    check_content(content, complete=True)
    summary = checked_summary(summary)
    locked = lock(prompt)
    line = lock_branch(branch) if branch else None
    digest = hash_of(content)
    latest = queries.latest_version(locked, line)
    if latest is not None and latest.content_hash == digest and not again:
        _finish_draft(actor, locked, line, tab, revision)
        return Saved(latest, created=False)
    head = queries.head_number(locked, line)
    if base_version != head:
        raise StaleBase(base_version, head)
    if line and change_source == ChangeSource.MANUAL:
        change_source = ChangeSource.BRANCH
    version = Version.objects.create(
        workspace_id=actor.workspace_id,
        prompt=locked,
        branch=line,
        number=queries.next_number(locked),
        parent_number=base_version or None,
        author_id=actor.user_id,
        change_source=ChangeSource(change_source),
        provenance=None if provenance is None else dict(provenance),
        summary=summary,
        content_hash=digest,
        content_length=length_of(content),
        **content.to_json(),
    )
    _advance(locked, line, version, content)
    follow(locked, line, content)
    _finish_draft(actor, locked, line, tab, revision)
    data = {"number": version.number, "source": version.change_source, "hash": digest}
    record(actor, "version.saved", target=("prompt", locked.id), data=data | ({"branch": line.name} if line else {}))
    return Saved(version, created=True)


def restore_version(actor: Actor, prompt: Prompt, *, number: int) -> Saved:
    """Make a new version of the main line with the content of any version. The actor's draft stays as it is."""
    old = queries.get_version(prompt, number)
    return save_version(
        actor,
        prompt,
        content=content_of(old),
        base_version=lock(prompt).current_version,
        summary=f"Restores v{number}",
        change_source=ChangeSource.RESTORE,
    )


def lock(prompt: Prompt) -> Prompt:
    """The prompt as it is now, with its row locked until the transaction ends: writers of versions queue up
    here.

    Raises NotFound when it is gone, Conflict when it is archived.
    """
    locked = Prompt.objects.select_for_update().defer("search_text").filter(pk=prompt.pk).first()
    if locked is None:
        raise NotFound()
    if locked.archived_at is not None:
        raise Conflict(
            "This prompt is archived, so it cannot be changed.",
            next_step="Take it out of the archive first: the button is on its page.",
        )
    return locked


def lock_branch(branch: Branch) -> Branch:
    """The branch as it is now, with its row locked after its prompt's; Conflict when it was closed meanwhile."""
    locked = Branch.objects.select_for_update().filter(pk=branch.pk).first()
    if locked is None:
        raise NotFound()
    if locked.closed_at is not None:
        raise Conflict(
            f"The branch {locked.name} is closed, so it takes no versions.",
            next_step="Copy your text, then open it on the main line or on a new branch.",
        )
    return locked


def checked_summary(summary: str) -> str:
    """A version's summary on one line; ValidationFailed when it is too long."""
    summary = " ".join(summary.replace("\x00", " ").split())
    if len(summary) > SUMMARY_LIMIT:
        raise ValidationFailed(
            "The summary is too long.",
            why=f"It has {len(summary):,} characters; {SUMMARY_LIMIT} fit.",
            next_step="Shorten it; your text is still here.",
            details={"summary": f"{len(summary):,} characters; {SUMMARY_LIMIT} fit."},
        )
    return summary


def search_text(prompt: Prompt, content: PromptContent | None) -> str:
    """What the list searches in: title, description and the beginning of the text, case-folded."""
    text = "\n".join(message["content"] for message in content.messages) if content else ""
    return f"{prompt.title}\n{prompt.description}\n{text[:SEARCHED_CHARACTERS]}".casefold()


def _advance(prompt: Prompt, branch: Branch | None, version: Version, content: PromptContent) -> None:
    """Let the line's head be this version. What the list searches in is the main line's text."""
    prompt.updated_at = datetime.now(UTC)
    if branch:
        branch.head_number = version.number
        branch.save(update_fields=["head_number"])
        prompt.save(update_fields=["updated_at"])
        return
    prompt.current_version = version.number
    prompt.search_text = search_text(prompt, content)
    prompt.save(update_fields=["current_version", "updated_at", "search_text"])


def _finish_draft(actor: Actor, prompt: Prompt, branch: Branch | None, tab: str, revision: int) -> None:
    """Drop the draft that the saving page wrote or has read. A newer one of another tab stays: it may be other work."""
    if tab:
        drafts = Draft.objects.filter(prompt=prompt, user_id=actor.user_id, branch=branch)
        drafts.filter(Q(tab=tab) | Q(revision__lte=revision)).delete()
