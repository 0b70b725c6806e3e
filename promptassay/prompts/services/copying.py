"""Copying prompts: within a workspace, or into another one that the person belongs to. Content only, never keys."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.text import slugify

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.core.tenancy import with_workspace
from promptassay.prompts.content import PromptContent, content_of
from promptassay.prompts.fragment_users import record_copies
from promptassay.prompts.models import ChangeSource, Draft, Prompt, Tagging, Version
from promptassay.prompts.queries import library
from promptassay.prompts.services.versions import search_text
from promptassay.providers.references import DEMO
from promptassay.workspaces import queries as workspaces
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import Workspace
from promptassay.workspaces.permissions import Ability

COPIES_AT_ONCE: Final = 50
CHARACTERS_AT_ONCE: Final = 20_000_000
_TITLE: Final = 120
_SLUG: Final = 80
_TRIES: Final = 5


@dataclass(frozen=True, repr=False)
class Taken:
    """A prompt as it is carried: plain values, its versions in order, and the person's own draft if it has none."""

    source: Prompt
    tag_ids: tuple[UUID, ...]
    versions: tuple[Version, ...]
    draft: Draft | None


@dataclass(frozen=True)
class Elsewhere:
    """The workspace that the copies are in, and their ids."""

    workspace: Workspace
    prompt_ids: list[UUID]


def take(actor: Actor, prompts: Sequence[Prompt], *, all_versions: bool = False) -> list[Taken]:
    """Read what a copy needs: the latest version or all of the main line. Three statements for all prompts."""
    ids = [prompt.id for prompt in prompts]
    rows = Version.objects.filter(prompt_id__in=ids, branch=None).order_by("number")
    if not all_versions:
        rows = rows.filter(number=F("prompt__current_version"))
    _check_size(rows)
    versions: dict[UUID, list[Version]] = defaultdict(list)
    for row in rows:
        versions[row.prompt_id].append(row)
    bare = [each for each in ids if each not in versions]
    mine = Draft.objects.filter(prompt_id__in=bare, user_id=actor.user_id, branch=None)
    drafts = {draft.prompt_id: draft for draft in mine}
    tags = library.tags_of(ids)
    return [
        Taken(
            each, tuple(tag.id for tag in tags.get(each.id, [])), tuple(versions.get(each.id, [])), drafts.get(each.id)
        )
        for each in prompts
    ]


def plant(actor: Actor, taken: Sequence[Taken], *, suffix: str = "", foreign: bool = False) -> list[Prompt]:
    """Write copies into the actor's workspace, in a fixed number of statements. The caller writes the audit record.

    Within a workspace a copy keeps folder, tags and target model, and its history starts anew. A `foreign` one
    leaves all that names anything of where it came from: folder, tags, keys, authors, provenance.
    """
    now = datetime.now(UTC)
    copies = [_prompt(actor, each, suffix, foreign, now) for each in taken]
    _insert(actor, copies)
    pairs = list(zip(copies, taken, strict=True))
    versions = [row for copy, each in pairs for row in _versions(actor, copy, each, foreign)]
    drafts = [_draft(actor, copy, each.draft, now) for copy, each in pairs if each.draft]
    Version.objects.bulk_create(versions)
    Draft.objects.bulk_create(drafts)
    record_copies(actor.workspace_id, versions=versions, drafts=drafts)
    if not foreign:
        Tagging.objects.bulk_create(
            [
                Tagging(workspace_id=actor.workspace_id, prompt=copy, tag_id=tag)
                for copy, each in pairs
                for tag in each.tag_ids
            ]
        )
    return copies


def copy_to_workspace(
    actor: Actor, prompt_ids: Iterable[UUID], *, target_id: UUID, all_versions: bool = False
) -> Elsewhere:
    """Copy prompts into another workspace of the person's; NotFound where they do not belong, as where there is none.

    The two workspaces are entered one after the other: nothing ever sees both. Both audit logs say it; the one
    there does not name the workspace here.
    """
    wanted = list(dict.fromkeys(prompt_ids))
    _check_choice(actor, wanted, target_id)
    taken = take(actor, library.prompts_by_id(wanted), all_versions=all_versions)
    count, versions = len(taken), sum(len(each.versions) for each in taken)
    # Whose log is held first does not depend on the direction: two people copying both ways never wait in a ring.
    here_first = actor.workspace_id < target_id
    if here_first:
        _record_here(actor, wanted, versions, target_id)
    with with_workspace(target_id, person_id=actor.user_id):
        place = workspaces.belonging(target_id, actor.user_id)
        there = replace(actor, workspace_id=target_id, role=place.role)
        there.require(Ability.CONTENT_WRITE)
        ids = [copy.id for copy in plant(there, taken, foreign=True)]
        data = {"count": count, "versions": versions, "copies": [str(each) for each in ids]}
        record(there, "prompts.copied_in", target=("prompt", ids[0]), data=data)
    if not here_first:
        _record_here(actor, wanted, versions, target_id)
    return Elsewhere(place.workspace, ids)


