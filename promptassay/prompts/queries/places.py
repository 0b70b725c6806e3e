"""Where in the library a list of prompts is looked for: a folder, tags, an author, a label, one's favourites."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db.models import QuerySet

from promptassay.prompts.models import Favourite, Folder, Label, Prompt, Tagging

UNFILED: Final = "none"
TAGS_AT_ONCE: Final = 8
LABEL_LENGTH: Final = 40


@dataclass(frozen=True)
class Place:
    """A prompt is in it when all of these hold: in the folder or below, every tag, made by that author, with a label
    of that name, a favourite of that person. `UNFILED` as the folder means in none.
    """

    folder: UUID | Literal["none"] | None = None
    tags: tuple[UUID, ...] = ()
    author: UUID | None = None
    label: str = ""
    favourite_of: UUID | None = None

    @classmethod
    def clean(
        cls,
        *,
        folder: str = "",
        tags: Iterable[str] = (),
        author: str = "",
        label: str = "",
        favourite_of: UUID | None = None,
    ) -> "Place":
        """What is no id is left out."""
        ids = dict.fromkeys(found for each in tags if (found := as_uuid(each)))
        return cls(
            folder=UNFILED if folder == UNFILED else as_uuid(folder),
            tags=tuple(ids)[:TAGS_AT_ONCE],
            author=as_uuid(author),
            label=label.replace("\x00", "").strip()[:LABEL_LENGTH],
            favourite_of=favourite_of,
        )


ANYWHERE: Final = Place()


def narrowed(prompts: "QuerySet[Prompt]", place: Place) -> "QuerySet[Prompt]":
    """Those of the prompts that are in the place. One more statement when it names a folder."""
    if place.folder == UNFILED:
        prompts = prompts.filter(folder=None)
    elif place.folder is not None:
        prompts = prompts.filter(folder__in=folder_and_below(place.folder))
    for tag in place.tags:
        prompts = prompts.filter(pk__in=Tagging.objects.filter(tag_id=tag).values("prompt_id"))
    if place.author is not None:
        prompts = prompts.filter(created_by=place.author)
    if place.label:
        prompts = prompts.filter(pk__in=Label.objects.filter(name=place.label).values("prompt_id"))
    if place.favourite_of is not None:
        prompts = prompts.filter(pk__in=Favourite.objects.filter(user_id=place.favourite_of).values("prompt_id"))
    return prompts


def folder_and_below(folder_id: UUID) -> set[UUID]:
    """The ids of a folder and of all folders in it, at any depth."""
    below: dict[UUID | None, list[UUID]] = defaultdict(list)
    for pk, parent in Folder.objects.values_list("pk", "parent_id"):
        below[parent].append(pk)
    found, waiting = set[UUID](), [folder_id]
    while waiting:
        found.add(here := waiting.pop())
        waiting += [each for each in below[here] if each not in found]
    return found


def as_uuid(text: str) -> UUID | None:
    """An id as it stands in an address or a form, None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
