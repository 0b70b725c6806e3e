"""Writing versions of fragments: numbered, immutable, never on top of one that the writer has not seen."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.fragments import queries
from promptassay.fragments.impact import check_change
from promptassay.fragments.models import ChangeSource, Fragment, FragmentVersion, UserKind
from promptassay.fragments.services.locking import take_turns
from promptassay.fragments.services.uses import HeldText, record_uses
from promptassay.fragments.text import check_text, hash_of
from promptassay.workspaces.actor import Actor

SUMMARY_LIMIT: Final = 300
SEARCHED_CHARACTERS: Final = 50_000


class StaleFragment(Conflict):
    """Somebody saved a version since the writer's `base`; `latest` is its number. Nothing was written."""

    def __init__(self, base: int, latest: int) -> None:
        super().__init__(
            f"Version {latest} was saved while you were editing.",
            why=f"Your text started from version {base}.",
            next_step="Look at both, then save yours on top or take theirs.",
            details={"base": base, "latest": latest},
        )
        self.base = base
        self.latest = latest


@dataclass(frozen=True)
class Saved:
    """The version that now holds the text; `created` is False when the latest one already did."""

    version: FragmentVersion
    created: bool


def save_version(
    actor: Actor,
    fragment: Fragment,
    *,
    text: str,
    base_version: int,
    summary: str = "",
    change_source: str = ChangeSource.MANUAL,
) -> Saved:
    """Make the next version of a fragment, unless its text is that of the latest one.

    Raises StaleFragment when there is a newer version than `base_version`; ValidationFailed for a text that cannot
    be stored, or that would make a fragment contain itself or nest too deep, with the path.
    """
    check_text(text)
    summary = checked_summary(summary)
    take_turns(actor)
    current = _fresh(fragment)
    latest = queries.latest_version(current)
    digest = hash_of(text)
    if latest.content_hash == digest:
        return Saved(latest, created=False)
    if base_version != current.current_version:
        raise StaleFragment(base_version, current.current_version)
    check_change(current.slug, current.current_version + 1, text)
    version = write_version(actor, current, text=text, summary=summary, change_source=change_source)
    record(
        actor,
        "fragment.saved",
        target=("fragment", current.id),
        data={"slug": current.slug, "number": version.number, "source": version.change_source, "hash": digest},
    )
    return Saved(version, created=True)


def write_version(actor: Actor, fragment: Fragment, *, text: str, summary: str, change_source: str) -> FragmentVersion:
    """Insert the next version of a fragment whose writers are kept out, and note what it refers to."""
    version = FragmentVersion.objects.create(
        workspace_id=actor.workspace_id,
        fragment=fragment,
        number=fragment.current_version + 1,
        text=text,
        summary=summary,
        author_id=actor.user_id,
        change_source=ChangeSource(change_source),
        content_hash=hash_of(text),
        content_length=len(text),
    )
    fragment.current_version = version.number
    fragment.updated_at = datetime.now(UTC)
    fragment.search_text = search_text(fragment, text)
    fragment.save(update_fields=["current_version", "updated_at", "search_text"])
    held = HeldText(fragment.id, version.id, version.number, [text])
    record_uses(actor.workspace_id, kind=UserKind.FRAGMENT, held=held)
    return version


def search_text(fragment: Fragment, text: str) -> str:
    """What the list searches in: title, slug, description and the beginning of the text, case-folded."""
    parts = (fragment.title, fragment.slug, fragment.description, text[:SEARCHED_CHARACTERS])
    return "\n".join(parts).casefold()


def checked_summary(summary: str) -> str:
    """A version's summary on one line; ValidationFailed when it is too long."""
    summary = " ".join(summary.replace("\x00", " ").split())
    if len(summary) > SUMMARY_LIMIT:
        problem = f"It has {len(summary):,} characters; {SUMMARY_LIMIT} fit."
        raise ValidationFailed(
            "The summary is too long.",
            why=problem,
            next_step="Shorten it; your text is still here.",
            details={"summary": problem},
        )
    return summary


def _fresh(fragment: Fragment) -> Fragment:
    """The fragment as it is now, its row locked against another writer; NotFound when it is gone."""
    found = Fragment.objects.select_for_update(no_key=True).filter(pk=fragment.pk).first()
    if found is None:
        raise NotFound()
    return found
