"""Writing branches: begun at any version, brought up to date, merged back into the main line, closed, reopened."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from django.db import IntegrityError, transaction

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.prompts import queries
from promptassay.prompts.merging import Choice, Merge, merge_contents
from promptassay.prompts.models import Branch, ChangeSource, Prompt
from promptassay.prompts.services.labels import checked_name
from promptassay.prompts.services.versions import Saved, lock, lock_branch, save_version
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

BRANCHES_MAX: Final = 50


class MergeStale(Conflict):
    """A version was saved on one of the two lines since the person looked. Nothing was written."""

    def __init__(self, branch: Branch, line: str, head: int) -> None:
        super().__init__(
            f"{line} went on to v{head} while you were merging.",
            why="Your choices were made for the versions before.",
            next_step="Look at the merge as it is now, then save it.",
            details={"branch": branch.name, "head": head},
        )


class MergeOpen(ValidationFailed):
    """Some conflicts have no choice yet; `merge` is how far it goes. Nothing was written."""

    def __init__(self, merge: Merge) -> None:
        count = len(merge.open)
        super().__init__(
            f"{count} conflict{'s are' if count > 1 else ' is'} not settled yet.",
            why="Both sides changed the same place differently.",
            next_step="Choose one side, both, or your own text for each.",
            details={each.key: "Choose one." for each in merge.open},
        )
        self.merge = merge


def create_branch(actor: Actor, prompt: Prompt, *, name: str, number: int) -> Branch:
    """Begin a branch at any version. Open branches of a prompt have different names."""
    name = checked_name(name)
    locked = lock(prompt)
    version = queries.get_version(locked, number)
    if queries.branches_of(locked).count() >= BRANCHES_MAX:
        raise Conflict(f"A prompt has at most {BRANCHES_MAX} open branches.", next_step="Merge or close one first.")
    branch = Branch(
        workspace_id=actor.workspace_id,
        prompt=locked,
        name=name,
        base_number=version.number,
        head_number=version.number,
        created_by=actor.user_id,
    )
    try:
        with transaction.atomic():
            branch.save(force_insert=True)
    except IntegrityError:
        raise _name_taken(name) from None
    data = {"branch": name, "number": version.number}
    record(actor, "branch.created", target=("prompt", locked.id), data=data)
    return branch


def plan_merge(prompt: Prompt, branch: Branch, choices: Mapping[str, Choice] | None = None) -> tuple[Merge, int]:
    """What merging the branch into the main line would give, and the number of the version both come from.

    Conflict when the branch has nothing that the main line does not have.
    """
    base = queries.merge_base(prompt, prompt.current_version, branch.head_number)
    if base == branch.head_number:
        raise Conflict(
            f"There is nothing to merge from {branch.name}.",
            why=f"Its newest version, v{branch.head_number}, is part of the main line.",
            next_step="Save a version on the branch first.",
        )
    ours, theirs = queries.content_at(prompt, prompt.current_version), queries.content_at(prompt, branch.head_number)
    return merge_contents(queries.content_at(prompt, base), ours, theirs, choices), base


def merge_branch(
    actor: Actor,
    prompt: Prompt,
    *,
    name: str,
    main_seen: int,
    branch_seen: int,
    choices: Mapping[str, Choice],
    summary: str = "",
    close: bool = False,
) -> Saved:
    """Make a version of the main line out of its head and the branch's; both are its parents.

    The choices belong to the two heads that the person saw: MergeStale when either went on, MergeOpen when a conflict
    has no choice. The second parent is kept in the provenance, as `{"merge": {"branch", "number", "base"}}`.
    """
    locked, branch = _lock_both(prompt, name, main_seen, branch_seen)
    merge, base = plan_merge(locked, branch, choices)
    if merge.open:
        raise MergeOpen(merge)
    saved = save_version(
        actor,
        locked,
        content=merge.content,
        base_version=main_seen,
        summary=summary or f"Merges {name} (v{branch_seen})",
        change_source=ChangeSource.MERGE,
        provenance={"merge": {"branch": name, "number": branch_seen, "base": base}},
        again=True,
    )
    branch.merged_number = saved.version.number
    branch.save(update_fields=["merged_number"])
    data = {"branch": name, "from": branch_seen, "number": saved.version.number, "conflicts": len(merge.conflicts)}
    record(actor, "branch.merged", target=("prompt", locked.id), data=data)
    if close:
        close_branch(actor, locked, name=name)
    return saved


def plan_update(prompt: Prompt, branch: Branch, choices: Mapping[str, Choice] | None = None) -> tuple[Merge, int]:
    """What bringing the main line into the branch would give, and the version both come from; the branch is `ours`.

    Conflict when the main line has nothing that the branch does not have.
    """
    base = queries.merge_base(prompt, prompt.current_version, branch.head_number)
    if base == prompt.current_version:
        raise Conflict(
            f"There is nothing to bring into {branch.name}.",
            why=f"The main line's newest version, v{base}, is part of the branch.",
            next_step="Go on writing on it, or merge it into the main line.",
        )
    ours = queries.content_at(prompt, branch.head_number)
    theirs = queries.content_at(prompt, prompt.current_version)
    return merge_contents(queries.content_at(prompt, base), ours, theirs, choices), base


def update_branch(
    actor: Actor,
    prompt: Prompt,
    *,
    name: str,
    main_seen: int,
    branch_seen: int,
    choices: Mapping[str, Choice],
    summary: str = "",
) -> Saved:
    """Make a version of the branch out of its head and the main line's; as `merge_branch`, the other way round."""
    locked, branch = _lock_both(prompt, name, main_seen, branch_seen)
    merge, base = plan_update(locked, branch, choices)
    if merge.open:
        raise MergeOpen(merge)
    saved = save_version(
        actor,
        locked,
        content=merge.content,
        base_version=branch_seen,
        summary=summary or f"Brings the main line (v{main_seen}) in",
        change_source=ChangeSource.MERGE,
        provenance={"merge": {"branch": "", "number": main_seen, "base": base}},
        branch=branch,
        again=True,
    )
    data = {"branch": name, "from": main_seen, "number": saved.version.number, "conflicts": len(merge.conflicts)}
    record(actor, "branch.updated", target=("prompt", locked.id), data=data)
    return saved


