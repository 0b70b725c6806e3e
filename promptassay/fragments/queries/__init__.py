"""Reading the fragments of the current workspace, their versions, and who uses them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower

from promptassay.accounts.queries import emails_of
from promptassay.core.errors import NotFound
from promptassay.fragments.models import Fragment, FragmentUse, FragmentVersion, UserKind
from promptassay.fragments.queries.source import WorkspaceFragments, changed_source, source
from promptassay.fragments.queries.uses import UseLine, holders_of, is_referenced, reached_from, where_used

PAGE_SIZE: Final = 50
NUMBERS_OFFERED: Final = 200
SEARCH_WORDS: Final = 8
SEARCH_LENGTH: Final = 200
SLUGS_OFFERED: Final = 500

__all__ = [
    "FragmentLine",
    "UseLine",
    "VersionLine",
    "WorkspaceFragments",
    "changed_source",
    "clean_search",
    "find_fragment",
    "fragment_count",
    "get_fragment",
    "get_fragment_by_slug",
    "get_version",
    "holders_of",
    "is_referenced",
    "latest_version",
    "list_fragments",
    "named_like",
    "page_of_versions",
    "reached_from",
    "slugs",
    "slugs_like",
    "source",
    "version_numbers",
    "where_used",
    "with_authors",
    "with_uses",
]


@dataclass(frozen=True)
class FragmentLine:
    """A fragment as the list shows it, with the number of prompts and fragments that ever referred to it."""

    fragment: Fragment
    users: int


@dataclass(frozen=True)
class VersionLine:
    """A version as a history shows it."""

    version: FragmentVersion
    author: str


def fragment_count() -> int:
    """How many fragments the workspace has."""
    return Fragment.objects.count()


def clean_search(q: str) -> str:
    """What was typed into the search, shortened to what is searched for."""
    return q.replace("\x00", "").strip()[:SEARCH_LENGTH]


def list_fragments(q: str = "", *, page: int | str = 1, per_page: int = PAGE_SIZE) -> Page[Fragment]:
    """One page of fragments by title, 50 each unless said otherwise.

    Every word of `q` must occur in title, slug, description or text.
    """
    found = Fragment.objects.defer("search_text")
    for word in q.casefold().split()[:SEARCH_WORDS]:
        found = found.filter(search_text__contains=word)
    return Paginator(found.order_by(Lower("title"), "id"), per_page).get_page(page)


def named_like(words: str, *, limit: int) -> list[Fragment]:
    """Fragments with every word in their title or slug, the latest changed first."""
    found = Fragment.objects.defer("search_text")
    for word in words.split()[:SEARCH_WORDS]:
        found = found.filter(Q(title__icontains=word) | Q(slug__contains=word))
    return list(found.order_by("-updated_at", "id")[:limit])


def with_uses(fragments: Iterable[Fragment]) -> list[FragmentLine]:
    """Fragments with the number of their users, in the given order; one statement for all."""
    rows = list(fragments)
    wanted = FragmentUse.objects.filter(slug__in=[row.slug for row in rows]).exclude(user_kind=UserKind.DRAFT)
    counts = dict(wanted.values_list("slug").annotate(users=Count("user_id", distinct=True)))
    return [FragmentLine(row, counts.get(row.slug, 0)) for row in rows]


def find_fragment(slug: str) -> Fragment | None:
    """The fragment with a slug, if there is one."""
    return Fragment.objects.defer("search_text").filter(slug=slug).first()


def get_fragment(fragment_id: UUID) -> Fragment:
    """A fragment; NotFound when there is none in this workspace."""
    found = Fragment.objects.defer("search_text").filter(pk=fragment_id).first()
    if found is None:
        raise NotFound()
    return found


def titles_of(ids: Collection[str]) -> dict[str, str]:
    """The titles of these fragments, by id as text; those that are gone are missing."""
    return {str(key): title for key, title in Fragment.objects.filter(pk__in=ids).values_list("pk", "title")}


def get_fragment_by_slug(slug: str) -> Fragment:
    """A fragment by its slug; NotFound when there is none in this workspace."""
    found = find_fragment(slug)
    if found is None:
        raise NotFound()
    return found


def get_version(fragment: Fragment, number: int) -> FragmentVersion:
    """A version by its number; NotFound when the fragment has none of it."""
    found = FragmentVersion.objects.filter(fragment=fragment, number=number).first()
    if found is None:
        raise NotFound()
    return found


def latest_version(fragment: Fragment) -> FragmentVersion:
    """The newest version: every fragment has one from the start."""
    return FragmentVersion.objects.get(fragment=fragment, number=fragment.current_version)


def versions_of(fragment: Fragment) -> QuerySet[FragmentVersion]:
    """A fragment's versions, newest first, without their text."""
    return FragmentVersion.objects.filter(fragment=fragment).defer("text").order_by("-number")


def page_of_versions(fragment: Fragment, *, page: int | str = 1, per_page: int = PAGE_SIZE) -> Page[FragmentVersion]:
    """One page of a fragment's versions, newest first, 50 each unless said otherwise."""
    return Paginator(versions_of(fragment), per_page).get_page(page)


def with_authors(versions: Iterable[FragmentVersion]) -> list[VersionLine]:
    """Versions with their authors' addresses, in the given order; one statement for all authors."""
    rows = list(versions)
    emails = emails_of(row.author_id for row in rows)
    return [VersionLine(row, emails.get(row.author_id, "somebody who left")) for row in rows]


def version_numbers(fragment: Fragment) -> list[int]:
    """The newest version numbers to choose from, newest first."""
    return list(versions_of(fragment).values_list("number", flat=True)[:NUMBERS_OFFERED])


def slugs() -> str:
    """The slugs that an editor completes, newest change first, with a space between."""
    newest = Fragment.objects.order_by(F("updated_at").desc(), "id")
    return " ".join(newest.values_list("slug", flat=True)[:SLUGS_OFFERED])


def slugs_like(base: str) -> set[str]:
    """The slugs that begin with `base`, and those that texts refer to without a fragment: to find a free one."""
    taken = Fragment.objects.filter(Q(slug=base) | Q(slug__startswith=f"{base}-"))
    return set(taken.values_list("slug", flat=True))
