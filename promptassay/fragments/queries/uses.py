"""Who refers to a fragment: prompts, drafts and other fragments, also through fragments in between."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from promptassay.fragments.models import Fragment, FragmentUse, UserKind
from promptassay.fragments.users import UsingPrompt, prompts

# A fragment as a reference means it: slug and pin, 0 for the newest version.
Node: TypeAlias = tuple[str, int]


@dataclass(frozen=True)
class UseLine:
    """One user of a fragment. `number` is the version of the user that refers to it, 0 for a draft.

    `pin` is 0 where the newest version is meant; `labels` point at that version; `is_current` says that it is the
    user's latest; `through` names the fragments in between, outermost first.
    """

    kind: UserKind
    id: UUID
    title: str
    number: int
    pin: int
    is_current: bool
    is_archived: bool = False
    labels: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holder:
    """A version of a prompt that takes a fragment in: by which reference, and through which fragments."""

    prompt: UsingPrompt
    number: int
    pin: int
    through: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What points at the version."""
        latest = ("latest",) if self.number == self.prompt.current_version else ()
        return (*latest, *self.prompt.labels.get(self.number, ()))


def is_referenced(slug: str) -> bool:
    """Whether any text at all refers to the slug."""
    return FragmentUse.objects.filter(slug=slug).exists()


def reached_from(starts: Iterable[Node]) -> dict[Node, tuple[str, ...]]:
    """The fragments that take any of these in, the starts included, each with the labels on the way there.

    One pass over the references between fragments. A fragment stands in the answer as pinned to each version that
    refers down, and as newest where that version is its latest.
    """
    newest = dict(Fragment.objects.values_list("id", "current_version"))
    slugs = dict(Fragment.objects.values_list("id", "slug"))
    above: dict[Node, list[Node]] = defaultdict(list)
    rows = FragmentUse.objects.filter(user_kind=UserKind.FRAGMENT).order_by("id")
    for user_id, number, slug, pin in rows.values_list("user_id", "number", "slug", "pin"):
        if user_id in slugs:
            name = slugs[user_id]
            above[slug, pin].append((name, number))
            if newest[user_id] == number:
                above[slug, pin].append((name, 0))
    found: dict[Node, tuple[str, ...]] = dict.fromkeys(starts, ())
    queue = list(found)
    for node in queue:  # grows while it is walked
        for holder in above[node]:
            if holder not in found:
                found[holder] = (label_of(holder), *found[node])
                queue.append(holder)
    return found


def label_of(node: Node) -> str:
    """A node as it is named in paths."""
    return f"{node[0]}@{node[1]}" if node[1] else node[0]


def holders_of(nodes: dict[Node, tuple[str, ...]]) -> list[Holder]:
    """The watched versions of prompts that refer to any of these nodes, by title; each version once."""
    rows = FragmentUse.objects.filter(user_kind=UserKind.VERSION, slug__in={slug for slug, _ in nodes})
    found = [row for row in rows.values_list("user_id", "number", "slug", "pin") if (row[2], row[3]) in nodes]
    known = prompts().describe({row[0] for row in found})
    holders: dict[tuple[UUID, int], Holder] = {}
    for user_id, number, slug, pin in found:
        prompt = known.get(user_id)
        if prompt is None or prompt.is_archived or not prompt.is_watched(number):
            continue
        through = nodes[slug, pin]
        held = holders.get((user_id, number))
        if held is None or len(through) < len(held.through):
            holders[user_id, number] = Holder(prompt, number, pin, through)
    return sorted(holders.values(), key=lambda each: (each.prompt.title.casefold(), each.prompt.id, -each.number))


def where_used(slug: str) -> list[UseLine]:
    """Everything that refers to the fragment, current users first, then those through other fragments.

    Of a user's versions that refer to it in the same way only the newest is listed, and every one with a label.
    """
    rows = (
        FragmentUse.objects.filter(slug=slug).order_by("-number").values_list("user_kind", "user_id", "number", "pin")
    )
    direct = list(rows)
    known = prompts().describe({row[1] for row in direct if row[0] != UserKind.FRAGMENT})
    inner = Fragment.objects.in_bulk([row[1] for row in direct if row[0] == UserKind.FRAGMENT])
    lines: list[UseLine] = []
    seen: set[tuple[str, UUID, int]] = set()
    for kind, user_id, number, pin in direct:
        line = _line(UserKind(kind), user_id, number, pin, known.get(user_id), inner.get(user_id))
        key = (kind, user_id, pin)
        if line is None or (key in seen and not line.labels):
            continue
        seen.add(key)
        lines.append(line)
    return [*_sorted(lines), *_indirect(slug, {line.id for line in lines if line.is_current})]


def _line(
    kind: UserKind, user_id: UUID, number: int, pin: int, prompt: UsingPrompt | None, fragment: Fragment | None
) -> UseLine | None:
    if fragment is not None:
        current = number == fragment.current_version
        return UseLine(kind, user_id, fragment.title, number, pin, current)
    if prompt is None:
        return None
    current = number == prompt.current_version
    labels = prompt.labels.get(number, ())
    return UseLine(kind, user_id, prompt.title, number, pin, current, prompt.is_archived, tuple(labels))


def _indirect(slug: str, listed: set[UUID]) -> list[UseLine]:
    """The prompts that take the fragment in through others; those listed already are left out."""
    pins = FragmentUse.objects.filter(slug=slug).values_list("pin", flat=True).distinct()
    starts: list[Node] = [(slug, 0), *((slug, pin) for pin in pins if pin)]
    nodes = {node: path for node, path in reached_from(starts).items() if path}
    if not nodes:
        return []
    lines = [
        UseLine(
            UserKind.VERSION,
            each.prompt.id,
            each.prompt.title,
            each.number,
            0,
            each.number == each.prompt.current_version,
            labels=tuple(each.prompt.labels.get(each.number, ())),
            through=each.through,
        )
        for each in holders_of(nodes)
    ]
    return [line for line in lines if line.id not in listed]


def _sorted(lines: Sequence[UseLine]) -> list[UseLine]:
    order = {UserKind.VERSION: 0, UserKind.FRAGMENT: 1, UserKind.DRAFT: 2}
    return sorted(lines, key=lambda line: (not line.is_current, order[line.kind], line.title.casefold(), -line.number))