def _lock_both(prompt: Prompt, name: str, main_seen: int, branch_seen: int) -> tuple[Prompt, Branch]:
    """Prompt and branch with their rows locked; MergeStale when either line went on since the person looked."""
    locked = lock(prompt)
    branch = lock_branch(queries.get_branch(locked, name))
    if main_seen != locked.current_version:
        raise MergeStale(branch, "The main line", locked.current_version)
    if branch_seen != branch.head_number:
        raise MergeStale(branch, f"The branch {name}", branch.head_number)
    return locked, branch


def close_branch(actor: Actor, prompt: Prompt, *, name: str) -> Branch:
    """Put a branch away with its versions and drafts; it can be reopened. A member closes only their own."""
    branch = lock_branch(queries.get_branch(lock(prompt), name))
    if branch.created_by != actor.user_id:
        actor.require(Ability.CONTENT_MANAGE)
    branch.closed_at = datetime.now(UTC)
    branch.save(update_fields=["closed_at"])
    record(actor, "branch.closed", target=("prompt", prompt.id), data={"branch": name, "number": branch.head_number})
    return branch


def reopen_branch(actor: Actor, prompt: Prompt, *, name: str) -> Branch:
    """Take back the branch of this name that was closed last; Conflict while an open one has the name."""
    locked = lock(prompt)
    closed = Branch.objects.select_for_update().filter(prompt=locked, name=name, closed_at__isnull=False)
    branch = closed.order_by("-closed_at").first()
    if branch is None:
        raise NotFound()
    branch.closed_at = None
    try:
        with transaction.atomic():
            branch.save(update_fields=["closed_at"])
    except IntegrityError:
        raise _name_taken(name) from None
    record(actor, "branch.reopened", target=("prompt", locked.id), data={"branch": name})
    return branch


def _name_taken(name: str) -> ValidationFailed:
    problem = f"There is an open branch {name} already."
    return ValidationFailed(
        "The branch cannot have this name.", why=problem, next_step="Choose another name.", details={"name": problem}
    )
