"""Recording which text refers to which fragments, so that a fragment knows its users."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import connection

from promptassay.fragments.models import FragmentUse, UserKind
from promptassay.language.variables import find_references

_OPENER: Final = "${fragment:"
_BATCH: Final = 2_000


def record_uses(
    workspace_id: UUID, *, kind: UserKind, user_id: UUID, holder_id: UUID, number: int, texts: Iterable[str]
) -> None:
    """Note what the texts of one version or draft refer to, in place of what was noted of it before.

    user_id: the prompt or fragment; holder_id: its version or draft; number: the version's number, 0 for a draft.
    A fragment that is being deleted right now is waited for.
    """
    wanted = {(each.slug, each.pin or 0) for text in texts if _OPENER in text for each in find_references(text)}
    if not wanted and kind != UserKind.DRAFT:
        return  # a version is written once: nothing was noted of it before
    held = FragmentUse.objects.filter(holder_id=holder_id)
    known = set(held.values_list("slug", "pin"))
    gone = known - wanted
    if gone:
        held.filter(id__in=[row.id for row in held if (row.slug, row.pin) in gone]).delete()
    fresh = sorted(wanted - known)
    if not fresh:
        return
    with connection.cursor() as cursor:
        # Deleting a fragment takes its row FOR UPDATE: who refers to it comes before or after, never during.
        cursor.execute(
            "SELECT 1 FROM fragments_fragment WHERE slug = ANY(%s) FOR KEY SHARE", [sorted({slug for slug, _ in fresh})]
        )
    rows = [
        FragmentUse(
            workspace_id=workspace_id,
            slug=slug,
            pin=pin,
            user_kind=kind,
            user_id=user_id,
            holder_id=holder_id,
            number=number,
        )
        for slug, pin in fresh
    ]
    FragmentUse.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def forget_uses(holder_ids: Iterable[UUID]) -> None:
    """Drop what was noted of texts that are gone, such as discarded drafts."""
    FragmentUse.objects.filter(holder_id__in=list(holder_ids)).delete()
