"""Writing fragments themselves: made, described, deleted when nobody uses them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from django.utils.text import slugify

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.core.names import name_problem
from promptassay.fragments import queries
from promptassay.fragments.impact import check_change
from promptassay.fragments.models import ChangeSource, Fragment
from promptassay.fragments.queries.uses import UseLine
from promptassay.fragments.services.locking import take_turns
from promptassay.fragments.services.uses import forget_uses
from promptassay.fragments.services.versions import checked_summary, search_text, write_version
from promptassay.fragments.text import check_text
from promptassay.language.parse import is_slug
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

TITLE_LIMIT: Final = 120
SLUG_LIMIT: Final = 80
DESCRIPTION_LIMIT: Final = 500


class FragmentInUse(Conflict):
    """Texts refer to the fragment, so that it cannot be deleted: `users` are they."""

    def __init__(self, fragment: Fragment, users: Sequence[UseLine]) -> None:
        named = list(dict.fromkeys(f"“{line.title}”" for line in users))
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        super().__init__(
            f"The fragment “{fragment.slug}” is in use.",
            why=f"It is referred to by {', '.join(named[:5])}{more}. Versions are kept for ever; theirs would break.",
            next_step="Take it out of the prompts that should no longer say it; the fragment itself stays.",
            details={"users": [str(line.id) for line in users]},
        )
        self.users = list(users)


def create_fragment(
    actor: Actor,
    *,
    title: str,
    text: str,
    slug: str = "",
    description: str = "",
    change_source: str = ChangeSource.MANUAL,
    summary: str = "",
) -> Fragment:
    """Make a fragment with its version 1. Without a slug it gets a free one made of the title.

    Raises ValidationFailed with a sentence for each field that is wrong, also when texts already refer to the slug
    in a way that would go round in a circle.
    """
    fragment = Fragment(
        id=uuid7(), workspace_id=actor.workspace_id, created_by=actor.user_id, updated_at=datetime.now(UTC)
    )
    take_turns(actor)
    _describe(fragment, title, slug.strip() or _free_slug(title), description)
    check_text(text)
    summary = checked_summary(summary)
    check_change(fragment.slug, 1, text)
    fragment.save(force_insert=True)
    write_version(actor, fragment, text=text, summary=summary, change_source=change_source)
    record(
        actor,
        "fragment.created",
        target=("fragment", fragment.id),
        data={"title": fragment.title, "slug": fragment.slug},
    )
    return fragment


def update_details(actor: Actor, fragment: Fragment, *, title: str, slug: str, description: str = "") -> Fragment:
    """Change what is said about a fragment. The slug changes only while no text refers to it."""
    take_turns(actor)
    current = Fragment.objects.select_for_update(no_key=True).filter(pk=fragment.pk).first()
    if current is None:
        raise NotFound()
    before = current.slug
    _describe(current, title, slug.strip(), description)
    latest = queries.latest_version(current)
    if current.slug != before:
        if queries.is_referenced(before):
            problem = "Texts refer to it by this slug; it stays."
            raise ValidationFailed(
                "The slug cannot be changed.",
                why=problem,
                next_step="Make a new fragment under the other slug.",
                details={"slug": problem},
            )
        check_change(current.slug, current.current_version, latest.text)
    current.search_text = search_text(current, latest.text)
    current.updated_at = datetime.now(UTC)
    current.save()
    record(
        actor,
        "fragment.described",
        target=("fragment", current.id),
        data={"title": current.title, "slug": current.slug},
    )
    return current


def delete_fragment(actor: Actor, fragment: Fragment) -> None:
    """Delete a fragment that no text refers to, with its versions; FragmentInUse names the users otherwise.

    Every kept version counts, not only the latest: an old one can be restored or still be running. A member
    deletes only their own.
    """
    actor.require(Ability.CONTENT_WRITE if fragment.created_by == actor.user_id else Ability.CONTENT_MANAGE)
    take_turns(actor)
    current = Fragment.objects.select_for_update().filter(pk=fragment.pk).first()
    if current is None:
        raise NotFound()
    users = [line for line in queries.where_used(current.slug) if not line.through and line.id != current.id]
    if users:
        raise FragmentInUse(current, users)
    forget_uses(list(current.versions.values_list("id", flat=True)))
    number = current.current_version
    fragment_id = current.id
    current.delete()
    record(
        actor,
        "fragment.deleted",
        target=("fragment", fragment_id),
        data={"slug": fragment.slug, "title": fragment.title, "versions": number},
    )


def _describe(fragment: Fragment, title: str, slug: str, description: str) -> None:
    """Set the checked details; ValidationFailed with a sentence for each field that is wrong."""
    title, description = " ".join(title.split()), description.strip()
    problems: dict[str, str] = {}
    for name, text, limit in (
        ("title", title, TITLE_LIMIT),
        ("slug", slug, SLUG_LIMIT),
        ("description", description, DESCRIPTION_LIMIT),
    ):
        if len(text) > limit:
            problems[name] = f"It has {len(text):,} characters; {limit} fit."
        elif "\x00" in text:
            problems[name] = "It holds a null character (U+0000)."
        elif name == "title" and (problem := name_problem(text)):
            problems[name] = problem
    if not title:
        problems["title"] = "A fragment needs a title."
    if "slug" not in problems:
        if not is_slug(slug):
            problems["slug"] = "A slug is lower-case letters and digits, in words joined by single hyphens."
        elif (other := queries.find_fragment(slug)) is not None and other.pk != fragment.pk:
            problems["slug"] = f"The fragment “{other.title}” has this slug."
    if problems:
        raise ValidationFailed(
            "The fragment's details cannot be saved as they are.",
            why="; ".join(f"{name}: {text}" for name, text in problems.items()),
            details=problems,
        )
    fragment.title, fragment.slug, fragment.description = title, slug, description


def _free_slug(title: str) -> str:
    """A slug made of the title, with a number after it where that is taken."""
    base = slugify(title).replace("_", "-")
    base = "-".join(part for part in base.split("-") if part)[: SLUG_LIMIT - 6].strip("-") or "fragment"
    taken = queries.slugs_like(base)
    number, slug = 2, base
    while slug in taken:
        slug = f"{base}-{number}"
        number += 1
    return slug
