"""Writing tags, which prompts carry them, and each person's favourites."""

from collections.abc import Iterable
from typing import Final

from django.db import IntegrityError, transaction

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.core.names import name_problem
from promptassay.prompts.models import Favourite, Folder, Prompt, Tag, TagColour, Tagging
from promptassay.prompts.queries import library
from promptassay.prompts.services.folders import file_prompt
from promptassay.prompts.services.versions import lock
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

NAME_LIMIT: Final = 40
TAGS_MAX: Final = 300
TAGS_ON_A_PROMPT: Final = 20


def create_tag(actor: Actor, *, name: str, colour: str = TagColour.GREY) -> Tag:
    """Make a tag; its name is free whatever the case."""
    name, colour = checked_name(name), _checked_colour(colour)
    if Tag.objects.count() >= TAGS_MAX:
        raise ValidationFailed(f"A workspace holds {TAGS_MAX} tags.", next_step="Delete one first.")
    tag = Tag(id=uuid7(), workspace_id=actor.workspace_id, name=name, colour=colour, created_by=actor.user_id)
    _save(tag, insert=True)
    record(actor, "tag.created", target=("tag", tag.id), data={"name": name, "colour": colour})
    return tag


def change_tag(actor: Actor, tag: Tag, *, name: str, colour: str, seen: str | None = None) -> Tag:
    """Another name or colour. `seen` is the name the person saw: Conflict when somebody changed it since."""
    name, colour = checked_name(name), _checked_colour(colour)
    current = Tag.objects.select_for_update().filter(pk=tag.pk).first()
    if current is None:
        raise NotFound()
    if seen is not None and seen != current.name:
        raise Conflict(
            f"Somebody else renamed this tag to “{current.name}” meanwhile.", next_step="Look, then try again."
        )
    if (name, colour) == (current.name, current.colour):
        return current
    before, current.name, current.colour = current.name, name, colour
    _save(current, insert=False)
    record(actor, "tag.changed", target=("tag", tag.id), data={"from": before, "name": name, "colour": colour})
    return current


def delete_tag(actor: Actor, tag: Tag) -> None:
    """Remove a tag from every prompt and for good. A member deletes only tags that they made."""
    current = Tag.objects.select_for_update().filter(pk=tag.pk).first()
    if current is None:
        raise NotFound()
    actor.require(Ability.CONTENT_WRITE if current.created_by == actor.user_id else Ability.CONTENT_MANAGE)
    carried = Tagging.objects.filter(tag=current).count()
    current.delete()
    record(actor, "tag.deleted", target=("tag", tag.pk), data={"name": tag.name, "prompts": carried})


def set_tags(actor: Actor, prompt: Prompt, *, tags: Iterable[Tag], new: Iterable[str] = ()) -> list[Tag]:
    """Let a prompt carry exactly these tags, and those named in `new`, which are made where they do not exist."""
    locked = lock(prompt)
    wanted = {tag.id: tag for tag in tags}
    names = list(dict.fromkeys(checked_name(name) for name in new))
    known = library.tags_by_name(names) if names else {}
    for name in names:
        tag = known.get(name.casefold()) or create_tag(actor, name=name)
        known[name.casefold()] = wanted[tag.id] = tag
    if len(wanted) > TAGS_ON_A_PROMPT:
        raise ValidationFailed(
            f"A prompt carries up to {TAGS_ON_A_PROMPT} tags.",
            why=f"These are {len(wanted)}.",
            details={"tags": f"{len(wanted)} tags; {TAGS_ON_A_PROMPT} fit."},
        )
    before = {tag.id: tag for tag in library.tags_of([locked.id]).get(locked.id, [])}
    added = [tag for key, tag in wanted.items() if key not in before]
    removed = [tag for key, tag in before.items() if key not in wanted]
    if added or removed:
        Tagging.objects.filter(prompt=locked, tag__in=removed).delete()
        Tagging.objects.bulk_create(
            [Tagging(workspace_id=actor.workspace_id, prompt=locked, tag=tag) for tag in added], ignore_conflicts=True
        )
        data = {"title": locked.title, "added": [t.name for t in added], "removed": [t.name for t in removed]}
        record(actor, "prompt.tagged", target=("prompt", locked.id), data=data)
    return list(wanted.values())


def organise_prompt(
    actor: Actor, prompt: Prompt, *, folder: Folder | None, tags: Iterable[Tag], new: Iterable[str] = ()
) -> None:
    """Set a prompt's folder and its tags, both or neither."""
    with transaction.atomic():
        file_prompt(actor, prompt, folder=folder)
        set_tags(actor, prompt, tags=tags, new=new)


def set_favourite(actor: Actor, prompt: Prompt, *, on: bool) -> bool:
    """Keep a prompt at hand, or no longer. One's own affair, so without an audit record. Returns `on`."""
    mine = Favourite(workspace_id=actor.workspace_id, prompt=prompt, user_id=actor.user_id)
    if on:
        Favourite.objects.bulk_create([mine], ignore_conflicts=True)
    else:
        Favourite.objects.filter(prompt=prompt, user_id=actor.user_id).delete()
    return on


def checked_name(name: str) -> str:
    """A tag's name on one line; ValidationFailed when it is empty, too long, or holds a comma."""
    name = " ".join(name.replace("\x00", " ").split())
    problem = ""
    if not name:
        problem = "It is empty."
    elif len(name) > NAME_LIMIT:
        problem = f"It has {len(name):,} characters; {NAME_LIMIT} fit."
    elif "," in name:
        problem = "It holds a comma, which stands between tags."
    elif found := name_problem(name):
        problem = found
    if problem:
        raise ValidationFailed("That is no name for a tag.", why=problem, details={"name": problem})
    return name


def _checked_colour(colour: str) -> str:
    if colour not in TagColour.values:
        raise ValidationFailed("There is no such colour.", details={"colour": "It is none of the colours offered."})
    return colour


def _save(tag: Tag, *, insert: bool) -> None:
    try:
        with transaction.atomic():
            tag.save(force_insert=insert, force_update=not insert)
    except IntegrityError as error:
        raise Conflict(
            f"There is a tag “{tag.name}” already.", next_step="Use that one, or choose another name."
        ) from error
