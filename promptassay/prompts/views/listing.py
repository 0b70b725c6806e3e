"""What the list of prompts shows: the question in the address, chips to take each part of it back, and the rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from promptassay.prompts import queries
from promptassay.prompts.models import BulkAct, Prompt, PromptType, Tag, TagColour
from promptassay.prompts.queries import library
from promptassay.prompts.queries.places import TAGS_AT_ONCE, UNFILED, Place, as_uuid
from promptassay.workspaces.access import WorkspaceRequest

_SORT: Final = "prompts_sort"
# What a page says once and no link carries on.
_ONCE: Final = ("page", "done", "undone")
_KINDS: Final = dict(PromptType.choices)
_ANY: Final = UUID(int=0)  # stands for the prompt in an address


@dataclass(frozen=True)
class Chip:
    """One part of the question, and the address without it."""

    kind: str
    text: str
    url: str
    colour: str = ""


@dataclass(frozen=True)
class Row:
    """A prompt as the list shows it. `kind` is its type in words, `star_url` takes its star on and off."""

    prompt: Prompt
    tags: list[Tag]
    favourite: bool
    folder: str
    kind: str
    url: str
    star_url: str


def asked_of(request: WorkspaceRequest) -> queries.ListQuery:
    """The question in the address; without an order, the one this person chose last."""
    given = request.GET
    sort = given.get("sort", "")
    if sort in queries.SORTS and request.session.get(_SORT) != sort:
        request.session[_SORT] = sort
    place = Place.clean(
        folder=given.get("folder", ""),
        tags=given.getlist("tag"),
        author=given.get("author", ""),
        label=given.get("label", ""),
        favourite_of=request.actor.user_id if given.get("favourites") == "1" else None,
    )
    return queries.ListQuery.clean(
        q=given.get("q", ""),
        prompt_type=given.get("type", ""),
        sort=sort if sort in queries.SORTS else request.session.get(_SORT, ""),
        archived=given.get("archived") == "1",
        place=place,
    )


def results_context(request: WorkspaceRequest, asked: queries.ListQuery) -> dict[str, Any]:
    """What the results need, in a fixed number of statements whatever their number."""
    page = queries.list_prompts(asked, page=request.GET.get("page", 1))
    found: list[Prompt] = list(page.object_list)
    tree = library.folder_tree()
    tags = library.list_tags()
    authors = library.list_authors() if asked.place.author else []
    return {
        "asked": asked,
        "page_obj": page,
        "rows": rows_of(request, found, {line.folder.id: line.label for line in tree}),
        "tree": tree,
        "tags": tags,
        "tags_left": [line for line in tags if line.tag.id not in asked.place.tags],
        "chips": _chips(request, asked, tree, tags, authors),
        "back": _without(request.GET, _ONCE).urlencode(),
    }


def page_context(request: WorkspaceRequest, asked: queries.ListQuery) -> dict[str, Any]:
    """What the page has around the results: the choices of the filters, and the act that was just done."""
    done = as_uuid(request.GET.get("done", ""))
    act = library.open_act(request.actor, done) if done else None
    base = _without(request.GET, (*_ONCE, "folder")).urlencode()
    return {
        "types": PromptType.choices,
        "authors": library.list_authors(),
        "labels": library.label_names(),
        "unfiled": UNFILED,
        "everywhere": f"?{base}",
        "in_folder": f"?{base}&folder=" if base else "?folder=",
        "act": act,
        "act_words": act_words(act) if act else "",
    }


def library_context(prompt: Prompt) -> dict[str, Any]:
    """The choices of folder and tags for one prompt."""
    carried = library.tags_of([prompt.id]).get(prompt.id, [])
    return {
        "tree": library.folder_tree(),
        "all_tags": library.list_tags(),
        "carried": [tag.id for tag in carried],
        "colours": TagColour.choices,
    }


def act_words(act: BulkAct) -> str:
    """What an act did, in a sentence."""
    some = f"{act.changed:,} prompt{'' if act.changed == 1 else 's'}"
    if not act.changed:
        return "Nothing changed: the chosen prompts were like that already."
    words = {
        BulkAct.Action.MOVE: f"Moved {some}.",
        BulkAct.Action.TAG: f"Put the tag on {some}.",
        BulkAct.Action.UNTAG: f"Took the tag off {some}.",
        BulkAct.Action.ARCHIVE: f"Archived {some}. Nothing was deleted.",
        BulkAct.Action.UNARCHIVE: f"Took {some} out of the archive.",
        BulkAct.Action.DUPLICATE: f"Duplicated {some}.",
    }
    return words[BulkAct.Action(act.action)]


def rows_of(request: WorkspaceRequest, found: list[Prompt], folders: Mapping[UUID | None, str]) -> list[Row]:
    """Prompts as rows, in the given order; two statements. `folders` are names by id."""
    ids = [prompt.id for prompt in found]
    tags, mine = library.tags_of(ids), library.favourites_among(request.actor, ids)
    shows, stars = (_addresses(request, name) for name in ("prompts:prompt-show", "prompts:prompt-favourite"))
    return [
        Row(
            prompt=each,
            tags=tags.get(each.id, []),
            favourite=each.id in mine,
            folder=folders.get(each.folder_id, ""),
            kind=_KINDS.get(each.prompt_type, each.prompt_type),
            url=shows(each.id),
            star_url=stars(each.id),
        )
        for each in found
    ]


def _addresses(request: WorkspaceRequest, name: str) -> Callable[[UUID], str]:
    """Addresses of prompts by id. The URL table is asked once: for 50 rows it costs as much as all else."""
    pattern = reverse(name, args=[request.workspace.id, _ANY])
    return lambda prompt_id: pattern.replace(str(_ANY), str(prompt_id))


def _chips(
    request: WorkspaceRequest,
    asked: queries.ListQuery,
    tree: Iterable[library.FolderLine],
    tags: Iterable[library.TagLine],
    authors: Iterable[library.Author],
) -> list[Chip]:
    """One for each part of the question that narrows the list; what does not exist any more says so."""
    place, chips = asked.place, []

    def chip(kind: str, text: str, name: str, value: str = "", colour: str = "") -> None:
        chips.append(Chip(kind, text, _url_without(request.GET, name, value), colour))

    if asked.q:
        chip("text", f"“{asked.q}”", "q")
    if asked.prompt_type:
        chip("type", PromptType(asked.prompt_type).label, "type")
    if place.folder == UNFILED:
        chip("folder", "in no folder", "folder")
    elif place.folder:
        chip("folder", next((each.label for each in tree if each.folder.id == place.folder), "a deleted one"), "folder")
    names = {line.tag.id: line.tag for line in tags}
    for tag in place.tags[:TAGS_AT_ONCE]:
        known = names.get(tag)
        chip("tag", known.name if known else "a deleted one", "tag", str(tag), known.colour if known else "")
    if place.author:
        chip("by", next((each.email for each in authors if each.user_id == place.author), "nobody"), "author")
    if place.label:
        chip("label", place.label, "label")
    if place.favourite_of:
        chip("only", "your favourites", "favourites")
    return chips


def _url_without(given: QueryDict, name: str, value: str = "") -> str:
    rest = _without(given, (*_ONCE, name))
    if value:
        rest.setlist(name, [each for each in given.getlist(name) if each and each != value])
    return f"?{rest.urlencode()}"


def _without(given: QueryDict, names: Iterable[str]) -> QueryDict:
    """The address's question without these names and without what is empty."""
    rest = QueryDict(mutable=True)
    for name, values in given.lists():
        if name not in names and (kept := [value for value in dict.fromkeys(values) if value]):
            rest.setlist(name, kept)
    return rest
