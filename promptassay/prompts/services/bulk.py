"""Acts on many prompts at once: each is one transaction with one audit record, and can be undone for a while."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, Forbidden, NotFound, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.prompts.models import BulkAct, Folder, Prompt, Tag, Tagging
from promptassay.prompts.queries import library
from promptassay.prompts.services.copying import plant, take
from promptassay.prompts.services.folders import hold_tree
from promptassay.prompts.services.tags import TAGS_ON_A_PROMPT
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

AT_ONCE: Final = 200
_NAMED_IN_A_REFUSAL: Final = 20
Action = BulkAct.Action


class OthersRefused(Forbidden):
    """Some of the chosen prompts were made by others; `titles` names them. Nothing was done to any."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__(Ability.CONTENT_MANAGE.value)
        self.message = f"Nothing was done: {len(titles)} of the chosen prompts were made by others."
        self.why = _listed(titles)
        self.next_step = "Take them out of the choice, or ask an owner or admin of the workspace."
        self.titles = list(titles)


def move_many(actor: Actor, prompt_ids: Iterable[UUID], *, folder: Folder | None) -> BulkAct:
    """Put prompts into a folder, or into none."""
    hold_tree(actor)
    prompts = _chosen(actor, prompt_ids)
    if folder is not None:
        folder = library.get_folder(folder.id)  # as it is now that nobody can delete it
    to = folder.id if folder else None
    moved = [each for each in prompts if each.folder_id != to]
    inverse = {"to": _text(to), "from": {str(each.id): _text(each.folder_id) for each in moved}}
    Prompt.objects.filter(pk__in=[each.id for each in moved]).update(folder_id=to)
    return _done(actor, Action.MOVE, moved, inverse, folder=folder.name if folder else "")


def tag_many(actor: Actor, prompt_ids: Iterable[UUID], *, tag: Tag, on: bool) -> BulkAct:
    """Put a tag on prompts, or take it off."""
    prompts = _chosen(actor, prompt_ids)
    tag = _held_tag(tag)
    ids = [each.id for each in prompts]
    carrying = set(Tagging.objects.filter(tag=tag, prompt_id__in=ids).values_list("prompt_id", flat=True))
    changed = [each for each in prompts if (each.id in carrying) != on]
    if on:
        _check_room(changed)
        rows = [Tagging(workspace_id=actor.workspace_id, prompt=each, tag=tag) for each in changed]
        Tagging.objects.bulk_create(rows, ignore_conflicts=True)
    else:
        Tagging.objects.filter(tag=tag, prompt__in=changed).delete()
    inverse = {"tag": str(tag.id), "prompts": [str(each.id) for each in changed]}
    return _done(actor, Action.TAG if on else Action.UNTAG, changed, inverse, tag=tag.name)


def archive_many(actor: Actor, prompt_ids: Iterable[UUID], *, archived: bool) -> BulkAct:
    """Put prompts out of sight, or bring them back."""
    prompts = [each for each in _chosen(actor, prompt_ids, live=None) if (each.archived_at is not None) != archived]
    now = datetime.now(UTC)
    inverse = {
        "at": now.isoformat(),
        "before": {str(each.id): [_text(each.archived_at), each.updated_at.isoformat()] for each in prompts},
    }
    ids = [each.id for each in prompts]
    Prompt.objects.filter(pk__in=ids).update(archived_at=now if archived else None, updated_at=now)
    return _done(actor, Action.ARCHIVE if archived else Action.UNARCHIVE, prompts, inverse)


def duplicate_many(actor: Actor, prompt_ids: Iterable[UUID]) -> BulkAct:
    """A copy of each prompt, in the same folder with the same tags, beginning with its latest version."""
    prompts = _chosen(actor, prompt_ids, live=None, own=False)
    copies = plant(actor, take(actor, prompts), suffix=" (copy)")
    inverse = {"copies": {str(each.id): each.updated_at.isoformat() for each in copies}}
    return _done(actor, Action.DUPLICATE, prompts, inverse, copies=[str(each.id) for each in copies])


def require_own(actor: Actor, prompts: Iterable[Prompt]) -> None:
    """Raise OthersRefused when the actor, a mere member, did not make all of these."""
    if actor.can(Ability.CONTENT_MANAGE):
        return
    if others := [each.title for each in prompts if each.created_by != actor.user_id]:
        raise OthersRefused(others)


def _chosen(actor: Actor, prompt_ids: Iterable[UUID], *, live: bool | None = True, own: bool = True) -> list[Prompt]:
    """The prompts, locked; NotFound unless all of them exist here."""
    wanted = set(prompt_ids)
    if not wanted:
        raise ValidationFailed("No prompt is chosen.", next_step="Tick the prompts first.")
    if len(wanted) > AT_ONCE:
        raise ValidationFailed(f"{len(wanted):,} prompts are chosen; {AT_ONCE} go at once.")
    prompts = list(Prompt.objects.select_for_update().defer("search_text").filter(pk__in=wanted).order_by("pk"))
    if len(prompts) != len(wanted):
        raise NotFound()
    if own:
        require_own(actor, prompts)
    if live and (gone := [each.title for each in prompts if each.archived_at is not None]):
        raise Conflict(
            f"Nothing was done: {len(gone)} of the chosen prompts are archived.",
            why=_listed(gone),
            next_step="Take them out of the archive first.",
        )
    return prompts


def _held_tag(tag: Tag) -> Tag:
    """The tag, which nobody can delete until this transaction ends."""
    found = Tag.objects.select_for_update(of=("self",)).filter(pk=tag.pk).first()
    if found is None:
        raise NotFound()
    return found


def _check_room(prompts: Sequence[Prompt]) -> None:
    carried = library.tags_of(each.id for each in prompts)
    if full := [each.title for each in prompts if len(carried.get(each.id, [])) >= TAGS_ON_A_PROMPT]:
        raise ValidationFailed(
            f"Nothing was done: {len(full)} of the chosen prompts carry {TAGS_ON_A_PROMPT} tags already.",
            why=_listed(full),
            next_step="Take a tag off them first.",
        )


def _done(actor: Actor, action: str, prompts: Sequence[Prompt], inverse: dict[str, Any], **more: object) -> BulkAct:
    """Keep what it takes to undo, forget what is too old to be undone, and write the one audit record."""
    now = datetime.now(UTC)
    BulkAct.objects.filter(created_at__lt=now - library.UNDO_FOR).delete()
    act = BulkAct.objects.create(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        action=action,
        changed=len(prompts),
        inverse=inverse,
        created_at=now,
    )
    data = {"count": len(prompts), **more, "prompts": [str(each.id) for each in prompts]}
    record(actor, f"prompts.{_PAST[action]}", target=("bulk", act.id), data=data)
    return act


def _listed(titles: Sequence[str]) -> str:
    shown = ", ".join(f"“{title}”" for title in titles[:_NAMED_IN_A_REFUSAL])
    rest = len(titles) - _NAMED_IN_A_REFUSAL
    return f"{shown}{f' and {rest} more' if rest > 0 else ''}."


def _text(value: UUID | datetime | None) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


_PAST: Final[dict[str, str]] = {
    Action.MOVE: "moved",
    Action.TAG: "tagged",
    Action.UNTAG: "untagged",
    Action.ARCHIVE: "archived",
    Action.UNARCHIVE: "unarchived",
    Action.DUPLICATE: "duplicated",
}