def _record_here(actor: Actor, prompt_ids: Sequence[UUID], versions: int, target_id: UUID) -> None:
    ids = [str(each) for each in prompt_ids]
    data = {"count": len(ids), "versions": versions, "prompts": ids, "to_workspace": str(target_id)}
    record(actor, "prompts.copied_out", target=("prompt", ids[0]), data=data)


def _check_choice(actor: Actor, prompt_ids: Sequence[UUID], target_id: UUID) -> None:
    if not prompt_ids:
        raise ValidationFailed("No prompt is chosen.", next_step="Tick the prompts first.")
    if len(prompt_ids) > COPIES_AT_ONCE:
        raise ValidationFailed(f"{len(prompt_ids):,} prompts are chosen; {COPIES_AT_ONCE} are copied at once.")
    if target_id == actor.workspace_id:
        raise ValidationFailed(
            "The prompts are in that workspace already.", next_step="To copy them here, duplicate them."
        )


def _check_size(rows: Any) -> None:
    size = rows.order_by().aggregate(all=Sum("content_length"))["all"] or 0
    if size > CHARACTERS_AT_ONCE:
        raise ValidationFailed(
            "That is too much text to copy at once.",
            why=f"The versions have {size:,} characters; {CHARACTERS_AT_ONCE:,} go at once.",
            next_step="Choose fewer prompts, or only their latest versions.",
        )


def _prompt(actor: Actor, taken: Taken, suffix: str, foreign: bool, now: datetime) -> Prompt:
    source = taken.source
    keeps_model = not foreign or source.target_model.startswith(f"{DEMO}/")
    copy = Prompt(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        title=f"{source.title[: _TITLE - len(suffix)]}{suffix}",
        description=source.description,
        prompt_type=source.prompt_type,
        intent=source.intent,
        target_model=source.target_model if keeps_model else "",
        folder_id=None if foreign else source.folder_id,
        created_by=actor.user_id,
        updated_at=now,
    )
    numbers = _numbers(taken)
    copy.current_version = numbers[-1] if numbers else 0
    copy.search_text = search_text(copy, content_of(taken.versions[-1]) if taken.versions else None)
    return copy


def _numbers(taken: Taken) -> list[int]:
    """The numbers of the copy's versions: as they were when all come along, else 1."""
    return [each.number for each in taken.versions] if len(taken.versions) > 1 else [1] * len(taken.versions)


def _versions(actor: Actor, copy: Prompt, taken: Taken, foreign: bool) -> list[Version]:
    rows: list[Version] = []
    for number, old in zip(_numbers(taken), taken.versions, strict=True):
        content: PromptContent = content_of(old)
        summary = old.summary if foreign else f"Copy of “{taken.source.title}”, v{old.number}"
        rows.append(
            Version(
                workspace_id=actor.workspace_id,
                prompt=copy,
                number=number,
                parent_number=rows[-1].number if rows else None,
                author_id=actor.user_id,
                change_source=ChangeSource.IMPORT if foreign else ChangeSource.BRANCH,
                summary=summary,
                content_hash=old.content_hash,
                content_length=old.content_length,
                **content.to_json(),
            )
        )
    return rows


def _draft(actor: Actor, copy: Prompt, draft: Draft, now: datetime) -> Draft:
    content = content_of(draft)
    return Draft(
        workspace_id=actor.workspace_id,
        prompt=copy,
        user_id=actor.user_id,
        unfinished=draft.unfinished,
        updated_at=now,
        **content.to_json(),
    )


def _insert(actor: Actor, copies: Sequence[Prompt]) -> None:
    """Insert all at once, each under a free slug made of its title."""
    for _ in range(_TRIES):
        taken = set(Prompt.objects.values_list("slug", flat=True))
        for copy in copies:
            base = slugify(copy.title)[: _SLUG - 8].strip("-") or "prompt"
            copy.slug, number = base, 2
            while copy.slug in taken:
                copy.slug, number = f"{base}-{number}", number + 1
            taken.add(copy.slug)
        try:
            with transaction.atomic():
                Prompt.objects.bulk_create(copies)
        except IntegrityError:  # somebody took one between the look and the insert
            continue
        return
    raise Conflict("No free short names were found for these titles.", next_step="Try again.")
