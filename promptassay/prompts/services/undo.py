"""Undoing an act on many prompts: what it changed goes back, where nobody changed it again in between."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Model

from promptassay.audit.services import record
from promptassay.core.errors import NotFound
from promptassay.prompts.models import (
    BulkAct,
    Draft,
    Favourite,
    Folder,
    Prompt,
    Tag,
    Tagging,
    Version,
)
from promptassay.prompts.queries import library
from promptassay.prompts.services.bulk import Action, require_own
from promptassay.prompts.services.folders import hold_tree
from promptassay.workspaces.actor import Actor

# What a copy comes with. Anything else that points at it was made on it since.
_COMES_WITH_A_COPY: Final[tuple[type[Model], ...]] = (Version, Draft, Tagging, Favourite)


@dataclass(frozen=True)
class Undone:
    """How many prompts are as they were; `left` names those that were changed since and stay as they are."""

    count: int
    left: list[str]


def undo(actor: Actor, act_id: UUID) -> Undone:
    """Undo one's own act within its fifteen minutes, once; NotFound when there is none to undo."""
    known = library.open_act(actor, act_id)
    if known is None:
        raise NotFound(
            "There is nothing to undo here.",
            why="It was undone already, or its fifteen minutes are over.",
        )
    hold_tree(actor)
    act = BulkAct.objects.select_for_update().filter(pk=known.pk).first()
    if act is None:  # undone in another tab, this very moment
        raise NotFound("There is nothing to undo here.", why="It was undone already.")
    ids, turn_back = _WAYS[act.action]
    prompts = list(
        Prompt.objects.select_for_update().defer("search_text").filter(pk__in=ids(act.inverse)).order_by("pk")
    )
    require_own(actor, prompts)
    left = turn_back(actor, act, prompts)
    act.delete()
    undone = Undone(len(prompts) - len(left), left)
    data = {"action": act.action, "count": undone.count, "left": len(left)}
    record(actor, "prompts.undone", target=("bulk", act_id), data=data)
    return undone


def _move_back(actor: Actor, act: BulkAct, prompts: list[Prompt]) -> list[str]:
    inverse = act.inverse
    folders = {str(each) for each in Folder.objects.values_list("pk", flat=True)}
    left, kept = [], []
    for prompt in prompts:
        before = inverse["from"][str(prompt.id)]
        now = str(prompt.folder_id) if prompt.folder_id else None
        if now != inverse["to"] or (before and before not in folders):
            left.append(prompt.title)
            continue
        prompt.folder_id = UUID(before) if before else None
        kept.append(prompt)
    Prompt.objects.bulk_update(kept, ["folder"])
    return left


def _untag(actor: Actor, act: BulkAct, prompts: list[Prompt]) -> list[str]:
    Tagging.objects.filter(tag_id=act.inverse["tag"], prompt__in=prompts).delete()
    return []


def _tag_again(actor: Actor, act: BulkAct, prompts: list[Prompt]) -> list[str]:
    tag = Tag.objects.select_for_update().filter(pk=act.inverse["tag"]).first()
    if tag is None:
        return [prompt.title for prompt in prompts]
    rows = [Tagging(workspace_id=actor.workspace_id, prompt=prompt, tag=tag) for prompt in prompts]
    Tagging.objects.bulk_create(rows, ignore_conflicts=True)
    return []


def _archive_back(actor: Actor, act: BulkAct, prompts: list[Prompt]) -> list[str]:
    at = datetime.fromisoformat(act.inverse["at"])
    still = at if act.action == Action.ARCHIVE else None
    left, kept = [], []
    for prompt in prompts:
        if prompt.archived_at != still:
            left.append(prompt.title)
            continue
        archived, changed = act.inverse["before"][str(prompt.id)]
        prompt.archived_at = datetime.fromisoformat(archived) if archived else None
        if prompt.updated_at == at:
            prompt.updated_at = datetime.fromisoformat(changed)
        kept.append(prompt)
    Prompt.objects.bulk_update(kept, ["archived_at", "updated_at"])
    return left


def _remove_copies(actor: Actor, act: BulkAct, prompts: list[Prompt]) -> list[str]:
    """Delete the copies nobody has worked on."""
    left: list[Prompt] = []
    gone: list[Prompt] = []
    for prompt in prompts:
        same = prompt.updated_at.isoformat() == act.inverse["copies"][str(prompt.id)]
        (gone if same and prompt.archived_at is None else left).append(prompt)
    worked_on = _worked_on(gone, act.created_at)
    left += [prompt for prompt in gone if prompt.id in worked_on]
    # The database's own keys take what a copy came with. Django's cascade would also ask for rights that this role
    # does not have, to tables that hold nothing of it.
    rows = Prompt._base_manager.filter(pk__in=[prompt.id for prompt in gone if prompt.id not in worked_on])
    rows._raw_delete(rows.db)
    return [prompt.title for prompt in left]


def _worked_on(prompts: list[Prompt], since: datetime) -> set[UUID]:
    """Those with a draft saved or a version made since, or with anything else made on them, such as a suite."""
    ids = [prompt.id for prompt in prompts]
    found = set(Draft.objects.filter(prompt_id__in=ids, updated_at__gt=since).values_list("prompt_id", flat=True))
    found |= set(Version.objects.filter(prompt_id__in=ids, created_at__gt=since).values_list("prompt_id", flat=True))
    for relation in Prompt._meta.related_objects:
        model: Any = relation.related_model
        if model not in _COMES_WITH_A_COPY:
            name = relation.field.name
            found |= set(model.objects.filter(**{f"{name}__in": ids}).values_list(f"{name}_id", flat=True))
    return found


_WAYS: Final[dict[str, tuple[Callable[[Any], list[str]], Callable[[Actor, BulkAct, list[Prompt]], list[str]]]]] = {
    Action.MOVE: (lambda inverse: list(inverse["from"]), _move_back),
    Action.TAG: (lambda inverse: inverse["prompts"], _untag),
    Action.UNTAG: (lambda inverse: inverse["prompts"], _tag_again),
    Action.ARCHIVE: (lambda inverse: list(inverse["before"]), _archive_back),
    Action.UNARCHIVE: (lambda inverse: list(inverse["before"]), _archive_back),
    Action.DUPLICATE: (lambda inverse: list(inverse["copies"]), _remove_copies),
}
