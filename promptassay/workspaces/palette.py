"""The command palette: what a member may do and open from where they are; each app contributes its own commands."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse

from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

QUERY_LENGTH: Final = 100
SHOWN: Final = 40
FOUND_IN_A_GROUP: Final = 6
GO_TO: Final = "Go to"


@dataclass(frozen=True)
class Place:
    """The page that the palette was opened on: its URL's name, the ids in it, and the branch it works on."""

    name: str = ""
    ids: Mapping[str, Any] = field(default_factory=dict)
    branch: str = ""

    @classmethod
    def at(cls, actor: Actor, address: str) -> "Place":
        """The place of an address of the actor's workspace; nowhere in particular for any other."""
        try:
            parts = urlsplit(address)
            found = resolve(parts.path)
        except (Resolver404, ValueError):
            return cls()
        if found.kwargs.get("workspace_id") != actor.workspace_id:
            return cls()
        return cls(found.view_name, found.kwargs, QueryDict(parts.query).get("branch", ""))


@dataclass(frozen=True)
class Command:
    """One line of the palette. Exactly one of `url`, `press` and `fill` says what choosing it does.

    url: a page to open, or with `fields` where they are posted. press: a selector of what is clicked (or focused) on
    the page; the line shows only where that is. fill: what to go on typing with. `words` find it besides its title;
    `found` lines are answers to the query and are not filtered. `keys` is the shortcut that does the same.
    """

    title: str
    url: str = ""
    fields: Mapping[str, str] | None = None
    press: str = ""
    fill: str = ""
    note: str = ""
    keys: str = ""
    words: str = ""
    found: bool = False


@dataclass(frozen=True)
class Group:
    """Commands under one heading, in order."""

    title: str
    commands: list[Command]


# Given who, where, and what was typed (case-folded, blanks made one): commands, each with the heading above it.
Source = Callable[[Actor, Place, str], Iterable[tuple[str, Command]]]

_sources: dict[str, tuple[int, Source]] = {}


def contribute(name: str, source: Source, *, order: int) -> None:
    """Let `source` add commands; done once, in an AppConfig's `ready`."""
    _sources[name] = (order, source)


def normalized(query: str) -> str:
    """What was typed as sources see it."""
    return " ".join(query.replace("\x00", " ").split())[:QUERY_LENGTH].casefold()


def commands(actor: Actor, place: Place, query: str) -> list[Group]:
    """What fits place, role and the normalized query: at most SHOWN lines, grouped in the order of the sources."""
    wanted = query.split()
    groups: dict[str, list[Command]] = {}
    for _, (_, source) in sorted(_sources.items(), key=lambda entry: (entry[1][0], entry[0])):
        for title, command in source(actor, place, query):
            if command.found or _fits(command, wanted):
                groups.setdefault(title, []).append(command)
    left, shown = SHOWN, []
    for title, found in groups.items():
        # Answers to what was typed stand before commands that merely have the word.
        chosen = sorted(found, key=lambda command: not (command.found and query))[:left]
        left -= len(chosen)
        if chosen:
            shown.append(Group(title, chosen))
    return shown


def _fits(command: Command, wanted: list[str]) -> bool:
    """Whether every word typed begins a word of the command; what it goes on typing with is not typed yet."""
    if command.fill and wanted[:1] == command.fill.split():
        return False
    have = f"{command.title} {command.words}".casefold().replace("“", " ").split()
    return all(any(word.startswith(each) for word in have) for each in wanted)


def register() -> None:
    """The pages that every workspace has; done once, when the app is ready."""
    contribute("workspace", _pages, order=90)


def _pages(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    def to(name: str) -> str:
        return reverse(name, args=[actor.workspace_id])

    yield GO_TO, Command("Settings", to("workspaces:settings-show"), words="members roles workspace")
    if actor.can(Ability.APIKEYS_OWN):
        yield GO_TO, Command("API keys", to("apikeys:key-list"), words="program rest token access")
    if actor.can(Ability.AUDIT_READ):
        yield GO_TO, Command("Audit log", to("workspaces:audit-show"), words="history chain verify")
    yield GO_TO, Command("Sessions", reverse("usersessions_list"), words="account devices sign out")
    yield GO_TO, Command("Change the password", reverse("account_change_password"), words="account")
    theme = Command("Change the theme", press='[data-island="theme-switch"]', words="dark light system toggle")
    yield GO_TO, theme
    yield GO_TO, Command("Keyboard shortcuts", press='[data-key="?"]', keys="?", words="help keys sheet")
