"""Reading prompts, versions and drafts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Func, IntegerField, Model, Q, QuerySet, TextField, Value, Window
from django.db.models.functions import Lower
from django.db.models.lookups import LessThan

from promptassay.accounts.queries import emails_of
from promptassay.core.database import first_row
from promptassay.core.errors import NotFound
from promptassay.prompts.content import PromptContent, blank_content, content_of
from promptassay.prompts.models import Branch, Draft, Prompt, PromptType, Version
from promptassay.prompts.queries.places import ANYWHERE, Place, narrowed
from promptassay.workspaces.actor import Actor

M = TypeVar("M", bound=Model)

PAGE_SIZE: Final = 50
NUMBERS_OFFERED: Final = 200
SEARCH_WORDS: Final = 8
SEARCH_LENGTH: Final = 200
DRAFT: Final = "draft"
SORTS: Final = ("-updated", "updated", "title", "-title")
_LIKE_BELOW: Final = 4  # characters
_HEAVY: Final = ("messages", "settings", "response_schema", "tools")


@dataclass(frozen=True)
class ListQuery:
    """What a list of prompts is asked for; `clean` makes one of whatever a URL says."""

    q: str = ""
    prompt_type: str = ""
    sort: str = "-updated"
    archived: bool = False
    place: Place = ANYWHERE

    @classmethod
    def clean(
        cls,
        *,
        q: str = "",
        prompt_type: str = "",
        sort: str = "",
        archived: bool = False,
        place: Place = ANYWHERE,
    ) -> "ListQuery":
        """Unknown types and sorts fall back to all and newest first."""
        return cls(
            q=q.replace("\x00", "").strip()[:SEARCH_LENGTH],
            prompt_type=prompt_type if prompt_type in PromptType.values else "",
            sort=sort if sort in SORTS else "-updated",
            archived=archived,
            place=place,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether an empty list means "nothing matches" rather than "nothing there yet"."""
        return bool(self.q or self.prompt_type or self.archived or self.place != ANYWHERE)


@dataclass(frozen=True)
class Working:
    """What one person works on: their draft if they have one, else the latest version, else nothing yet.

    `base_version` is the version that the content started from, 0 for none; `revision` is the draft's, 0
    without. `fixes` are the fixes of the lint that the draft's page made.
    """

    content: PromptContent
    base_version: int
    revision: int
    draft: Draft | None
    unfinished: dict[str, str] = field(default_factory=dict)
    fixes: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class VersionLine:
    """A version as a history shows it."""

    version: Version
    author: str


def prompt_count() -> int:
    """How many live prompts the workspace has. Answered from an index alone."""
    return Prompt.objects.filter(archived_at=None).count()


def list_prompts(asked: ListQuery, *, page: int | str = 1, per_page: int = PAGE_SIZE) -> Page[Prompt]:
    """One page of prompts, 50 each unless said otherwise; a page number out of range gives the nearest.

    Every word of `q` must occur, without regard to case, in the title, the description or the latest text. One or two
    statements.
    """
    prompts = Prompt.objects.defer("search_text").filter(archived_at__isnull=not asked.archived)
    if asked.prompt_type:
        prompts = prompts.filter(prompt_type=asked.prompt_type)
    prompts = narrowed(prompts, asked.place)
    for word in sorted(asked.q.casefold().split()[:SEARCH_WORDS], key=len, reverse=True):
        prompts = prompts.filter(holds(word))
    column = Lower("title") if asked.sort.endswith("title") else F("updated_at")
    ordered = prompts.order_by(column.desc() if asked.sort.startswith("-") else column.asc(), "id")
    paginator = Paginator(ordered, per_page)
    return (_searched_page(paginator, ordered, page) if asked.q else None) or paginator.get_page(page)


def holds(word: str) -> Q | LessThan:
    """Whether the text that is searched in holds a word, by the cheapest way that PostgreSQL has over 10,000 texts.

    `split_part` skips ahead by the length of the word where LIKE looks at every character, half the time for a word of
    six; unlike `strpos` it does not count the characters before a match, and its length is compared without unpacking
    the text again. Of short words LIKE is the faster finder.
    """
    if len(word) < _LIKE_BELOW:
        return Q(search_text__contains=word)
    before = Func(F("search_text"), Value(word), Value(1), function="split_part", output_field=TextField())
    return LessThan(_Octets(before), _Octets(F("search_text")))


class _Octets(Func):
    function = "octet_length"
    output_field = IntegerField()


def _searched_page(paginator: "Paginator[Prompt]", found: QuerySet[Prompt], page: int | str) -> Page[Prompt] | None:
    """The page with its count from one pass over the texts, which is what a search costs; None beyond the end."""
    number = int(page) if str(page).isdecimal() and len(str(page)) < 7 else 1
    start = max(number - 1, 0) * paginator.per_page
    rows: list[Any] = list(found.annotate(matches=Window(Count("*")))[start : start + paginator.per_page])
    if not rows and start:
        return None
    paginator.__dict__["count"] = rows[0].matches if rows else 0
    return Page(rows, max(number, 1), paginator)


def get_prompt(prompt_id: UUID) -> Prompt:
    """A prompt, archived or not; NotFound when there is none in this workspace."""
    return _one(Prompt.objects.defer("search_text").filter(pk=prompt_id))


