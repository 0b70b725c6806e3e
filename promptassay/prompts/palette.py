"""What prompts add to the command palette: their pages, what to do on one, finding them; some commands take words."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from django.urls import reverse
from django.utils.text import slugify

from promptassay.prompts import queries
from promptassay.prompts.models import Label, Prompt
from promptassay.prompts.queries import library
from promptassay.prompts.queries.palette import find_prompt, newest_versions, numbers_among, prompts_like
from promptassay.prompts.services.labels import NAME_LIMIT, RESERVED
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.palette import FOUND_IN_A_GROUP, GO_TO, Command, Place, contribute
from promptassay.workspaces.permissions import Ability

HERE: Final = "This prompt"
FOUND: Final = "Prompts"
RECENT: Final = "Recent prompts"
_OFFERED: Final = 8
_USUAL: Final = ("production", "staging")
_SIDE: Final = r"v?(\d{1,9}|draft)"
_COMPARE: Final = re.compile(rf"(?:compare|diff)(?: {_SIDE})?(?: (?:with |and |to )?{_SIDE})?")
_LABEL: Final = re.compile(r"(?:move )?(?:the )?label(?: ([a-z0-9][a-z0-9-]*))?(?: (?:to |on |at )?v?(\d{1,9}))?")
_BRANCH: Final = re.compile(r"(?:new |begin |switch to )?branch(?: (.+))?")
_MESSAGE: Final = re.compile(r"(?:go to )?(?:message|§) ?(\d{1,3})?")


def register() -> None:
    """Done once, when the app is ready."""
    contribute("prompt", _here, order=10)
    contribute("prompts-found", _found, order=40)
    contribute("prompts", _pages, order=70)


def _pages(actor: Actor, place: Place, query: str) -> Iterator[tuple[str, Command]]:
    def to(name: str) -> str:
        return reverse(f"prompts:{name}", args=[actor.workspace_id])

    yield GO_TO, Command("Home", to("dashboard"), words="dashboard activity start")
    yield GO_TO, Command("Prompts", to("prompt-list"), words="library list")
    if actor.can(Ability.CONTENT_WRITE):
        yield GO_TO, Command("New prompt", to("prompt-create"), words="create add paste import make")
    yield GO_TO, Command("Folders and tags", to("library-show"), words="library organise")
    yield GO_TO, Command("Favourite prompts", f"{to('prompt-list')}?favourites=1", words="stars")
    yield GO_TO, Command("Archived prompts", f"{to('prompt-list')}?archived=1", words="old")


def _found(actor: Actor, place: Place, query: str) -> Iterator[tuple[str, Command]]:
    """Prompts by their words; without any, those changed last."""
    here = place.ids.get("prompt_id")
    limit = FOUND_IN_A_GROUP
    found = prompts_like(query, limit=limit) if query else library.recent_prompts(limit=limit)
    for each in found:
        if each.id != here or query:
            url = reverse("prompts:prompt-show", args=[actor.workspace_id, each.id])
            note = f"v{each.current_version}" if each.current_version else "draft"
            yield (FOUND if query else RECENT), Command(each.title, url, note=note, found=True)


class _Here:
    """The commands of one prompt's pages."""

    def __init__(self, actor: Actor, place: Place, prompt: Prompt) -> None:
        self.actor, self.place, self.prompt = actor, place, prompt
        self.is_open = place.name == "prompts:prompt-show"
        self.writes = actor.can(Ability.CONTENT_WRITE) and prompt.archived_at is None
        self.head = prompt.current_version
        self.branches = {each.name: each for each in queries.branches_of(prompt)}
        self.branch = self.branches.get(place.branch)

    def to(self, name: str, *rest: str) -> str:
        return reverse(f"prompts:{name}", args=[self.actor.workspace_id, self.prompt.id, *rest])

    @property
    def on_branch(self) -> str:
        """The end of addresses that keep to the branch."""
        return f"?branch={self.branch.name}" if self.branch else ""

    def on_the_page(self) -> Iterator[Command]:
        """What is done to what is in the editor; each stands for something on the page."""
        if not self.is_open:
            yield Command("Edit the prompt", self.to("prompt-show") + self.on_branch, words="open workbench write")
            return
        if self.writes:
            yield Command("Save a version", press='[data-key="mod+s"]', keys="mod+s", words="keep")
        if self.actor.can(Ability.AI_USE):
            yield Command("Run the prompt", press="[data-run=start]", keys="mod+enter", words="execute try")
        if self.writes:
            press = "[data-command=extract]"
            yield Command("Extract a fragment from the selection", press=press, keys="mod+shift+x", words="reuse slot")
            yield Command("Add a message", press="[data-command=add-message]", words="new")
        yield Command("Find and replace", press="[data-command=find]", keys="mod+f", words="search text")
        yield Command("Fold or unfold all messages", press="[data-command=fold-all]", words="collapse expand")
        yield Command("Go to message…", fill="message ", words="jump §")

    def elsewhere(self) -> Iterator[Command]:
        """The other pages of the prompt."""
        yield Command("Open the playground", self.to("playground-show") + self.on_branch, words="models columns try")
        if self.head:
            yield Command("Compare versions…", fill="compare ", words="diff changes")
            yield Command("History", self.to("version-list"), words="versions")
            yield Command("Labels", self.to("label-list"), words="production staging")
            yield Command("Branches", self.to("branch-list"), words="lines")
        if self.head and self.writes:
            if self.actor.can(Ability.LABEL_MOVE):
                yield Command("Move a label…", fill="label ", words="put production staging deploy ship")
            yield Command("New branch…", fill="branch ", words="begin line")
        if self.branch and self.writes:
            name = self.branch.name
            yield Command(f"Merge {name} into the main line", self.to("branch-merge", name))
            yield Command(f"Bring {name} up to date", self.to("branch-update", name), words="update main merge")
        if self.place.branch:
            yield Command("Write on the main line", self.to("prompt-show"), words="switch branch")

    def compared(self, query: str) -> Iterator[Command]:
        """`compare 7 9`, `compare 7`, `compare`: the pair, or pairs to choose from."""
        typed = _COMPARE.fullmatch(query)
        if not typed or not self.head:
            return
        numbers = {int(each) for each in typed.groups() if each and each != "draft"}
        have = numbers_among(self.prompt, numbers)
        sides = [each for each in typed.groups() if each == "draft" or (each and int(each) in have)]
        if len(sides) == 2:
            pairs = [(sides[0], sides[1])]
        else:
            right = sides[0] if sides else str(self.head)
            others = [str(number) for number, _ in newest_versions(self.prompt, limit=_OFFERED + 1)]
            pairs = [_in_order(other, right) for other in others if other != right][:_OFFERED]
            pairs += [] if right == "draft" else [(right, "draft")]
        drafts = any(not each.branch for each in queries.drafts_of(self.actor, self.prompt))
        for left, right in pairs:
            if drafts or "draft" not in (left, right):
                url = f"{self.to('version-diff')}?from={left}&to={right}"
                yield Command(f"Compare {_side(left)} with {_side(right)}", url, found=True)

    def labelled(self, query: str) -> Iterator[Command]:
        """`label production 12`: the move; with less typed, labels and then versions to choose from."""
        typed = _LABEL.fullmatch(query)
        if not typed or not (self.head and self.writes and self.actor.can(Ability.LABEL_MOVE)):
            return
        name, number = typed[1] or "", typed[2]
        labels = {each.name: each for each in queries.labels_of(self.prompt)}
        meant = [each for each in dict.fromkeys((*labels, *_USUAL)) if each.startswith(name)]
        if number and len(meant) == 1:
            name = meant[0]
        elif meant and name not in meant:
            for each in meant:
                at = labels[each].version_number if each in labels else 0
                title, note = (f"Move label {each}…", f"at v{at}") if at else (f"Put label {each} on…", "new")
                yield Command(title, fill=f"label {each} ", note=note, found=True)
            return
        if name in RESERVED or name.isdecimal() or len(name) > NAME_LIMIT:
            return
        if number:  # that one or none: what is chosen in haste is what was typed
            versions = [(each, "") for each in numbers_among(self.prompt, {int(number)})]
        else:
            versions = newest_versions(self.prompt, limit=_OFFERED)
        for at, summary in versions:
            if (move := self._move(name, labels.get(name), at, summary)) is not None:
                yield move

    def _move(self, name: str, label: Label | None, number: int, summary: str) -> Command | None:
        seen = label.version_number if label else 0
        if seen == number:
            return None
        fields = {"name": name, "number": str(number), "seen": str(seen)}
        note = f"now at v{seen}" if seen and not summary else summary[:60]
        title = f"Move label {name} to v{number}" if label else f"Put label {name} on v{number}"
        return Command(title, self.to("label-move"), fields=fields, note=note, found=True)

    def branched(self, query: str) -> Iterator[Command]:
        """`branch shorter answers`: the branch of that name, or a new one at the newest version."""
        typed = _BRANCH.fullmatch(query)
        if not typed or not self.head:
            return
        name = "-".join(part for part in slugify(typed[1] or "").replace("_", "-").split("-") if part)[:NAME_LIMIT]
        for each in self.branches.values():
            if each.name.startswith(name) and each != self.branch:
                url = f"{self.to('prompt-show')}?branch={each.name}"
                yield Command(f"Write on branch {each.name}", url, note=f"v{each.head_number}", found=True)
        if name and self.writes and name not in self.branches and name not in RESERVED and not name.isdecimal():
            number = self.branch.head_number if self.branch else self.head
            fields = {"name": name, "number": str(number)}
            title = f"Begin branch {name} at v{number}"
            yield Command(title, self.to("branch-create"), fields=fields, found=True)

    def messages(self, query: str) -> Iterator[Command]:
        """`message 3`: the third message of the editor."""
        typed = _MESSAGE.fullmatch(query)
        if not typed or not self.is_open:
            return
        content = queries.get_draft_or_latest(self.actor, self.prompt, self.branch).content
        for number, message in enumerate(content.messages, start=1):
            if typed[1] in (None, str(number)):
                begins = " ".join(message["content"][:200].split())[:60]
                press = f"#messages > .msg:nth-child({number}) .cm-content"
                yield Command(f"Go to message {number}, {message['role']}", press=press, note=begins, found=True)


def _here(actor: Actor, place: Place, query: str) -> Iterable[tuple[str, Command]]:
    prompt_id = place.ids.get("prompt_id")
    prompt = find_prompt(prompt_id) if prompt_id else None
    if prompt is None:
        return
    here = _Here(actor, place, prompt)
    for each in (
        *here.on_the_page(),
        *here.elsewhere(),
        *here.compared(query),
        *here.labelled(query),
        *here.branched(query),
        *here.messages(query),
    ):
        yield HERE, each


def _in_order(one: str, other: str) -> tuple[str, str]:
    """The older one first, and a draft last."""
    swapped = one == "draft" or (other != "draft" and int(one) > int(other))
    return (other, one) if swapped else (one, other)


def _side(name: str) -> str:
    return "my draft" if name == "draft" else f"v{name}"
