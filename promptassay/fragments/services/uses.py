"""Recording which text refers to which fragments, so that a fragment knows its users."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from django.db import connection

from promptassay.fragments.models import FragmentUse, UserKind
from promptassay.language.variables import find_references

_OPENER: Final = "${fragment:"
_BATCH: Final = 2_000
# Slug and pin, 0 where the newest version is meant.
_Reference: TypeAlias = tuple[str, int]


@dataclass(frozen=True)
class HeldText:
    """The text of one version or draft. `user_id` is the prompt or fragment; `number` the version's, 0 for a draft."""

    user_id: UUID
    holder_id: UUID
    number: int
    texts: Sequence[str]


def record_uses(workspace_id: UUID, *, kind: UserKind, held: HeldText) -> None:
    """Note what a version or draft refers to, in place of what was noted of it before.

    A fragment that is being deleted right now is waited for.
    """
    wanted = _references(held.texts)
    if not wanted and kind != UserKind.DRAFT:
        return  # a version is written once: nothing was noted of it before
    noted = FragmentUse.objects.filter(holder_id=held.holder_id)
    known = {(slug, pin): key for key, slug, pin in noted.values_list("id", "slug", "pin")}
    gone = [key for reference, key in known.items() if reference not in wanted]
    if gone:
        noted.filter(id__in=gone).delete()
    _insert(workspace_id, kind, [(held, wanted - known.keys())])


def record_new_uses(workspace_id: UUID, *, kind: UserKind, held: Iterable[HeldText]) -> None:
    """Note what many new versions or drafts refer to: two statements, or none where there are no references."""
    _insert(workspace_id, kind, [(each, _references(each.texts)) for each in held])


def forget_uses(holder_ids: Iterable[UUID]) -> None:
    """Drop what was noted of texts that are gone, such as discarded drafts."""
    FragmentUse.objects.filter(holder_id__in=list(holder_ids)).delete()


def _references(texts: Iterable[str]) -> set[_Reference]:
    return {(each.slug, each.pin or 0) for text in texts if _OPENER in text for each in find_references(text)}


def _insert(workspace_id: UUID, kind: UserKind, wanted: Sequence[tuple[HeldText, set[_Reference]]]) -> None:
    slugs = sorted({slug for _, references in wanted for slug, _ in references})
    if not slugs:
        return
    with connection.cursor() as cursor:
        # Deleting a fragment takes its row FOR UPDATE: who refers to it comes before or after, never during.
        cursor.execute("SELECT 1 FROM fragments_fragment WHERE slug = ANY(%s) FOR KEY SHARE", [slugs])
    rows = [
        FragmentUse(
            workspace_id=workspace_id,
            slug=slug,
            pin=pin,
            user_kind=kind,
            user_id=held.user_id,
            holder_id=held.holder_id,
            number=held.number,
        )
        for held, references in wanted
        for slug, pin in sorted(references)
    ]
    FragmentUse.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