def get_prompt_by_slug(slug: str) -> Prompt:
    """A prompt by its slug, archived or not; NotFound when there is none in this workspace."""
    if "\x00" in slug:
        raise NotFound()
    return _one(Prompt.objects.defer("search_text").filter(slug=slug))


def require_prompt(prompt_id: UUID) -> None:
    """NotFound unless this workspace has the prompt: all that a run needs to know of it, and before its first word."""
    if first_row("SELECT 1 FROM prompts_prompt WHERE id = $1", [prompt_id]) is None:
        raise NotFound()


def get_version(prompt: Prompt, number: int) -> Version:
    """A version by its number; NotFound when the prompt has none of it."""
    return _one(Version.objects.filter(prompt=prompt, number=number))


def content_at(prompt: Prompt, number: int) -> PromptContent:
    """A version's content; version 0 is the empty page that every prompt starts from."""
    return content_of(get_version(prompt, number)) if number else blank_content(first_role(prompt.prompt_type))


def version_ids(prompt: Prompt, numbers: Iterable[int]) -> dict[int, UUID]:
    """The ids of some of a prompt's versions, by number. One statement, none for no numbers."""
    wanted = set(numbers)
    if not wanted:
        return {}
    return dict(Version.objects.filter(prompt=prompt, number__in=wanted).values_list("number", "id"))


def get_version_by_id(version_id: UUID) -> Version:
    """A version by its id, with its prompt; NotFound when there is none in this workspace."""
    return _one(Version.objects.select_related("prompt").filter(pk=version_id))


def latest_version(prompt: Prompt, branch: Branch | None = None) -> Version | None:
    """The newest version of the main line, or of a branch; None for a prompt that has none yet."""
    number = head_number(prompt, branch)
    return Version.objects.filter(prompt=prompt, number=number).first() if number else None


def head_number(prompt: Prompt, branch: Branch | None = None) -> int:
    """The number of the newest version of the main line, or of a branch; 0 for none."""
    head: int = branch.head_number if branch else prompt.current_version
    return head


def versions_of(prompt: Prompt) -> QuerySet[Version]:
    """A prompt's versions, newest first, without their content."""
    return Version.objects.filter(prompt=prompt).select_related("branch").defer(*_HEAVY).order_by("-number")


def list_versions(prompt: Prompt, *, limit: int | None = None) -> list[Version]:
    """A prompt's versions, newest first, without their content (it loads when touched)."""
    found = versions_of(prompt)
    return list(found if limit is None else found[:limit])


def page_of_versions(prompt: Prompt, *, page: int | str = 1, per_page: int = PAGE_SIZE) -> Page[Version]:
    """One page of a prompt's versions, newest first, 50 each unless said otherwise."""
    return Paginator(versions_of(prompt), per_page).get_page(page)


def with_authors(versions: Iterable[Version]) -> list[VersionLine]:
    """Versions with their authors' addresses, in the given order; one statement for all authors."""
    rows = list(versions)
    emails = emails_of(row.author_id for row in rows)
    return [VersionLine(row, emails.get(row.author_id, "somebody who left")) for row in rows]


def version_numbers(prompt: Prompt) -> list[int]:
    """The newest version numbers to choose from, newest first."""
    numbers = Version.objects.filter(prompt=prompt).order_by("-number").values_list("number", flat=True)
    return list(numbers[:NUMBERS_OFFERED])


def get_draft(actor: Actor, prompt: Prompt, branch: Branch | None = None) -> Draft | None:
    """The actor's own draft of the main line or of a branch; nobody else's is ever read."""
    return Draft.objects.filter(prompt=prompt, user_id=actor.user_id, branch=branch).first()


@dataclass(frozen=True)
class DraftLine:
    """A draft to choose from: `branch` names its line, empty for the main one."""

    branch: str

    @property
    def source(self) -> str:
        """How addresses and forms name it: `draft`, or `draft@` and the branch."""
        return f"{DRAFT}@{self.branch}" if self.branch else DRAFT


def drafts_of(actor: Actor, prompt: Prompt) -> list[DraftLine]:
    """The actor's drafts of the main line and of open branches, the main line's first."""
    own = Draft.objects.filter(prompt=prompt, user_id=actor.user_id, branch__closed_at=None)
    return [
        DraftLine(name or "")
        for name in own.order_by(F("branch__name").asc(nulls_first=True)).values_list("branch__name", flat=True)
    ]


def get_draft_or_latest(actor: Actor, prompt: Prompt, branch: Branch | None = None) -> Working:
    """What the actor works on in the workbench, on the main line or on a branch."""
    draft = get_draft(actor, prompt, branch)
    if draft is not None:
        return Working(
            content_of(draft),
            draft.base_version,
            draft.revision,
            draft,
            dict(draft.unfinished),
            list(draft.fixes or []),
        )
    version = latest_version(prompt, branch)
    if version is not None:
        return Working(content_of(version), version.number, 0, None)
    return Working(blank_content(first_role(prompt.prompt_type)), 0, 0, None)


def first_role(prompt_type: str) -> str:
    """The role that the first message of a prompt of this type usually has."""
    return prompt_type if prompt_type in ("user", "assistant") else "system"


def slugs_like(base: str) -> set[str]:
    """The slugs that begin with `base`, to find a free one."""
    return set(Prompt.objects.filter(slug__startswith=base).values_list("slug", flat=True))


def _one(rows: QuerySet[M]) -> M:
    found = rows.first()
    if found is None:
        raise NotFound()
    return found
