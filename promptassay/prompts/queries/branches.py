"""Reading branches: lines of versions beside the main one."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet

from promptassay.accounts.queries import emails_of
from promptassay.core.errors import Conflict, NotFound
from promptassay.prompts.models import Branch, Prompt, Version

CLOSED_SHOWN = 20


@dataclass(frozen=True)
class BranchLine:
    """A branch as a list shows it: who made it, how many versions it has of its own, whether the main line went on."""

    branch: Branch
    by: str
    versions: int
    is_behind: bool

    @property
    def has_news(self) -> bool:
        """Whether it holds something that was not merged yet: numbers rise over all lines."""
        branch = self.branch
        return bool(branch.head_number > max(branch.base_number, branch.merged_number or 0))


def branches_of(prompt: Prompt) -> QuerySet[Branch]:
    """A prompt's open branches by name; read when first used."""
    return Branch.objects.filter(prompt=prompt, closed_at=None).order_by("name")


def closed_branches(prompt: Prompt) -> list[Branch]:
    """The branches that were closed last, newest first."""
    closed = Branch.objects.filter(prompt=prompt, closed_at__isnull=False)
    return list(closed.order_by("-closed_at")[:CLOSED_SHOWN])


def get_branch(prompt: Prompt, name: str) -> Branch:
    """An open branch by its name; NotFound when the prompt has none of it."""
    branch = None if "\x00" in name else branches_of(prompt).filter(name=name).first()
    if branch is None:
        raise NotFound()
    return branch


def line_named(prompt: Prompt, name: str) -> Branch | None:
    """The line that a page works on: None for the main line, which has no name, else an open branch.

    NotFound when there never was such a branch, Conflict when it was closed meanwhile.
    """
    if not name:
        return None
    try:
        return get_branch(prompt, name)
    except NotFound:
        if "\x00" in name or not Branch.objects.filter(prompt=prompt, name=name).exists():
            raise
    raise Conflict(
        f"The branch {name} is closed.",
        why="Somebody merged or closed it.",
        next_step="What you typed is still on your page: copy it, then open the main line, or reopen the branch.",
    )


def draft_line(prompt: Prompt, source: str) -> tuple[bool, Branch | None]:
    """Whether a source names a draft, and the line it is of: `draft` of the main one, `draft@name` of a branch."""
    kind, _, name = source.partition("@")
    is_draft = kind == "draft"
    return is_draft, line_named(prompt, name) if is_draft else None


def branch_lines(prompt: Prompt) -> list[BranchLine]:
    """A prompt's open branches with everything that a page says about them."""
    branches = list(branches_of(prompt).annotate(own=Count("versions")))
    emails = emails_of(branch.created_by for branch in branches)
    parents = _parents_in(prompt) if branches else {}
    return [
        BranchLine(
            each,
            emails.get(each.created_by, "somebody who left"),
            each.own,
            prompt.current_version not in _ancestors(each.head_number, parents),
        )
        for each in branches
    ]


def is_behind(prompt: Prompt, branch: Branch) -> bool:
    """Whether the main line has versions that the branch does not come from."""
    return prompt.current_version not in _ancestors(branch.head_number, _parents_in(prompt))


def merge_base(prompt: Prompt, one: int, other: int) -> int:
    """The newest version that two versions both come from, by parents and merges; 0 for none but the empty page."""
    parents = _parents_in(prompt)
    return max(_ancestors(one, parents) & _ancestors(other, parents), default=0)


def _parents_in(prompt: Prompt) -> dict[int, tuple[int, ...]]:
    """What each version of a prompt comes from, by its number."""
    rows = Version.objects.filter(prompt=prompt).values_list("number", "parent_number", "provenance")
    return {number: _parents(parent, provenance) for number, parent, provenance in rows}


def _parents(parent: int | None, provenance: Any) -> tuple[int, ...]:
    merged = provenance.get("merge", {}).get("number") if isinstance(provenance, dict) else None
    return tuple(number for number in (parent, merged) if number)


def _ancestors(number: int, parents: dict[int, tuple[int, ...]]) -> set[int]:
    """A version's number and those of all that it comes from."""
    found: set[int] = set()
    waiting = [number]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += parents.get(at, ())
    return found


def next_number(prompt: Prompt) -> int:
    """The number that the prompt's next version gets, on whichever line; stable while the prompt is locked."""
    last = Version.objects.filter(prompt=prompt).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1
