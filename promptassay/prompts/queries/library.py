"""Reading the library: the tree of folders, tags, favourites, authors, and acts that can still be undone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from promptassay.accounts.queries import emails_of
from promptassay.core.errors import NotFound
from promptassay.prompts.models import BulkAct, Favourite, Folder, Label, Prompt, Tag, Tagging
from promptassay.workspaces.actor import Actor

UNDO_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class FolderLine:
    """A folder in the order of the tree. `depth` is 1 at the top; `prompts` counts the live ones right inside it."""

    folder: Folder
    depth: int
    path: tuple[str, ...]
    prompts: int

    @property
    def indent(self) -> range:
        """One step for each folder above it."""
        return range(self.depth - 1)

    @property
    def label(self) -> str:
        """Its name behind those of the folders around it."""
        return " / ".join(self.path)


@dataclass(frozen=True)
class TagLine:
    """A tag and how many prompts carry it."""

    tag: Tag
    prompts: int


@dataclass(frozen=True)
class Author:
    """Somebody who made a prompt of this workspace, whether or not they still belong to it."""

    user_id: UUID
    email: str


def folder_tree() -> list[FolderLine]:
    """All folders, each right behind the one it stands in, siblings by name. Two statements."""
    counts = Prompt.objects.filter(archived_at=None, folder__isnull=False).values_list("folder").annotate(n=Count("pk"))
    return arrange(Folder.objects.all(), dict(counts.values_list("folder_id", "n")))


def arrange(folders: Iterable[Folder], counts: Mapping[UUID, int]) -> list[FolderLine]:
    """Folders as a tree, in reading order; `counts` are the live prompts by folder id."""
    below: dict[UUID | None, list[Folder]] = defaultdict(list)
    for folder in folders:
        below[folder.parent_id].append(folder)
    lines: list[FolderLine] = []

    def add(parent: UUID | None, path: tuple[str, ...]) -> None:
        for folder in sorted(below[parent], key=lambda each: (each.name.casefold(), each.name)):
            here = (*path, folder.name)
            lines.append(FolderLine(folder, len(here), here, counts.get(folder.id, 0)))
            add(folder.id, here)

    add(None, ())
    return lines


def get_folder(folder_id: UUID) -> Folder:
    """One folder; NotFound when there is none in this workspace."""
    folder = Folder.objects.filter(pk=folder_id).first()
    if folder is None:
        raise NotFound()
    return folder


def get_tag(tag_id: UUID) -> Tag:
    """One tag; NotFound when there is none in this workspace."""
    tag = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        raise NotFound()
    return tag


def list_tags() -> list[TagLine]:
    """All tags by name, with the number of live prompts that carry each. One statement."""
    live = Count("taggings", filter=Q(taggings__prompt__archived_at=None))
    tags = sorted(Tag.objects.annotate(n=live), key=lambda tag: (tag.name.casefold(), tag.name))
    return [TagLine(tag, tag.n) for tag in tags]


def tags_by_name(names: Iterable[str]) -> dict[str, Tag]:
    """The tags of these names, whatever their case, by their case-folded names. One statement."""
    wanted = {name.casefold() for name in names}
    return {tag.name.casefold(): tag for tag in Tag.objects.all() if tag.name.casefold() in wanted}


def tags_of(prompt_ids: Iterable[UUID]) -> dict[UUID, list[Tag]]:
    """The tags of several prompts, by prompt, each by name. One statement."""
    found: dict[UUID, list[Tag]] = defaultdict(list)
    for row in Tagging.objects.filter(prompt_id__in=list(prompt_ids)).select_related("tag"):
        found[row.prompt_id].append(row.tag)
    for tags in found.values():
        tags.sort(key=lambda tag: tag.name.casefold())
    return found


def favourites_among(actor: Actor, prompt_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these prompts are the actor's favourites. One statement."""
    mine = Favourite.objects.filter(user_id=actor.user_id, prompt_id__in=list(prompt_ids))
    return set(mine.values_list("prompt_id", flat=True))


def list_favourites(actor: Actor, *, limit: int) -> list[Prompt]:
    """The actor's favourites that are not archived, the latest changed first."""
    mine = Favourite.objects.filter(user_id=actor.user_id).values("prompt_id")
    found = Prompt.objects.defer("search_text").filter(archived_at=None, pk__in=mine)
    return list(found.order_by("-updated_at", "id")[:limit])


def recent_prompts(*, limit: int) -> list[Prompt]:
    """The live prompts that were changed last."""
    return list(Prompt.objects.defer("search_text").filter(archived_at=None).order_by("-updated_at", "id")[:limit])


def list_authors() -> list[Author]:
    """Whoever made a prompt here, by address. Two statements."""
    ids = list(Prompt.objects.order_by().values_list("created_by", flat=True).distinct())
    emails = emails_of(ids)
    found = [Author(each, emails.get(each, "somebody who left")) for each in ids]
    return sorted(found, key=lambda author: author.email)


def label_names() -> list[str]:
    """The names of all labels in use, to choose one from."""
    return list(Label.objects.order_by("name").values_list("name", flat=True).distinct())


def titles_of(prompt_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The present titles of those of these prompts that exist."""
    return dict(Prompt.objects.filter(pk__in=list(prompt_ids)).values_list("pk", "title"))


def prompts_by_id(prompt_ids: Iterable[UUID]) -> list[Prompt]:
    """These prompts, in the given order and each once; NotFound unless all of them exist in this workspace."""
    wanted = list(dict.fromkeys(prompt_ids))
    found = Prompt.objects.defer("search_text").in_bulk(wanted)
    if len(found) != len(wanted):
        raise NotFound()
    return [found[each] for each in wanted]


def open_act(actor: Actor, act_id: UUID) -> BulkAct | None:
    """An act of the actor's that can still be undone, None when it is somebody else's, too old or undone."""
    since = datetime.now(UTC) - UNDO_FOR
    return BulkAct.objects.filter(pk=act_id, user_id=actor.user_id, created_at__gt=since).first()
